"""Autosave in the admin: keep unsaved forms, restore them, and show who else is editing."""

import secrets
from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import formats, timezone

from editorial.admin.content import ContentAdmin
from editorial.admin.fields import MAX_DIGITS
from editorial.models import unsaved
from editorial.models.unsaved import BRING_BACK, TAB
from editorial.workflow.drafts import BEGUN

TAKEN_DOWN = (
    "You cannot change this page now: it was taken down or deleted. What you typed is kept for 30 days. Ask a "
    "publisher to put the page back, then open it again."
)


class AutosaveMixin(ContentAdmin):
    """Autosaves forms against closed tabs, expired sessions, crashes and errors."""

    class Media:
        js = ("js/admin-typing.js",)

    def get_urls(self) -> list:
        return [*self.form_paths("typing", self.typing_view), *super().get_urls()]

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        page = self._form_address(object_id)
        is_typed = request.method == "POST" or BRING_BACK in request.GET
        if object_id and is_typed and self._was_taken_down(request, object_id):
            if request.method == "POST":
                unsaved.store(request.user, page, request.POST)
            self.message_user(request, TAKEN_DOWN, messages.WARNING)
            return redirect(page)
        is_back = request.method == "GET" and BRING_BACK in request.GET
        kept = unsaved.of(request.user, page, request.GET[BRING_BACK]) if is_back else None
        context = extra_context or {}
        context |= {"typing_address": f"{page}typing/", "others_writing": self._others(request, object_id)}
        data = context.pop("typed", None)  # of a draft
        if kept:
            data = kept.as_post()
            data[BRING_BACK] = formats.date_format(timezone.localtime(kept.typed_at), "DATETIME_FORMAT")
            context["opened_at"] = data.get("_opened_at", "")
        elif request.method == "GET":
            context["kept"] = unsaved.all_of(request.user, page)
        if data:
            request.FILES.clear()  # loads the body, which would empty POST later
            request.method, request.POST = "POST", data  # shown, never saved
        context["begun"] = request.POST.get(BEGUN, context.get("opened_at"))
        context["tab"] = request.POST.get(TAB) or f"{request.user.pk}-{secrets.token_hex(4)}"
        return super().changeform_view(request, object_id, form_url, context)

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        unsaved.forget(request.user, self._form_address(None), request.POST)
        return super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        unsaved.forget(request.user, self._form_address(quote(str(obj.pk))), request.POST)
        return super().response_change(request, obj)

    def typing_view(self, request: HttpRequest, object_id: str | None = None) -> HttpResponse:
        """Autosave or discard a form; return who else is editing."""
        self.posted_row(request, object_id)
        address = self._form_address(object_id)
        if "throw_away" in request.POST:
            unsaved.forget(request.user, address, request.POST)
            return redirect(address)
        if request.POST.get(TAB, f"{request.user.pk}-").partition("-")[0] != str(request.user.pk):
            raise PermissionDenied  # typed by who was signed in before: never kept or saved in another's name
        unsaved.store(request.user, address, request.POST)
        return JsonResponse({"others": self._others(request, object_id)})

    def _was_taken_down(self, request: HttpRequest, object_id: str) -> bool:
        """Return whether somebody who may change such pages may not change this one now."""
        page = self.get_object(request, unquote(object_id))
        may_now = page is not None and self.has_change_permission(request, page)
        return len(object_id) <= MAX_DIGITS and self.has_change_permission(request) and not may_now

    def _others(self, request: HttpRequest, object_id: str | None) -> list[str]:
        """Return who else is editing this page; nobody for a new one."""
        return unsaved.others_writing(request.user, self._form_address(object_id)) if object_id else []

    def _form_address(self, object_id: str | None) -> str:
        return self.address("change", quote(unquote(object_id))) if object_id else self.address("add")
