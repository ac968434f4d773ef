"""Change lists that stay fast with ten thousand pages."""

import datetime
from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Max, Min, Model, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

#: Returns the keys of a model's rows whose texts have all typed words. Set by the search app, which this package must
#: not import.
find_in_texts: Callable[[type[Model], str], QuerySet] | None = None


class PageList(ChangeList):
    """Sorts keys only, then loads one page of rows without their long texts."""

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet:
        found = super().get_queryset(request, exclude_parameters)
        if not found.query.distinct:  # from filters on related rows; DISTINCT compares whole rows, texts included
            return found
        order = found.query.order_by
        return self.root_queryset.filter(pk__in=found.order_by().values("pk")).order_by(*order)

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        keys = list(self.result_list.values_list("pk", flat=True))
        rows = self.root_queryset.defer(*self.model.markdown_fields).in_bulk(keys)  # type: ignore[attr-defined]
        self.result_list = [rows[key] for key in keys if key in rows]


class FastList(admin.ModelAdmin):
    """Finds pages by part of the title or by words of the text."""

    show_facets = admin.ShowFacets.NEVER  # they count each choice of each filter

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return PageList

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        if not (search_term and self.search_fields and find_in_texts):
            return super().get_search_results(request, queryset, search_term)
        named = Q(**{f"{self.search_fields[0]}__icontains": search_term})
        return queryset.filter(named | Q(pk__in=find_in_texts(self.model, search_term))), False


class YearFilter(admin.SimpleListFilter):
    title = "published in"
    parameter_name = "year"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        ends = model_admin.model._default_manager.aggregate(Min("published_at"), Max("published_at"))
        first, last = (at and timezone.localtime(at).year for at in ends.values())
        return [(str(year), str(year)) for year in range(last, first - 1, -1)] if first else []

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        year = self.value() or ""
        if year not in {value for value, _ in self.lookup_choices}:
            return queryset
        begins, ends = (
            datetime.datetime(number, 1, 1, tzinfo=timezone.get_current_timezone())
            for number in (int(year), int(year) + 1)
        )
        return queryset.filter(published_at__gte=begins, published_at__lt=ends)
