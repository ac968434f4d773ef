"""The base of admin classes for content: extra URLs, and forms composed of parts."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest
from django.urls import URLPattern, path, reverse


def admin_address(row: models.Model, view: str = "change") -> str:
    """Return the URL of a row's admin page."""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{view}", args=[row.pk])


def nobody(model_admin: Any, request: HttpRequest, obj: Any = None) -> bool:
    """Withhold a permission from everybody: has_delete_permission = nobody."""
    return False


class ContentAdmin(admin.ModelAdmin):
    """Gives forms their `request`, and views their addresses."""

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> type[forms.ModelForm]:
        form = super().get_form(request, *args, **kwargs)
        return type(form.__name__, (form,), {"request": request})

    def address(self, view: str, *args: Any) -> str:
        return reverse(f"admin:{self._view_name(view)}", args=args)

    def own_path(self, route: str, view: Callable[..., Any], name: str) -> URLPattern:
        return path(route, self.admin_site.admin_view(view), name=self._view_name(name))

    def form_paths(self, name: str, view: Callable[..., Any]) -> list[URLPattern]:
        """Return URLs below those of the add and change forms, to which an unsaved form is posted."""
        return [
            self.own_path(f"add/{name}/", view, f"{name}_new"),
            self.own_path(f"<path:object_id>/change/{name}/", view, name),
        ]

    def existing(self, request: HttpRequest, object_id: str) -> Any:
        """Return a row. Raises Http404."""
        if (row := self.get_object(request, unquote(object_id))) is None:
            raise Http404
        return row

    def posted_row(self, request: HttpRequest, object_id: str | None) -> Any:
        """Return the row whose form is posted, None for a new one. Raises PermissionDenied or Http404."""
        row = self.existing(request, object_id) if object_id else None
        allowed = self.has_change_permission(request, row) if object_id else self.has_add_permission(request)
        if request.method != "POST" or not allowed:
            raise PermissionDenied
        return row

    def _view_name(self, view: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{view}"
