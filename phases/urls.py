from django.urls import path
from django.utils.translation import gettext_lazy as _

from phases import private_views, views

stages = [
    path("", views.phase_list, name="list"),
    path(_("now/"), private_views.now, name="now"),
    path(_("now/check-in/"), private_views.check_in, name="check-in"),
    path("<slug:slug>/", views.phase, name="detail"),
]
symptoms = [path("", views.symptom_list, name="list"), path("<slug:slug>/", views.symptom, name="detail")]
treatments = [
    path("", views.treatment_list, name="list"),
    path(_("compare/"), views.compare, name="compare"),
    path("<slug:slug>/", views.treatment, name="detail"),
]
