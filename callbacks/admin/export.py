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

from callbacks import work
from callbacks.admin.access import CANNOT_OPEN, EXPORT, VIEW, back_to_queue, needs
from callbacks.admin.downloads import as_attachment
from callbacks.keyring import VaultError
from callbacks.models import AccessRecord, CallbackRequest
from callbacks.staff_forms import ExportForm

MOST_ROWS = 5_000
ROWS_AT_ONCE = 200  # opened and held in memory together

COLUMNS = ["Reference", "State", "Received", "Call by", "Name", "Phone", "Email", "Safe hours", "Attempts", "Closed"]
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
        work.record(AccessRecord.Action.EXPORTED, None, user)
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
    writer = csv.writer(_Line(), quoting=csv.QUOTE_ALL)
    yield b"\xef\xbb\xbf"  # tells Excel that it is UTF-8
    yield writer.writerow(COLUMNS + (WORDS if with_words else [])).encode()
    for start in range(0, len(pks), ROWS_AT_ONCE):
        part = pks[start : start + ROWS_AT_ONCE]
        rows = CallbackRequest.objects.filter(pk__in=part).with_counts().prefetch_related("notes").in_bulk()
        lines = [
            writer.writerow([safe_cell(value) for value in _row(rows[pk], with_words=with_words)])
            for pk in part
            if pk in rows  # the others were erased meanwhile
        ]
        yield "".join(lines).encode()


def _row(callback: CallbackRequest, *, with_words: bool) -> list[object]:
    details = None
    if callback.state != CallbackRequest.State.WITHDRAWN:
        try:
            details = callback.open_details()
            person = [details.name, details.phone, details.email]
        except VaultError:
            person = [CANNOT_OPEN] * 3
    else:
        person = [""] * 3
    row = [
        callback.reference,
        callback.get_state_display(),
        _moment(callback.received_at),
        _moment(callback.call_by),
        *person,
        callback.safe_hours.in_words,
        callback.attempt_count,
        "yes" if callback.state == CallbackRequest.State.CLOSED else "no",
    ]
    if with_words:
        row += [details.message if details else "", "\n\n".join(_note(note) for note in callback.notes.all())]
    return row


def _note(note) -> str:
    try:
        return note.open_text()
    except VaultError:
        return CANNOT_OPEN


def _moment(at: datetime.datetime) -> str:
    """On the clinic's clock, as spreadsheets read it."""
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M")
