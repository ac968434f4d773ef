from django.urls import path

from phases import views

app_name = "phases"
urlpatterns = [
    path("", views.PhaseList.as_view(), name="list"),
    path("now/", views.now, name="now"),
    path("<slug:slug>/", views.PhaseDetail.as_view(), name="detail"),
]
