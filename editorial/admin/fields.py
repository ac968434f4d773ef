"""Accessible admin fields: check boxes, names for fields in table cells, and times as typed in the US."""

import datetime
import re
from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.options import InlineModelAdmin
from django.contrib.admin.widgets import AdminSplitDateTime, AdminTimeWidget
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.text import capfirst
from markdownx.fields import MarkdownxFormField
from markdownx.widgets import AdminMarkdownxWidget

from editorial.admin.content import admin_address


class MarkdownField(MarkdownxFormField):
    """Ignores line endings, which browsers change, so that the history names only what an editor changed."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(*(str(text or "").replace("\r\n", "\n").strip() for text in (initial, data)))


#: For `formfield_overrides`.
MARKDOWN: dict[str, Any] = {"form_class": MarkdownField, "widget": AdminMarkdownxWidget}
HOW = "Write the time like 9:00 AM, 2 PM or 14:30."
MAX_YEARS = 50
MAX_DIGITS = 18  # of a key
MAX_ROWS = 100  # of a form, as of the symptoms of a stage
_WITH_DOTS = re.compile(r"(?<![a-z])([ap])\.?\s?m\b\.?", re.IGNORECASE)


class Addresses(admin.ModelAdmin):
    """Adds https:// to URLs without a scheme, as Django 6 does, and labels `url` plainly."""

    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}

    def formfield_for_dbfield(self, db_field: models.Field, request: HttpRequest, **kwargs: Any) -> Any:
        named = {"label": "Address"} if db_field.name == "url" else {}
        return super().formfield_for_dbfield(db_field, request, **named, **kwargs)


class ForSuperusers(admin.ModelAdmin):
    """Only superusers see or change these rows, whatever their permissions."""

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_superuser

    has_add_permission = has_change_permission = has_delete_permission = has_view_permission


class CheckBoxGroup(forms.CheckboxSelectMultiple):
    """Check boxes with an accessible name, as the admin's label belongs to no single box."""

    template_name = "admin/check_box_group.html"

    def __init__(self, name: str) -> None:
        super().__init__()
        self.group_name = name

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        return super().get_context(name, value, attrs) | {"group_name": self.group_name}


class Keys(forms.ModelMultipleChoiceField):
    """Refuses a key that no column can hold, for which SQLite raises OverflowError."""

    def clean(self, value: Any) -> Any:
        if too_long := [key for key in value or () if len(str(key)) > MAX_DIGITS]:
            raise ValidationError(self.error_messages["invalid_choice"], params={"value": too_long[0][:MAX_DIGITS]})
        return super().clean(value)


class CheckBoxes(admin.ModelAdmin):
    """Uses check boxes: the admin's two-list widget needs scripts and a mouse."""

    def formfield_for_manytomany(self, db_field: models.ManyToManyField, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs.setdefault("form_class", Keys)
        kwargs.setdefault("widget", CheckBoxGroup(str(capfirst(db_field.verbose_name))))
        return super().formfield_for_manytomany(db_field, request, **kwargs)


class OptionsFilter(admin.SimpleListFilter):
    """Filters by `options`: the label and the queryset function of each value."""

    options: ClassVar[dict[str, tuple[str, Callable[..., Any]]]]

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [(value, label) for value, (label, _) in self.options.items()]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        option = self.options.get(self.value() or "")
        return option[1](queryset, request) if option else queryset


class ClockField(forms.TimeField):
    """A time as typed in the US: 9:00 AM, 2 pm, 9 a.m. or 14:30."""

    default_error_messages = {"invalid": HOW}
    input_formats = ["%H:%M:%S", "%H:%M", "%I:%M %p", "%I:%M%p", "%I %p", "%I%p"]

    def to_python(self, value: str | datetime.time | None) -> datetime.time | None:
        return super().to_python(_WITH_DOTS.sub(r"\1m", value) if isinstance(value, str) else value)


class FewRows(InlineModelAdmin):
    """Takes MAX_ROWS, or twice that if they exist. The 2,000 that Django takes keep a thread busy for 30 seconds."""

    max_num = MAX_ROWS

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        return super().get_formset(request, obj, absolute_max=2 * MAX_ROWS, **kwargs)


class NamedRows(FewRows, admin.TabularInline):
    """Names the fields of a tabular inline after their columns, and the delete box."""

    formfield_overrides: ClassVar = {
        models.TimeField: {"form_class": ClockField, "widget": AdminTimeWidget(format="%-I:%M %p")}
    }

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        formset.deletion_widget = forms.CheckboxInput({"aria-label": "Delete"})
        return formset

    def formfield_for_dbfield(self, db_field: models.Field, request: HttpRequest, **kwargs: Any) -> Any:
        return _named(super().formfield_for_dbfield(db_field, request, **kwargs))


class NamedList(admin.ModelAdmin):
    """Names the fields of `list_editable` after their columns."""

    def get_changelist_formset(self, request: HttpRequest, **kwargs: Any) -> Any:
        formset = super().get_changelist_formset(request, **kwargs)
        for field in formset.form.base_fields.values():
            _named(field)
        return formset


class MomentField(forms.SplitDateTimeField):
    """A date and a time in two fields, within MAX_YEARS. In the hour that fall repeats, the first is meant."""

    default_error_messages = {"invalid_date": "Write the date like 2026-12-24 or 12/24/2026.", "invalid_time": HOW}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        date, _ = self.fields
        self.fields = (date, ClockField(required=False, disabled=self.disabled))

    def compress(self, data_list: Any) -> datetime.datetime | None:
        if not (data_list and all(data_list)):
            return super().compress(data_list)
        naive = datetime.datetime.combine(*data_list)
        if abs(naive.year - timezone.localdate().year) > MAX_YEARS:
            raise ValidationError(f"Choose a date within {MAX_YEARS} years.")
        moment = timezone.make_aware(naive)
        if timezone.make_naive(moment.astimezone(datetime.UTC)) != naive:
            raise ValidationError("There is no such time: clocks go forward then. Choose one an hour later.")
        return moment


class NamedMoment(AdminSplitDateTime):
    """Names the date and time fields."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        for widget, name in zip(self.widgets, ("Date", "Time"), strict=True):
            widget.attrs["aria-label"] = name


def in_words(error: ValidationError, row: models.Model) -> str:
    """Return all messages of an error, each after the label of its field."""
    labels = {field.name: f"{capfirst(str(field.verbose_name))}: " for field in row._meta.concrete_fields}
    found = error.update_error_dict({})
    return " ".join(labels.get(name, "") + text for name in found for text in ValidationError(found[name]).messages)


def linked(rows: Iterable[tuple[models.Model, str]], none: str) -> str:
    """Return links to the rows' change forms with their text; `none` if there are none."""
    found = [(admin_address(row), row, text) for row, text in rows if admin.site.is_registered(type(row))]
    return format_html_join("", '<p><a href="{}">{}</a> ({})</p>', found) or none


def _named(field: Any) -> Any:
    if field:
        field.widget.attrs["aria-label"] = capfirst(field.label)
    return field
