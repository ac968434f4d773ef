"""Opening times and special days, as rows of the clinic's page in the admin."""

from typing import Any, ClassVar

from django import forms
from django.db import models
from django.http import HttpRequest
from django.utils import timezone

from editorial.admin_fields import NamedRows
from editorial.clock_fields import ClockField
from editorial.models import Clinic
from editorial.opening import OpeningTime, SpecialDay

CLOCK_TIMES: dict[type[models.Field], dict[str, Any]] = {models.TimeField: {"form_class": ClockField}}


class OpeningTimeFormSet(forms.BaseInlineFormSet):
    """Offers a row for each day if none is listed yet; days left without times are not saved."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, initial=[{"weekday": day} for day in OpeningTime.Weekday.values], **kwargs)


class OpeningTimeInline(NamedRows):
    """When the clinic calls people back, which the confirmation's promise is based on."""

    model = OpeningTime
    formset = OpeningTimeFormSet
    formfield_overrides: ClassVar = CLOCK_TIMES

    def get_extra(self, request: HttpRequest, obj: Clinic | None = None, **kwargs: Any) -> int:
        return 1 if obj and obj.opening_times.exists() else len(OpeningTime.Weekday)


class SpecialDayInline(NamedRows):
    """Holidays and the like: nobody is promised a call on a closed day. Past days are not shown."""

    model = SpecialDay
    extra = 2
    formfield_overrides: ClassVar = CLOCK_TIMES

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[SpecialDay]:
        return super().get_queryset(request).filter(day__gte=timezone.localdate())
