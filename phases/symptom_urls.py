from django.urls import path

from editorial.reading import reading_page
from phases import views

app_name = "symptoms"
read = reading_page()
urlpatterns = [
    path("", read(views.SymptomList.as_view()), name="list"),
    path("<slug:slug>/", read(views.SymptomDetail.as_view()), name="detail"),
]
