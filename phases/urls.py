from django.urls import path

from phases import private_views, views

app_name = "phases"
urlpatterns = [
    path("", views.PhaseList.as_view(), name="list"),
    path("now/", private_views.now, name="now"),
    path("now/check-in/", private_views.check_in, name="check-in"),
    path("<slug:slug>/", views.PhaseDetail.as_view(), name="detail"),
]
