"""The queue of requests: waiting, callable, overdue. It shows no name or number, and decrypts nothing."""

import contextlib
from typing import cast

from django.contrib import admin, messages
from django.contrib.admin.filters import ListFilter
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_POST

from callbacks.admin import access, action_views, downloads, export, request_page, team_views, waiting_times
from callbacks.admin.filters import COMMON, FOLDED
from callbacks.admin.forms import FindForm, HandOverForm
from callbacks.admin.presenter import RequestSummary
from callbacks.admin.records import ReadOnlyAdmin
from callbacks.casework import actions, erasure, setup_gaps
from callbacks.models import AccessRecord, CallbackRequest

FILTERS = (*COMMON, *FOLDED)


class Queue(ChangeList):
    """A change list in the fixed order of the queue."""

    def get_ordering(self, request, queryset):
        return [*queryset.query.order_by, "pk"]

    def get_filters_params(self, params=None):
        # The admin allows URLs to filter by any field, hashes and sealed ones included.
        names = {chosen.parameter_name for chosen in FILTERS}
        return {name: value for name, value in super().get_filters_params(params).items() if name in names}

    def summaries(self) -> list[RequestSummary]:
        return RequestSummary.for_all(self.result_list, timezone.now())

    @property
    def common_filters(self) -> list[ListFilter]:
        return self.filter_specs[: len(COMMON)]

    @property
    def folded_filters(self) -> list[ListFilter]:
        return self.filter_specs[len(COMMON) :]

    @property
    def uses_folded_filters(self) -> bool:
        return any(spec.used_parameters for spec in self.folded_filters)

    def get_results(self, request: HttpRequest) -> None:
        """Load rows and count files and calls for one page only: sealed fields are long, counting is slow."""
        super().get_results(request)
        keys = list(self.result_list.values_list("pk", flat=True))
        rows = CallbackRequest.objects.with_counts().select_related("claimed_by").in_bulk(keys)
        self.result_list = [rows[key] for key in keys if key in rows]


@admin.register(CallbackRequest)
class CallbackRequestAdmin(ReadOnlyAdmin):
    """Staff read requests and act on them; nobody adds or edits one."""

    change_list_template = "callbacks/staff/queue.html"
    list_display = ("reference",)
    list_filter = FILTERS
    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    sortable_by = ()

    def has_view_permission(self, request: HttpRequest, obj=None) -> bool:
        return request.user.has_perm(access.VIEW)

    def get_queryset(self, request: HttpRequest):
        return CallbackRequest.objects.for_staff(timezone.now())

    def get_changelist(self, request: HttpRequest, **kwargs):
        return Queue

    def get_urls(self):
        def at(route: str, view, name: str):
            return path(route, self.admin_site.admin_view(view), name=f"callbacks_callbackrequest_{name}")

        one = "<uuid:pk>"
        return [
            at("find/", find, "find"),
            at("erase/", erase_selected, "erase"),
            at("waiting-times/", waiting_times.page, "waiting_times"),
            at("export/", self.export_view, "export"),
            at(f"{one}/sheet/", request_page.sheet, "sheet"),
            at(f"{one}/number/", request_page.reveal, "reveal"),
            at("awake/", team_views.awake, "awake"),
            at("hand-over/", team_views.hand_over, "hand_over"),
            at(f"{one}/assign/", team_views.assign, "assign"),
            at(f"{one}/merge/", team_views.merge, "merge"),
            at(f"{one}/do-not-call/", team_views.bar, "bar"),
            at(f"{one}/do-not-call/lift/", team_views.lift_bar, "lift_bar"),
            at(f"{one}/call/", action_views.call, "call"),
            at(f"{one}/claim/", action_views.claim, "claim"),
            at(f"{one}/release/", action_views.release, "release"),
            at(f"{one}/attempts/", action_views.log_attempt, "attempt"),
            at(f"{one}/notes/", action_views.add_note, "note"),
            at(f"{one}/disclosures/", action_views.add_disclosure, "disclosure"),
            at(f"{one}/account/", request_page.disclosure_account, "account"),
            at(f"{one}/close/", action_views.close, "close"),
            at(f"{one}/reopen/", action_views.reopen, "reopen"),
            at(f"{one}/files/<slug:slot>/", downloads.download, "file"),
            at(f"{one}/files/<slug:slot>/original/", downloads.download_original, "original"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        user = cast(User, request.user)
        context = setup_gaps.messages_for(user) | {
            "find_form": FindForm(),
            "title": "Callback requests",
            "is_nav_sidebar_enabled": False,
            "tally": CallbackRequest.objects.tally(timezone.now(), user.pk),
            "max_exported": export.MAX_ROWS,
            "session": access.session_left(request),
        }
        if user.has_perm(access.WORK):
            context["hand_over_form"] = HandOverForm(who=user)
        if "X-Refresh" in request.headers:
            request.session.modified = False  # an automatic refresh does not extend the session
        return super().changelist_view(request, context | (extra_context or {}))

    def change_view(self, request: HttpRequest, object_id: str, form_url="", extra_context=None) -> HttpResponse:
        return request_page.page(request, object_id)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context=None) -> HttpResponse:
        return confirm_erasure(request, object_id)

    def history_view(self, request: HttpRequest, object_id: str, extra_context=None) -> HttpResponse:
        raise Http404  # the access log replaces it

    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        """Export the queue with the URL's filters."""
        return export.export(request, lambda: self.get_changelist_instance(request).get_queryset(request))


@require_POST
@access.needs(access.VIEW)
def find(request: access.StaffRequest) -> HttpResponse:
    """Find a reference or an exact phone number. A POST, as numbers must not be in URLs or the history."""
    form = FindForm(request.POST, may_search_phones=request.user.has_perm(access.WORK))
    found: list[RequestSummary] = []
    if form.is_valid():
        text = form.cleaned_data["text"]
        if not text.startswith("+"):
            if callback := CallbackRequest.objects.filter(reference=text).first():
                return access.to_page(callback)
            form.add_error("text", f"No request has the reference {text}.")
        else:
            actions.record(AccessRecord.Action.SEARCHED, None, request.user)
            now = timezone.now()
            same = CallbackRequest.objects.with_phone(text).with_counts()
            found = RequestSummary.for_all(same.for_staff(now).select_related("claimed_by"), now)
            if not found:
                form.add_error("text", "No request has exactly this number.")
    context = {"find_form": form, "summaries": found, "title": "Find a request"}
    return access.staff_page(request, "found.html", context)


@access.needs(access.VIEW, access.ERASE)
def confirm_erasure(request: access.StaffRequest, object_id: str) -> HttpResponse:
    return _confirm(request, [access.find_request(object_id)])


@require_POST
@access.needs(access.VIEW, access.ERASE)
def erase_selected(request: access.StaffRequest) -> HttpResponse:
    """Erase the `selected` requests, once confirmed (`post`)."""
    chosen: list[CallbackRequest] = []
    with contextlib.suppress(ValidationError):  # invalid keys select nothing
        chosen += CallbackRequest.objects.filter(pk__in=request.POST.getlist("selected"))
    if not chosen:
        return access.back_to_queue(request, "Choose the requests first.")
    if request.POST.get("post") != "yes":
        return _confirm(request, chosen)
    for callback in chosen:
        erasure.erase(callback, by=request.user)
    messages.success(request, f"Erased: {', '.join(callback.reference for callback in chosen)}.")
    return access.to_queue()


def _confirm(request: access.StaffRequest, chosen: list[CallbackRequest]) -> HttpResponse:
    waiting = sum(callback.is_waiting for callback in chosen)
    context = {"chosen": chosen, "waiting": waiting, "title": "Erase for good"}
    return access.staff_page(request, "erase.html", context)
