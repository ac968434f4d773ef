"""Addresses below that of a form in the admin, which its scripts post the form to as it is typed."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.urls import URLPattern, path


class FormAddresses(admin.ModelAdmin):
    """Gives such addresses to the form of a new row and to that of one that is there."""

    def form_paths(self, name: str, view: Callable[..., Any]) -> list[URLPattern]:
        full_name, view = f"{self.opts.app_label}_{self.opts.model_name}_{name}", self.admin_site.admin_view(view)
        return [
            path(f"add/{name}/", view, name=f"{full_name}_new"),
            path(f"<path:object_id>/change/{name}/", view, name=full_name),
        ]

    def posted_row(self, request: HttpRequest, object_id: str | None) -> Any:
        """Return the row whose form is posted, None for a new one. Raises PermissionDenied and Http404."""
        row = self.get_object(request, unquote(object_id)) if object_id else None
        allowed = self.has_change_permission(request, row) if object_id else self.has_add_permission(request)
        if request.method != "POST" or not allowed:
            raise PermissionDenied
        if object_id and row is None:
            raise Http404
        return row
