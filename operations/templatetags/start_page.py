"""What needs somebody now, on the admin's front page."""

from django import template
from django.http import HttpRequest

from editorial.needs import Line
from operations.start_page import lines_for

register = template.Library()


@register.simple_tag
def what_needs_me(request: HttpRequest) -> list[Line]:
    return lines_for(request.user)  # type: ignore[arg-type]  # the admin's pages are for those who are signed in
