from django.urls import path

from editorial.reading import reading_page
from phases import views

app_name = "treatments"
read = reading_page()
urlpatterns = [
    path("", read(views.TreatmentList.as_view()), name="list"),
    path("compare/", views.compare, name="compare"),
    path("<slug:slug>/", read(views.TreatmentDetail.as_view()), name="detail"),
]
