"""Admin pages about the whole site: system status and broken links."""

from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.contrib.contenttypes.views import shortcut
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from editorial.admin.content import admin_address
from operations import broken_links, readiness


@require_safe
@permission_required("detoxsite.view_readiness", raise_exception=True)
def readiness_page(request: HttpRequest) -> HttpResponse:
    found = readiness.findings(timezone.now())
    problems = [finding for finding in found if finding.state == readiness.State.PROBLEM]
    frame = admin.site.each_context(request) | {"is_nav_sidebar_enabled": False}
    context = {"title": "System status", "findings": found, "problems": problems}
    return render(request, "admin/readiness.html", frame | context)


@require_safe
@permission_required("articles.view_article", raise_exception=True)
def broken_links_page(request: HttpRequest) -> HttpResponse:
    found = [(page, admin_address(page), paths) for page, paths in broken_links.probe()]
    context = admin.site.each_context(request) | {"title": "Broken links in published pages", "found": found}
    return render(request, "admin/broken_links.html", context)


def view_on_site(request: HttpRequest, **of_row: str) -> HttpResponse:
    """Lead from a row to its page. Django's own view fails if the key cannot be one of that kind of row."""
    try:
        return shortcut(request, **of_row)
    except (ValidationError, OverflowError):
        raise Http404 from None
