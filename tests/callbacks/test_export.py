"""The export: who may have it, what is in it, that it is recorded, and that no cell runs in a spreadsheet."""

import csv
import datetime
import io
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from callbacks.admin import export
from callbacks.admin.export import COLUMNS, safe_cell
from callbacks.admin.instructions import instructions
from callbacks.casework import actions, erasure
from callbacks.models import AccessRecord, CallbackRequest
from callbacks.values.details import Details
from callbacks.values.safe_hours import PartOfDay, SafeHours
from tests.callbacks.helpers import ERASE, EXPORT, QUEUE, VIEW, WORK, records, said, sign_in, step, stored, submit
from tests.factories import make_staff

pytestmark = pytest.mark.django_db


def exported(response) -> list[list[str]]:
    data = b"".join(response.streaming_content)
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def _rows(response) -> list[dict[str, str]]:
    head, *rows = exported(response)
    return [dict(zip(head, row, strict=True)) for row in rows]


@pytest.mark.parametrize("permissions", [(VIEW, WORK, ERASE), (WORK, ERASE, EXPORT)])
def test_export_needs_its_own_permission(client, asked, permissions):
    sign_in(client, *permissions)
    assert client.post(step("export")).status_code == 403
    if VIEW in permissions:
        assert step("export") not in client.get(QUEUE).content.decode()
    assert records() == []


def test_export_holds_the_queue_without_messages_and_is_an_attachment(client, asked):
    actions.log_attempt(_claimed(asked), asked.claimed_by, "no_answer")
    response = sign_in(client, VIEW, EXPORT).post(step("export"))
    head, row = exported(response)
    assert head == list(COLUMNS)
    row = dict(zip(head, row, strict=True))
    assert (row["Reference"], row["State"], row["Closed"]) == (asked.reference, "Attempted", "no")
    assert (row["Name"], row["Phone"], row["Email"]) == ("Zoë Miller", "(212) 555-0123", "")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"].startswith('attachment; filename="requests-')
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "no-store" in response["Cache-Control"]


def _claimed(request: CallbackRequest) -> CallbackRequest:
    actions.claim(request, make_staff("alex"))
    return request


def test_export_has_all_calling_instructions_of_the_page(client, alex):
    details = Details(
        name="Ana",
        phone="+12125550199;ext=7",
        phone_remark="room 204, or 646-555-0100",
        about="someone_else",
        safe_hours=SafeHours((PartOfDay.MORNING,), "America/Phoenix"),
        text_message=True,
        if_other_answers="wrong_number",
        place="Boise",
        earlier_names=("Juan",),
    )
    request = submit(details=details)
    actions.claim(request, alex)
    row = _rows(sign_in(client, VIEW, EXPORT).post(step("export")))[0]
    said = {"Voicemail": "no", "Text message": "yes", "About": "Someone else", "Claimed by": "Alex"}
    said |= {"Phone": "(212) 555-0199", "Extension": "7", "Remark on the number": "room 204, or 646-555-0100"}
    said |= {"If someone else answers (their words)": "Say it is a wrong number, and hang up"}
    said |= {"Safe hours": "Morning, 8 to 12 (Arizona time)", "Where they are": "Boise"}
    said |= {"Promised": "no", "Possibly automated": ""}
    assert {name: row[name] for name in said} == said
    for instruction in instructions(details):
        assert instruction.sentence in row["How to call"]


def test_times_in_the_export_carry_the_zone_of_their_own_day(client, asked):
    actions.claim(asked, make_staff("alex"))
    later = timezone.now() + datetime.timedelta(days=3)
    actions.log_attempt(asked, asked.claimed_by, "someone_else", next_try_at=later)
    winter, summer = "2026-12-01T17:05Z", "2026-07-01T17:05Z"
    CallbackRequest.objects.update(corrected_at=winter, next_try_at=summer, due_at=winter, received_at=summer)
    row = _rows(sign_in(client, VIEW, EXPORT).post(step("export")))[0]
    assert row["Changed by the person (clinic time)"] == "2026-12-01 12:05 EST"
    assert row["Next try (clinic time)"] == row["Received (clinic time)"] == "2026-07-01 13:05 EDT"
    assert row["How it went"] == "Someone else answered" and re.fullmatch(
        r"\d{4}-\d\d-\d\d \d\d:\d\d E[SD]T", row["Last call (clinic time)"]
    )
    assert all("(clinic time)" in name for name, value in row.items() if re.match(r"\d{4}-", value))


@pytest.mark.parametrize(
    ("phone", "cells"),
    [
        ("+12125550199", ("(212) 555-0199", "")),
        ("+18665121908;ext=5", ("(866) 512-1908", "5")),
        ("+442079460958", ("011 44 20 7946 0958", "")),
        ("+525512345678", ("011 52 55 1234 5678", "")),
        ("", ("", "")),
    ],
)
def test_number_in_the_export_is_as_one_dials_it_and_needs_no_apostrophe(client, phone, cells):
    submit(details=Details(name="Ana", phone=phone, email="ana@example.com"))
    row = _rows(sign_in(client, VIEW, EXPORT).post(step("export")))[0]
    assert (row["Phone"], row["Extension"]) == cells


def test_messages_and_notes_are_exported_only_when_asked_for(client, asked):
    actions.add_note(asked, make_staff("alex"), "Rang\ntwice.")
    sign_in(client, VIEW, EXPORT)
    assert "Knock" not in str(exported(client.post(step("export"))))
    head, row = exported(client.post(step("export"), {"with_words": "on"}))
    assert head[-2:] == ["Message", "Notes"]
    assert row[-2:] == ["Knock first.", "Rang\ntwice."]


def test_export_follows_the_filters_in_the_address(client, asked):
    closed = submit(nonce="another")
    CallbackRequest.objects.filter(pk=closed.pk).update(state="closed")
    sign_in(client, VIEW, EXPORT)
    assert [row[0] for row in exported(client.post(step("export")))[1:]] == [asked.reference]
    rows = exported(client.post(f"{step('export')}?state=closed"))[1:]
    assert [(row[0], row[-1]) for row in rows] == [(closed.reference, "yes")]
    assert f'action="{step("export")}?state=closed"' in client.get(f"{QUEUE}?state=closed").content.decode()


def test_export_is_recorded_once_and_once_for_each_request_before_a_byte_leaves(client, asked):
    other = submit(nonce="another")
    sign_in(client, VIEW, EXPORT).post(step("export"))
    assert sorted(records()) == sorted([("exported", ""), ("exported", asked.reference), ("exported", other.reference)])
    assert set(AccessRecord.objects.values_list("username", flat=True)) == {"intake"}


FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "  =1",
    "＝1",
    "＋1",
    "－1",
    "＠1",
    '=HYPERLINK("x")',
]


@pytest.mark.parametrize("text", FORMULAS)
def test_cell_that_could_begin_a_formula_begins_with_an_apostrophe(text):
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["Zoë", "a=1", "", "3", "'=1", "–"])
def test_other_cells_stay_as_they_are(text):
    assert safe_cell(text) == text


def test_export_lets_no_field_run_in_a_spreadsheet(client):
    bad = '=cmd|" /C calc"!A0'
    request = submit(stored(), details=Details(name=bad, email="+a@example.org", message=f"@{bad}"))
    actions.add_note(request, make_staff("alex"), f"-{bad}")
    response = sign_in(client, VIEW, EXPORT).post(step("export"), {"with_words": "on"})
    data = b"".join(response.streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(data, newline="")))
    assert len(rows) == 2
    assert not [cell for cell in rows[1] if cell.startswith(("=", "+", "-", "@"))]
    assert all(line.startswith('"') and line.endswith('"') for line in data.splitlines())
    assert rows[1][list(COLUMNS).index("Name")] == f"'{bad}"


def test_damaged_and_withdrawn_requests_do_not_break_the_export(client, asked):
    damaged, withdrawn = submit(nonce="b"), submit(nonce="c")
    CallbackRequest.objects.filter(pk=damaged.pk).update(sealed=b"\x01damaged")
    erasure.withdraw(withdrawn)
    sign_in(client, VIEW, EXPORT)
    rows = {row["Reference"]: row for row in _rows(client.post(f"{step('export')}?state=all", {"with_words": "on"}))}
    assert rows[damaged.reference]["Name"].startswith("This cannot be opened")
    assert not any(rows[withdrawn.reference][name] for name in ("Name", "Phone", "Email", "How to call"))
    assert rows[asked.reference]["Name"] == "Zoë Miller"


def test_export_of_too_many_is_refused_with_a_message(client, asked, monkeypatch):
    submit(nonce="another")
    monkeypatch.setattr(export, "MAX_ROWS", 1)
    response = sign_in(client, VIEW, EXPORT).post(step("export"))
    assert (response.status_code, response["Location"]) == (303, QUEUE)
    assert "Narrow the filters" in said(response)
    assert records() == []


def test_hostile_filters_never_break_the_export(client, asked):
    sign_in(client, VIEW, EXPORT)
    for query in ("?sealed=1", "?state=nonsense", "?p=x", "?claimed_by__password=1"):
        assert client.post(f"{step('export')}{query}").status_code in {200, 303, 400}, query


def test_export_needs_few_queries_however_long_it_is(client, django_assert_max_num_queries):
    for number in range(30):
        submit(nonce=str(number))
    sign_in(client, VIEW, EXPORT)
    with django_assert_max_num_queries(19):
        assert len(exported(client.post(step("export"), {"with_words": "on"}))) == 31


def test_access_log_is_exported_with_the_filters_shown_and_records_that(client, asked):
    """A colleague's name and login run in no spreadsheet, and nothing of a request but its reference is in the file."""
    lead = make_staff("=cmd", permissions=(VIEW, "callbacks.view_accessrecord"))
    lead.first_name = "=Dana"
    lead.save()
    client.force_login(lead)
    for _ in range(1_001):
        actions.record(AccessRecord.Action.VIEWED, asked, lead)
    other = submit(nonce="another")
    actions.record(AccessRecord.Action.DOWNLOADED, other, lead, "file_1")
    log = reverse("admin:callbacks_accessrecord_changelist")
    for query in ("", "?q=Dana", "?q=cmd"):
        page = client.get(f"{log}{query}").content.decode()
        assert "Export 1002 entries" in page and '"field-by">=Dana</td>' in page
    export_of = reverse("admin:callbacks_accessrecord_export")
    head, *rows = exported(client.post(f"{export_of}?q={other.reference}"))
    assert [row[1:] for row in rows] == [["'=Dana", "Downloaded a file", other.reference, "First file", "'=cmd"]]
    head, newest, *rows = exported(client.post(export_of))
    assert newest[1:] == ["'=Dana", "Exported", "", "access log", "'=cmd"] and len(rows) == 1_003
    assert [row[3] for row in rows].count(asked.reference) == 1_001
    assert client.post(f"{export_of}?action=nothing").status_code in {200, 303}
    sign_in(client, VIEW, WORK, EXPORT)
    assert client.post(export_of).status_code == 403
    assert client.get(export_of).status_code == 403
