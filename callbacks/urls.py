from django.urls import path

from callbacks import views

app_name = "callbacks"
urlpatterns = [
    path("", views.contact, name="contact"),
    path("sent/", views.sent, name="sent"),
    path("withdraw/", views.withdraw, name="withdraw"),
]
