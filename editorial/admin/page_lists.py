"""Change lists that stay fast with ten thousand pages."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

#: Returns the keys of a model's rows whose texts have all typed words. Set by the search app, which this package must
#: not import.
find_in_texts: Callable[[type[Model], str], QuerySet] | None = None


class PageList(ChangeList):
    """Compares and sorts rows without their long texts, and loads one page of them."""

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet:
        found = super().get_queryset(request, exclude_parameters)
        if found.query.distinct:  # from filters on related rows; DISTINCT compares whole rows, texts included
            found = self.root_queryset.filter(pk__in=found.order_by().values("pk")).order_by(*found.query.order_by)
        return found

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = self.result_list.defer(*self.model.markdown_fields)  # type: ignore[attr-defined]


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
