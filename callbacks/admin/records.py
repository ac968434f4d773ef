"""The access log and the counts of erasures: leads read them, nobody changes them."""

from django.contrib import admin
from django.http import HttpRequest

from callbacks.models import AccessRecord, Erasure
from callbacks.models.requests import as_reference


class ReadOnlyAdmin(admin.ModelAdmin):
    """Not even superusers can add, change or delete rows."""

    list_display_links = None  # there is no more to see than a row
    list_per_page = 100
    show_facets = admin.ShowFacets.NEVER
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False


@admin.register(AccessRecord)
class AccessRecordAdmin(ReadOnlyAdmin):
    list_display = ("at", "username", "action", "request_reference", "slot")
    list_filter = ("action",)
    search_fields = ("username", "request_reference")

    def get_search_results(self, request: HttpRequest, queryset, search_term: str):
        return super().get_search_results(request, queryset, as_reference(search_term) or search_term)


@admin.register(Erasure)
class ErasureAdmin(ReadOnlyAdmin):
    list_display = ("at", "reason", "requests", "files")
    list_filter = ("reason",)
