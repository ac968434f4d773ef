"""The system status page for staff."""

from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from operations import readiness


@require_safe
@permission_required("detoxsite.view_readiness", raise_exception=True)
def readiness_page(request: HttpRequest) -> HttpResponse:
    found = readiness.findings(timezone.now())
    problems = [finding for finding in found if finding.state == readiness.State.PROBLEM]
    frame = admin.site.each_context(request) | {"is_nav_sidebar_enabled": False}
    context = {"title": "System status", "findings": found, "problems": problems}
    return render(request, "admin/readiness.html", frame | context)
