"""The filters of the queue, none of which decrypts anything."""

import datetime
from functools import partial

from django.utils import timezone

from callbacks.admin.codes import ABOUT, CHANNELS, LANGUAGES, WISHES
from callbacks.models import CallbackRequest
from editorial.admin.fields import OptionsFilter

HOUR = datetime.timedelta(hours=1)


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
        "hour": ("Within the hour", lambda rows, request: rows.callable_within(HOUR, timezone.now())),
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


def _by_choice(name: str, field: str, labels: dict[str, str]) -> type[QueueFilter]:
    """Return a filter by a person's choice, in a field in the clear."""

    def having(rows, request, code):
        return rows.filter(**{field: code})

    options = {code: (label, partial(having, code=code)) for code, label in labels.items()}
    return type("ChoiceFilter", (QueueFilter,), {"title": name, "parameter_name": field, "options": options})


class SuspicionFilter(QueueFilter):
    title = "sent by"
    parameter_name = "suspected"
    options = {
        "yes": ("Possibly automated", lambda rows, request: rows.exclude(suspicion="")),
        "no": ("A person", lambda rows, request: rows.filter(suspicion="")),
    }


COMMON = (StateFilter, TimeFilter, ClaimFilter)
#: Behind a fold.
FOLDED = (
    _by_choice("language", "language", LANGUAGES),
    _by_choice("reach by", "channel", CHANNELS),
    _by_choice("about", "about", ABOUT),
    _by_choice("to others", "if_other_answers", WISHES),
    SuspicionFilter,
)
