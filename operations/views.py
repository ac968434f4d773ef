"""The staff's page that says whether all is as it should be."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from operations import readiness

SEE = "detoxsite.view_readiness"


@require_safe
def readiness_page(request: HttpRequest) -> HttpResponse:
    if not request.user.has_perm(SEE):
        raise PermissionDenied
    found = readiness.findings(timezone.now())
    wrong = [finding for finding in found if finding.state == "wrong"]
    frame = admin.site.each_context(request) | {"is_nav_sidebar_enabled": False}
    context = {"title": "Is all well?", "findings": found, "wrong": wrong}
    return render(request, "admin/readiness.html", frame | context)
