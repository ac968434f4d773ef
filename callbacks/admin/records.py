"""The access log and the counts of erasures, read-only, for leads."""

from collections.abc import Iterator

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from callbacks.admin import export
from callbacks.admin.access import ACCESS_LOG, StaffRequest, needs
from callbacks.casework import actions
from callbacks.models import AccessRecord, Erasure
from callbacks.models.requests import as_reference
from editorial.admin.content import nobody

HEAD = ("At (clinic time)", "Who", "What", "Request", "File", "Login")
BATCH_SIZE = 1_000


class ReadOnlyAdmin(admin.ModelAdmin):
    """Not even superusers can add, change or delete rows."""

    list_display_links = None  # rows have no page
    show_facets = admin.ShowFacets.NEVER
    actions = None
    has_add_permission = has_change_permission = has_delete_permission = nobody


@admin.register(AccessRecord)
class AccessRecordAdmin(ReadOnlyAdmin):
    """The access log. Everyone who can read it can export it; each export is logged too."""

    change_list_template = "callbacks/staff/access_log.html"
    list_display = ("at", "by", "action", "request_reference", "slot")
    list_filter = ("action",)
    list_select_related = ("who",)
    search_fields = ("username", "who__first_name", "who__last_name", "request_reference")

    def get_urls(self):
        view = self.admin_site.admin_view(needs(ACCESS_LOG)(require_POST(self.export_view)))
        return [path("export/", view, name="callbacks_accessrecord_export"), *super().get_urls()]

    def export_view(self, request: StaffRequest) -> HttpResponseBase:
        """Export the list with the URL's filters."""
        try:
            rows = self.get_changelist_instance(request).get_queryset(request)
        except IncorrectLookupParameters:
            return HttpResponseRedirect(reverse("admin:callbacks_accessrecord_changelist"), status=303)
        actions.record(AccessRecord.Action.EXPORTED, None, request.user, "access log")
        return export.as_csv("access-log", HEAD, _batches(rows))

    def get_search_results(self, request: HttpRequest, queryset, search_term: str):
        return super().get_search_results(request, queryset, as_reference(search_term) or search_term)


def _batches(rows: QuerySet[AccessRecord]) -> Iterator[export.Rows]:
    """Yield batches, newest first, each by its own query, so that a slow client keeps no transaction open."""
    batch = list(rows.order_by("-pk")[:BATCH_SIZE])
    while batch:
        yield [_cells(row) for row in batch]
        batch = list(rows.filter(pk__lt=batch[-1].pk).order_by("-pk")[:BATCH_SIZE])


def _cells(row: AccessRecord) -> tuple[str, ...]:
    what, file = row.get_action_display(), row.get_slot_display()
    return export.moment(row.at), row.by, what, row.request_reference, file, row.username


@admin.register(Erasure)
class ErasureAdmin(ReadOnlyAdmin):
    list_display = ("at", "reason", "requests", "files")
    list_filter = ("reason",)
