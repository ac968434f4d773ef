from django.urls import path

from phases import views

app_name = "symptoms"
urlpatterns = [
    path("", views.SymptomList.as_view(), name="list"),
    path("<slug:slug>/", views.SymptomDetail.as_view(), name="detail"),
]
