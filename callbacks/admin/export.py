"""Export the queue as CSV. The access log records it before the first row is sent."""

import csv
import datetime
import uuid
from collections.abc import Callable, Iterator

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_POST

from callbacks.admin.access import CANNOT_OPEN, EXPORT, VIEW, StaffRequest, back_to_queue, needs
from callbacks.admin.downloads import as_attachment
from callbacks.admin.forms import ExportForm
from callbacks.admin.instructions import instructions
from callbacks.admin.request_page import or_cannot_open
from callbacks.casework import actions
from callbacks.models import AccessRecord, CallbackRequest
from callbacks.values.details import Details
from editorial import phones
from vault.keyring import VaultError

MAX_ROWS = 5_000
BATCH_SIZE = 200  # rows decrypted and held in memory together

#: Includes all calling instructions, for staff who work from the sheet. Phone numbers are as dialed here.
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
    "Remark on the number",
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
    "Possibly automated",
    "Closed",
]
WORDS = ["Message", "Notes"]
_UNSAFE = tuple("=+-@\t\r\n＝＋－＠")


def safe_cell(value: object) -> str:
    """`value` as text, with an apostrophe in front of anything that a spreadsheet could take for a formula."""
    text = str(value)
    return f"'{text}" if text.startswith(_UNSAFE) or text.lstrip().startswith(_UNSAFE) else text


@require_POST
@needs(VIEW, EXPORT)
def export(request: StaffRequest, chosen: Callable[[HttpRequest], QuerySet]) -> HttpResponseBase:
    """Export what `chosen` gives for the filters in the address, or redirect if that is too much or unknown."""
    try:
        found = list(chosen(request).values_list("pk", "reference")[: MAX_ROWS + 1])
    except IncorrectLookupParameters:
        return back_to_queue(request, "Unknown filters.")
    if len(found) > MAX_ROWS:
        return back_to_queue(request, f"More than {MAX_ROWS:,} requests match. Narrow the filters.")
    form = ExportForm(request.POST)
    with_words = form.is_valid() and form.cleaned_data["with_words"]
    _record(request.user, [reference for _, reference in found])
    name = f"requests-{timezone.localdate():%Y-%m-%d}.csv"
    return as_attachment(_file([pk for pk, _ in found], with_words=with_words), name, "text/csv; charset=utf-8", {})


def _record(user: User, references: list[str]) -> None:
    """Once for the export, and once for each request in it."""
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
    """A file for the csv module that returns each line instead of storing it."""

    def write(self, text: str) -> str:
        return text


def _file(pks: list[uuid.UUID], *, with_words: bool) -> Iterator[bytes]:
    writer = csv.DictWriter(_Line(), COLUMNS + (WORDS if with_words else []), quoting=csv.QUOTE_ALL)
    yield b"\xef\xbb\xbf"  # tells Excel that it is UTF-8
    yield writer.writeheader().encode()
    for start in range(0, len(pks), BATCH_SIZE):
        part = pks[start : start + BATCH_SIZE]
        related = CallbackRequest.objects.select_related("claimed_by").prefetch_related("attempts", "notes")
        rows = related.in_bulk(part)
        lines = [
            writer.writerow({name: safe_cell(value) for name, value in _row(rows[pk], with_words=with_words).items()})
            for pk in part
            if pk in rows  # the others have just been erased
        ]
        yield "".join(lines).encode()


def _row(callback: CallbackRequest, *, with_words: bool) -> dict[str, object]:
    """By column; the personal ones are left out for a withdrawn request."""
    calls = list(callback.attempts.all())  # newest first
    row: dict[str, object] = {
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
        "Possibly automated": callback.get_suspicion_display(),
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
        row["Notes"] = "\n\n".join(or_cannot_open(note.open_text) for note in callback.notes.all())
    return row


def _person(details: Details) -> dict[str, str]:
    return {
        "Name": details.name,
        "About": details.about_in_words,
        "Phone": phones.without_extension(details.phone),
        "Extension": phones.extension(details.phone),
        "Remark on the number": details.phone_remark,
        "Email": details.email,
        "Where they are": details.place,
        "Voicemail": _yes(details.voicemail),
        "Text message": _yes(details.text_message),
        "If someone else answers (their words)": details.if_other_answers_in_words,
        "How to call": " ".join(instruction.sentence for instruction in instructions(details)),
    }


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _moment(at: datetime.datetime | None) -> str:
    """On the clinic's clock, like 2026-11-29 14:05 EST."""
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M %Z") if at else ""
