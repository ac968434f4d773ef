"""The filters of the queue. None of them decrypts anything."""

from django.contrib import admin
from django.contrib.admin.views.main import SEARCH_VAR
from django.utils import timezone

from callbacks.models import CallbackRequest


class QueueFilter(admin.SimpleListFilter):
    """A row of links above the list, as the admin's side bar covers it on phones."""

    template = "callbacks/staff/_filter.html"


class StateFilter(QueueFilter):
    """Shows waiting requests by default, and all when searching for a reference."""

    title = "state"
    parameter_name = "state"
    EVERYTHING = "all"

    def lookups(self, request, model_admin):
        return [*CallbackRequest.State.choices, (self.EVERYTHING, "All")]

    def choices(self, changelist):
        first, *others = super().choices(changelist)
        yield first | {"display": "Waiting"}
        yield from others

    def queryset(self, request, queryset):
        if self.value() in CallbackRequest.State.values:
            return queryset.filter(state=self.value())
        if self.value() == self.EVERYTHING or request.GET.get(SEARCH_VAR):
            return queryset
        return queryset.waiting()


class TimeFilter(QueueFilter):
    title = "time"
    parameter_name = "time"

    def lookups(self, request, model_admin):
        return [("now", "Can be called now"), ("overdue", "Overdue"), ("never", "No hours to call")]

    def queryset(self, request, queryset):
        if self.value() == "now":
            return queryset.callable(timezone.now())
        if self.value() == "overdue":
            return queryset.overdue(timezone.now())
        if self.value() == "never":
            return queryset.never_met(timezone.now())
        return queryset


class ClaimFilter(QueueFilter):
    title = "claim"
    parameter_name = "claim"

    def lookups(self, request, model_admin):
        return [("mine", "Mine"), ("free", "Unclaimed"), ("others", "Claimed by others")]

    def queryset(self, request, queryset):
        if self.value() == "mine":
            return queryset.filter(claimed_by=request.user)
        if self.value() == "free":
            return queryset.filter(claimed_by=None)
        if self.value() == "others":
            return queryset.exclude(claimed_by=None).exclude(claimed_by=request.user)
        return queryset


class SuspicionFilter(QueueFilter):
    title = "sent by"
    parameter_name = "suspected"

    def lookups(self, request, model_admin):
        return [("yes", "Possibly automated"), ("no", "A person")]

    def queryset(self, request, queryset):
        if self.value() == "yes":
            return queryset.exclude(suspicion="")
        if self.value() == "no":
            return queryset.filter(suspicion="")
        return queryset
