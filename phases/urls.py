from django.urls import path

from editorial.reading import reading_page
from phases import private_views, views

app_name = "phases"
read = reading_page()
urlpatterns = [
    path("", read(views.PhaseList.as_view()), name="list"),
    path("now/", private_views.now, name="now"),
    path("now/check-in/", private_views.check_in, name="check-in"),
    path("<slug:slug>/", read(views.PhaseDetail.as_view()), name="detail"),
]
