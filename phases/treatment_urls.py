from django.urls import path

from phases import views

app_name = "treatments"
urlpatterns = [
    path("", views.TreatmentList.as_view(), name="list"),
    path("compare/", views.compare, name="compare"),
    path("<slug:slug>/", views.TreatmentDetail.as_view(), name="detail"),
]
