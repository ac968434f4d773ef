"""The account of disclosures, with the items of 45 CFR 164.528, sealed and erased with its request."""

import datetime
import json
from dataclasses import asdict, dataclass

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext

from callbacks.casework import actions
from callbacks.models import CallbackRequest, Disclosure
from vault.keyring import VaultError


@dataclass(frozen=True, repr=False)  # no repr: it must not end up in a log
class Entry:
    on: datetime.date
    to: str
    address: str
    what: str
    purpose: str


def record(request: CallbackRequest, who: User, entry: Entry) -> None:
    """Record a disclosure. Raises as actions.write."""
    text = json.dumps(asdict(entry) | {"on": entry.on.isoformat()})
    actions.write(Disclosure, request, who, text)


def account(request: CallbackRequest) -> list[Entry | None]:
    """Return the entries of a request and those merged with it, by day; last, None for each that cannot be opened."""
    entries = [_opened(row) for row in _rows(request).select_related("request").order_by("at")]
    return sorted(entries, key=lambda entry: entry.on if entry else datetime.date.max)


def others_in_account(request: CallbackRequest) -> QuerySet[CallbackRequest]:
    """Return the requests merged with this one whose entries its account shows, to record that they were read."""
    return CallbackRequest.objects.filter(disclosures__in=_rows(request)).exclude(pk=request.pk).distinct()


def _rows(request: CallbackRequest) -> QuerySet[Disclosure]:
    case = request.merged_into or request
    return Disclosure.objects.filter(Q(request=case) | Q(request__merged_into=case))


def in_words(request: CallbackRequest) -> dict:
    """Return an account for the person, in the active language."""
    kept = gettext(
        "Staff write down here what they pass on to others. The list is erased with your request, on %(day)s or "
        "when you cancel."
    )
    return {
        "title": gettext("Who else was told"),
        "entries": [_facts(entry) for entry in account(request)],  # labels and values
        "nobody": gettext("No one, by our records."),
        "kept": kept % {"day": date_format(timezone.localtime(request.erase_after))},
    }


def _facts(entry: Entry | None) -> list[tuple[str, str]]:
    if entry is None:
        return [(gettext("One more"), gettext("We cannot open this entry. Call us and ask."))]
    return [
        (gettext("Day"), date_format(entry.on)),
        (gettext("To"), "\n".join(filter(None, [entry.to, entry.address]))),
        (gettext("What"), entry.what),
        (gettext("Purpose"), entry.purpose),
    ]


def _opened(row: Disclosure) -> Entry | None:
    try:
        content = json.loads(row.open_text())
    except VaultError:
        return None
    return Entry(**content | {"on": datetime.date.fromisoformat(content["on"])})
