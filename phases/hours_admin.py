"""The small timeline beside the hours in the admin, updated while typing."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from phases import timeline
from phases.hours import Course
from phases.hours_form import FIELDS, parse, problems
from phases.models import Phase


def picture(course: Course | None) -> SafeString:
    """Draw one course and describe it in words, so that editors see how their input is understood."""
    drawn = timeline.draw([course], ["s1"], [""], [1.0]) if course else None
    return render_to_string("phases/hours_picture.html", {"course": course, "timeline": drawn})


class DrawsHours(admin.ModelAdmin):
    """Adds a view that draws typed hours."""

    def get_urls(self) -> list:
        return [path("hours/", self.admin_site.admin_view(self.hours_view), name="phases_hours"), *super().get_urls()]

    def hours_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        try:
            ranges = {ends: parse(text) for name, ends in FIELDS.items() if (text := request.GET.get(name, ""))}
        except ValidationError as error:
            return HttpResponse(" ".join(error.messages), content_type="text/plain")
        course = Phase(**{end: hour for ends, pair in ranges.items() for end, hour in zip(ends, pair, strict=True)})
        if wrong := [message for _, message in problems(course)] if _has_ends(course) else ["Begins when, ends when?"]:
            return HttpResponse(" ".join(wrong), content_type="text/plain")
        return HttpResponse(picture(course))


def _has_ends(course: Course) -> bool:
    return course.onset_from is not None and course.end_to is not None


class ShowsHours:
    """Adds the read-only field `hours_picture` to a form."""

    @admin.display(description="As a timeline")
    def hours_picture(self, course: Any) -> SafeString:
        address = reverse("admin:phases_hours")
        shown = picture(course if course and _has_ends(course) else None)
        return format_html('<div class="hours-picture" data-hours="{}" aria-live="polite">{}</div>', address, shown)
