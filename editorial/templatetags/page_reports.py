"""The page reports on the admin's front page."""

from django import template

from editorial.models import PageReport

register = template.Library()


@register.simple_tag
def new_page_reports() -> int:
    return PageReport.objects.filter(is_done=False).count()
