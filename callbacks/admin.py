"""The intake queue. Whatever staff read here is written down before it is shown."""

import functools
from collections.abc import Callable

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.timesince import timesince
from django.views.decorators.http import require_GET

from callbacks import erasing, objects, work
from callbacks.keyring import VaultError
from callbacks.models import AccessRecord, Attachment, CallbackRequest

CANNOT_OPEN = "This cannot be opened: it was changed, or its key is missing. Tell whoever runs the site."


def or_cannot_open(show: Callable) -> Callable:
    """A damaged field says so and leaves the rest of the page readable."""

    @functools.wraps(show)
    def shown(self, obj) -> str:
        try:
            return show(self, obj)
        except VaultError:
            return CANNOT_OPEN

    return shown


@admin.register(CallbackRequest)
class CallbackRequestAdmin(admin.ModelAdmin):
    """Who waits longest comes first. Staff move a request through its states and read it; nobody rewrites it."""

    list_display = ("reference", "state", "safe_hours", "waiting", "received_at", "file_count")
    list_filter = ("state",)
    search_fields = ("reference",)
    fields = ("state", "safe_hours", "name", "phone", "message", "files", "received_at", "erase_after")
    readonly_fields = fields[1:]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).with_file_count().for_staff(timezone.now())

    def get_ordering(self, request: HttpRequest):
        return ()

    def get_urls(self):
        view = self.admin_site.admin_view(require_GET(self.download))
        return [
            path("<path:object_id>/files/<slug:slot>/", view, name="callbacks_callbackrequest_file"),
            *super().get_urls(),
        ]

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        work.record(AccessRecord.Action.VIEWED, obj, request.user)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def save_model(self, request, obj, form, change) -> None:
        # Only what the form holds: the person may correct the sealed part at the same moment.
        obj.save(update_fields=form.changed_data)

    def delete_model(self, request, obj) -> None:
        erasing.erase(obj, by=request.user)

    def delete_queryset(self, request, queryset) -> None:
        for callback in queryset:
            erasing.erase(callback, by=request.user)

    def download(self, request: HttpRequest, object_id: str, slot: str) -> HttpResponse:
        """One file, decrypted on the way. Not a byte leaves before the whole of it was checked."""
        callback = self.get_object(request, unquote(object_id))
        if not self.has_view_permission(request, callback):
            raise PermissionDenied
        if callback is None:
            raise Http404
        attachment = get_object_or_404(callback.attachments.readable(), slot=slot)
        try:
            size = objects.verify(attachment.object_name)
        except (VaultError, OSError) as error:
            return self._problem_page(request, attachment, missing=isinstance(error, FileNotFoundError))
        work.record(AccessRecord.Action.DOWNLOADED, callback, request.user, slot)
        return StreamingHttpResponse(
            objects.plain_chunks(attachment.object_name),
            content_type=attachment.media_type,
            headers={
                "Content-Disposition": f'attachment; filename="{attachment.download_name}"',
                "Content-Length": str(size),
                "Content-Encoding": "identity",  # keeps the gzip middleware away: the length must stay true
                "Content-Security-Policy": "default-src 'none'; sandbox",
                "X-Content-Type-Options": "nosniff",
                "Cache-Control": "no-store, private",
            },
        )

    def _problem_page(self, request: HttpRequest, attachment: Attachment, *, missing: bool) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "attachment": attachment, "missing": missing}
        context |= {"title": "This file cannot be opened", "opts": self.opts}
        return render(request, "callbacks/admin_file_problem.html", context, status=404 if missing else 409)

    def get_search_results(self, request: HttpRequest, queryset, search_term: str):
        """A reference is found however it was said: k7m4qx is K7M-4QX."""
        letters = "".join(character for character in search_term.upper() if character.isalnum())
        if len(letters) == 6:
            search_term = f"{letters[:3]}-{letters[3:]}"
        return super().get_search_results(request, queryset, search_term)

    @admin.display(description="Waiting", ordering="received_at")
    def waiting(self, callback: CallbackRequest) -> str:
        return timesince(callback.received_at) if callback.state in CallbackRequest.WAITING else "–"

    @admin.display(description="Files", ordering="file_count")
    def file_count(self, callback: CallbackRequest) -> int:
        return callback.file_count

    @admin.display(description="Best time to call")
    @or_cannot_open
    def safe_hours(self, callback: CallbackRequest) -> str:
        return callback.open_details().safe_hours.in_words

    @admin.display(description="Name")
    @or_cannot_open
    def name(self, callback: CallbackRequest) -> str:
        return callback.open_details().name

    @admin.display(description="Phone")
    @or_cannot_open
    def phone(self, callback: CallbackRequest) -> str:
        details = callback.open_details()
        return format_html('<a href="tel:{}">{}</a>', details.phone, details.phone_for_people)

    @admin.display(description="Message")
    @or_cannot_open
    def message(self, callback: CallbackRequest) -> str:
        return callback.open_details().message or "–"

    @admin.display(description="Files")
    def files(self, callback: CallbackRequest) -> str:
        rows = [(self._file_row(attachment),) for attachment in callback.attachments.all()]
        return format_html_join("", "<div>{}</div>", rows) or "None"

    def _file_row(self, attachment: Attachment) -> str:
        try:
            name = attachment.open_name()
        except VaultError:
            name = CANNOT_OPEN
        if not attachment.is_readable:
            return format_html("{}, not taken: {} ({})", attachment, attachment.get_reason_display(), name)
        url = reverse("admin:callbacks_callbackrequest_file", args=[attachment.request_id, attachment.slot])
        return format_html(
            '<a href="{}">Download {}</a> ({}, {} bytes; named {})',
            url,
            attachment.download_name,
            attachment.get_kind_display(),
            f"{attachment.size:,}",
            name,
        )


@admin.register(AccessRecord)
class AccessRecordAdmin(admin.ModelAdmin):
    """Who read or erased what. To be read, not changed."""

    list_display = ("at", "username", "action", "request_reference", "slot")
    list_display_links = None  # a row holds all there is
    list_filter = ("action",)
    search_fields = ("username", "request_reference")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False
