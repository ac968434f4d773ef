"""The week's opening times and the days on which they do not hold, as rows of the clinic's page."""

from typing import ClassVar

from django import forms
from django.contrib import admin
from django.db import models
from django.utils import timezone

from editorial.clock_fields import ClockField
from editorial.opening import OpeningTime, SpecialDay

CLOCK_TIMES = {models.TimeField: {"form_class": ClockField}}


class OpeningTimeFormSet(forms.BaseInlineFormSet):
    """Where nothing is listed yet, a row for each day stands ready; days left without times are not listed."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, initial=[{"weekday": day} for day in OpeningTime.Weekday.values], **kwargs)


class OpeningTimeInline(admin.TabularInline):
    """When somebody is there to call people back: the confirmation's promise is worked out from these."""

    model = OpeningTime
    formset = OpeningTimeFormSet
    formfield_overrides: ClassVar = CLOCK_TIMES

    def get_extra(self, request, obj=None, **kwargs) -> int:
        return 1 if obj and obj.opening_times.exists() else len(OpeningTime.Weekday)


class SpecialDayInline(admin.TabularInline):
    """Holidays and the like: nobody is promised a call on a closed day. Those that are past are not shown."""

    model = SpecialDay
    extra = 2
    formfield_overrides: ClassVar = CLOCK_TIMES

    def get_queryset(self, request):
        return super().get_queryset(request).filter(day__gte=timezone.localdate())
