"""The queue as a table for a spreadsheet. Who exported what is recorded before the first row leaves."""

import csv
import datetime
import uuid
from collections.abc import Callable, Iterator

from django.contrib.admin.options import IncorrectLookupParameters
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from callbacks.admin.access import CANNOT_OPEN, EXPORT, VIEW, back_to_queue, needs
from callbacks.admin.downloads import as_attachment
from callbacks.admin.forms import ExportForm
from callbacks.admin.instructions import instructions
from callbacks.casework import actions
from callbacks.models import AccessRecord, CallbackRequest
from callbacks.values.details import Details
from editorial import phones
from vault.keyring import VaultError

MOST_ROWS = 5_000
ROWS_AT_ONCE = 200  # opened and held in memory together

#: Who works from the sheet reads all that the request's page says on how to call. Phones are as one dials them here.
COLUMNS = [
    "Reference",
    "State",
    "Received (clinic time)",
    "Call by (clinic time)",
    "Promised",
    "Next try (clinic time)",
    "Claimed by",
    "Name",
    "About",
    "Phone",
    "Extension",
    "Beside the number",
    "Email",
    "Safe hours",
    "Where they are",
    "Voicemail",
    "Text message",
    "If someone else answers (their words)",
    "How to call",
    "Calls",
    "Last call (clinic time)",
    "How it went",
    "Changed by the person (clinic time)",
    "Perhaps a program",
    "Closed",
]
WORDS = ["Message", "Notes"]
_UNSAFE = tuple("=+-@\t\r\n＝＋－＠")


def safe_cell(value: object) -> str:
    """`value` as text that no spreadsheet takes for a formula: an apostrophe goes before what could begin one."""
    text = str(value)
    return f"'{text}" if text.startswith(_UNSAFE) or text.lstrip().startswith(_UNSAFE) else text


@require_POST
@needs(VIEW, EXPORT)
def export(request: HttpRequest, chosen: Callable[[HttpRequest], QuerySet]) -> HttpResponse:
    """All requests that `chosen` gives for the filters in the address; 303 back where they are too many or none."""
    try:
        found = list(chosen(request).values_list("pk", "reference")[: MOST_ROWS + 1])
    except IncorrectLookupParameters:
        return back_to_queue(request, "These filters are not known.")
    if len(found) > MOST_ROWS:
        return back_to_queue(request, f"These are more than {MOST_ROWS:,} requests. Narrow the filters.")
    form = ExportForm(request.POST)
    with_words = form.is_valid() and form.cleaned_data["with_words"]
    _record(request, [reference for _, reference in found])
    name = f"requests-{timezone.localdate():%Y-%m-%d}.csv"
    return as_attachment(_file([pk for pk, _ in found], with_words=with_words), name, "text/csv; charset=utf-8", {})


def _record(request: HttpRequest, references: list[str]) -> None:
    """Once for the export, and once for each request in it."""
    user = request.user
    with transaction.atomic():
        actions.record(AccessRecord.Action.EXPORTED, None, user)
        AccessRecord.objects.bulk_create(
            AccessRecord(
                who=user,
                username=user.get_username(),
                request_reference=reference,
                action=AccessRecord.Action.EXPORTED,
            )
            for reference in references
        )


class _Line:
    """Where the csv module writes: what it wrote is handed on at once."""

    def write(self, text: str) -> str:
        return text


def _file(pks: list[uuid.UUID], *, with_words: bool) -> Iterator[bytes]:
    writer = csv.DictWriter(_Line(), COLUMNS + (WORDS if with_words else []), quoting=csv.QUOTE_ALL)
    yield b"\xef\xbb\xbf"  # tells Excel that it is UTF-8
    yield writer.writeheader().encode()
    for start in range(0, len(pks), ROWS_AT_ONCE):
        part = pks[start : start + ROWS_AT_ONCE]
        rows = CallbackRequest.objects.filter(pk__in=part).select_related("claimed_by")
        rows = rows.prefetch_related("attempts", "notes").in_bulk()
        lines = [
            writer.writerow({name: safe_cell(value) for name, value in _row(rows[pk], with_words=with_words).items()})
            for pk in part
            if pk in rows  # the others were erased meanwhile
        ]
        yield "".join(lines).encode()


def _row(callback: CallbackRequest, *, with_words: bool) -> dict[str, object]:
    """By column; those of a person who withdrew stay empty."""
    calls = list(callback.attempts.all())  # newest first
    row = {
        "Reference": callback.reference,
        "State": callback.get_state_display(),
        "Received (clinic time)": _moment(callback.received_at),
        "Call by (clinic time)": _moment(callback.call_by),
        "Promised": _yes(callback.due_is_promised),
        "Next try (clinic time)": _moment(callback.next_try_at),
        "Claimed by": actions.name_of(callback.claimed_by),
        "Safe hours": callback.safe_hours.in_words,
        "Calls": len(calls),
        "Last call (clinic time)": _moment(calls[0].at) if calls else "",
        "How it went": calls[0].get_outcome_display() if calls else "",
        "Changed by the person (clinic time)": _moment(callback.corrected_at),
        "Perhaps a program": callback.get_suspicion_display(),
        "Closed": _yes(callback.state == CallbackRequest.State.CLOSED),
    }
    details = None
    if callback.is_kept:
        try:
            details = callback.open_details()
            row |= _person(details)
        except VaultError:
            row |= dict.fromkeys(("Name", "Phone", "Email", "How to call"), CANNOT_OPEN)
    if with_words:
        row["Message"] = details.message if details else ""
        row["Notes"] = "\n\n".join(_note(note) for note in callback.notes.all())
    return row


def _person(details: Details) -> dict[str, str]:
    return {
        "Name": details.name,
        "About": details.about_in_words,
        "Phone": phones.without_extension(details.phone),
        "Extension": phones.extension(details.phone),
        "Beside the number": details.phone_remark,
        "Email": details.email,
        "Where they are": details.place,
        "Voicemail": _yes(details.voicemail),
        "Text message": _yes(details.text_message),
        "If someone else answers (their words)": details.if_other_answers_in_words,
        "How to call": " ".join(instruction.sentence for instruction in instructions(details)),
    }


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _note(note) -> str:
    try:
        return note.open_text()
    except VaultError:
        return CANNOT_OPEN


def _moment(at: datetime.datetime | None) -> str:
    """On the clinic's clock, with the zone that it is in on that day: 2026-11-29 14:05 EST."""
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M %Z") if at else ""
