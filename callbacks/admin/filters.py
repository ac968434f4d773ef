"""The filters of the queue, none of which decrypts anything."""

import datetime

from django.utils import timezone

from callbacks.admin.codes import ABOUT, CHANNELS, LANGUAGES, WISHES
from callbacks.models import CallbackRequest
from callbacks.models.querysets import CallbackRequestQuerySet as Rows
from editorial.admin.fields import OptionsFilter


def _within_the_hour(rows: Rows) -> Rows:
    now = timezone.now()
    return rows.callable_by(now, now + datetime.timedelta(hours=1))


class QueueFilter(OptionsFilter):
    """A row of links above the list, as the admin's sidebar covers it on phones."""

    template = "callbacks/staff/_filter.html"


class StateFilter(QueueFilter):
    """Shows waiting requests by default."""

    title = parameter_name = "state"
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
        return queryset if self.value() == self.EVERYTHING else queryset.waiting()


class TimeFilter(QueueFilter):
    title = parameter_name = "time"
    options = {
        "now": ("Can be called now", lambda rows, request: rows.callable(timezone.now())),
        "hour": ("Within the hour", lambda rows, request: _within_the_hour(rows)),
        "overdue": ("Overdue", lambda rows, request: rows.overdue(timezone.now())),
        "never": ("No hours to call", lambda rows, request: rows.never_met(timezone.now())),
    }


class ClaimFilter(QueueFilter):
    title = parameter_name = "claim"
    options = {
        "mine": ("Mine", lambda rows, request: rows.filter(claimed_by=request.user.pk)),
        "free": ("Unclaimed", lambda rows, request: rows.filter(claimed_by=None)),
        "others": (
            "Claimed by others",
            lambda rows, request: rows.exclude(claimed_by=None).exclude(claimed_by=request.user.pk),
        ),
    }


def _by_code(field: str, labels: dict[str, str]) -> dict:
    """Return options for a person's choice, in a field in the clear."""
    return {
        code: (label, lambda rows, request, code=code: rows.filter(**{field: code})) for code, label in labels.items()
    }


class LanguageFilter(QueueFilter):
    title = parameter_name = "language"
    options = _by_code("language", LANGUAGES)


class ChannelFilter(QueueFilter):
    title, parameter_name = "reach by", "channel"
    options = _by_code("channel", CHANNELS)


class AboutFilter(QueueFilter):
    title = parameter_name = "about"
    options = _by_code("about", ABOUT)


class WishFilter(QueueFilter):
    title, parameter_name = "to others", "if_other_answers"
    options = _by_code("if_other_answers", WISHES)


class SuspicionFilter(QueueFilter):
    title = "sent by"
    parameter_name = "suspected"
    options = {
        "yes": ("Possibly automated", lambda rows, request: rows.exclude(suspicion="")),
        "no": ("A person", lambda rows, request: rows.filter(suspicion="")),
    }


FEW = (StateFilter, TimeFilter, ClaimFilter)
#: Folded above the list.
MORE = (LanguageFilter, ChannelFilter, AboutFilter, WishFilter, SuspicionFilter)
