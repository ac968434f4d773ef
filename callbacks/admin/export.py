"""Export the queue as CSV; records.py exports the access log. Exports are recorded before the first row is sent."""

import csv
import datetime
import io
import itertools
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.template.defaultfilters import yesno
from django.utils import timezone
from django.views.decorators.http import require_POST

from callbacks.admin.access import CANNOT_OPEN, EXPORT, VIEW, StaffRequest, back_to_queue, needs
from callbacks.admin.codes import CHANNELS
from callbacks.admin.downloads import as_attachment
from callbacks.admin.instructions import instructions
from callbacks.admin.opened import or_cannot_open
from callbacks.casework import actions, do_not_call
from callbacks.models import AccessRecord, CallbackRequest
from callbacks.values.details import Channel, Details, IfOtherAnswers
from editorial.values import phones

DO_NOT_CALL = "Do not call"
MAX_ROWS = 5_000
BATCH_SIZE = 200  # rows decrypted and held in memory together

_UNSAFE = tuple("=+-@\t\r\n＝＋－＠")


def safe_cell(value: object) -> str:
    """Return the value as text, with an apostrophe before anything that could be a spreadsheet formula."""
    text = str(value)
    return f"'{text}" if text.startswith(_UNSAFE) or text.lstrip().startswith(_UNSAFE) else text


@require_POST
@needs(VIEW, EXPORT)
def export(request: StaffRequest, chosen: Callable[[], QuerySet]) -> HttpResponseBase:
    """Export the rows that `chosen` returns; redirect for too many rows or invalid filters."""
    try:
        found = list(chosen().values_list("pk", "reference")[: MAX_ROWS + 1])
    except IncorrectLookupParameters:
        return back_to_queue(request, "Unknown filters.")
    if len(found) > MAX_ROWS:
        return back_to_queue(request, f"More than {MAX_ROWS:,} requests match. Narrow the filters.")
    by = {"who": request.user, "username": request.user.get_username(), "action": AccessRecord.Action.EXPORTED}
    references = ["", *(reference for _, reference in found)]  # the export itself, and each request in it
    AccessRecord.objects.bulk_create(AccessRecord(request_reference=each, **by) for each in references)
    columns = COLUMNS | (WORDS if "with_words" in request.POST else {})
    return as_csv("requests", columns, _rows([pk for pk, _ in found], columns))


Rows = Iterable[Iterable[object]]


def as_csv(name: str, head: Iterable[str], batches: Iterable[Rows]) -> HttpResponseBase:
    """Stream a CSV file, named with today's date, batch by batch."""

    def parts() -> Iterator[bytes]:
        yield b"\xef\xbb\xbf"  # tells Excel that it is UTF-8
        for rows in itertools.chain([[head]], batches):
            text = io.StringIO(newline="")
            csv.writer(text, quoting=csv.QUOTE_ALL).writerows(map(safe_cell, row) for row in rows)
            yield text.getvalue().encode()

    return as_attachment(parts(), f"{name}-{timezone.localdate():%Y-%m-%d}.csv", "text/csv; charset=utf-8", {})


def _rows(pks: list[uuid.UUID], columns: "dict[str, Column]") -> Iterator[Rows]:
    is_barred = do_not_call.barred_among()
    for start in range(0, len(pks), BATCH_SIZE):
        part = pks[start : start + BATCH_SIZE]
        related = CallbackRequest.objects.select_related("claimed_by").prefetch_related("attempts", "notes")
        rows = related.in_bulk(part)
        found = [_Row(rows[pk], is_barred) for pk in part if pk in rows]  # the others were just erased
        yield [[value_of(row) for value_of in columns.values()] for row in found]


class _Row:
    """A request, with its details, without numbers that nobody may call, if they are kept and can be opened."""

    def __init__(self, request: CallbackRequest, is_barred: Callable[[str], bool]) -> None:
        self.request = request
        self.last_call = next(iter(request.attempts.all()), None)  # newest first
        self.details = request.readable_details()
        self.barred = {name for name in ("phone", "second_phone") if is_barred(getattr(self.details, name, ""))}
        if self.details:  # what was written beside a barred number may be another one
            hidden: dict[str, Any] = {each: "" for name in self.barred for each in (name, f"{name}_remark")}
            self.details = replace(self.details, **hidden)

    def notes(self) -> str:
        return "\n\n".join(or_cannot_open(note.open_text) for note in self.request.notes.all())


Column = Callable[[_Row], object]


def _person(value_of: Callable[[Details], object], *, if_unopened: str = "") -> Column:
    """Make a column from the details: empty if withdrawn, `if_unopened` if they cannot be opened."""

    def cell(row: _Row) -> object:
        if row.details:
            return value_of(row.details)
        return if_unopened if row.request.is_kept else ""

    return cell


def _number(name: str, in_words: Callable[[str], str], *, if_unopened: str = "") -> Column:
    """Make a column with a number as dialed here, or with DO_NOT_CALL."""
    as_dialed = _person(lambda details: in_words(getattr(details, name)), if_unopened=if_unopened)
    return lambda row: DO_NOT_CALL if name in row.barred else as_dialed(row)


def _how_to_call(details: Details) -> str:
    if not (details.phones or details.email):
        return f"{DO_NOT_CALL}."
    return " ".join(each.sentence for each in instructions(details))


def moment(at: datetime.datetime | None) -> str:
    """Format in the clinic's time zone, like 2026-11-29 14:05 EST."""
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M %Z") if at else ""


#: Includes all calling instructions, for staff who work from the sheet. Phone numbers are as dialed here.
COLUMNS: dict[str, Column] = {
    "Reference": lambda row: row.request.reference,
    "State": lambda row: row.request.get_state_display(),
    "Received (clinic time)": lambda row: moment(row.request.received_at),
    "Call by (clinic time)": lambda row: moment(row.request.call_by),
    "Promised": lambda row: yesno(row.request.due_is_promised),
    "Next try (clinic time)": lambda row: moment(row.request.next_try_at),
    "Claimed by": lambda row: actions.name_of(row.request.claimed_by),
    "Name": _person(lambda details: details.name, if_unopened=CANNOT_OPEN),
    "About": _person(lambda details: details.about_in_words),
    "Phone": _number("phone", phones.without_extension, if_unopened=CANNOT_OPEN),
    "Extension": _person(lambda details: phones.extension(details.phone)),
    "Remark on the number": _person(lambda details: details.phone_remark),
    "Second number": _number("second_phone", phones.for_people),
    "Remark on the second number": _person(lambda details: details.second_phone_remark),
    "Email": _person(lambda details: details.email, if_unopened=CANNOT_OPEN),
    "Language": _person(lambda details: details.language_in_words),
    "First by": _person(lambda details: CHANNELS.get(Channel(details.channel), "") if details.channel else ""),
    "Safe hours": lambda row: row.request.safe_hours.in_words,
    "Where they are": _person(lambda details: details.place),
    "Voicemail": _person(lambda details: yesno(details.voicemail)),
    "Text message": _person(lambda details: yesno(details.text_message)),
    "If someone else answers (their words)": _person(lambda details: IfOtherAnswers(details.if_other_answers).label),
    "May be told": _person(lambda details: details.may_tell or "nobody"),
    "How to call": _person(_how_to_call, if_unopened=CANNOT_OPEN),
    "Calls": lambda row: len(row.request.attempts.all()),
    "Last call (clinic time)": lambda row: moment(row.last_call.at if row.last_call else None),
    "How it went": lambda row: row.last_call.get_outcome_display() if row.last_call else "",
    "Changed by the person (clinic time)": lambda row: moment(row.request.corrected_at),
    "Possibly automated": lambda row: row.request.get_suspicion_display(),
    "Closed": lambda row: yesno(row.request.state == CallbackRequest.State.CLOSED),
}
WORDS: dict[str, Column] = {"Message": _person(lambda details: details.message), "Notes": _Row.notes}
