"""The page of one request: instructions before the number, each reading recorded, hostile text shown as text."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from callbacks.casework import actions, erasure
from callbacks.models import Attachment, CallbackRequest, Note
from callbacks.values.details import Details
from callbacks.values.safe_hours import PartOfDay, SafeHours
from callbacks.values.upload_rules import Received, Slot
from tests.callbacks.buttons import now_on
from tests.callbacks.helpers import (
    DETAILS,
    ERASE,
    JPEG,
    QUEUE,
    VIEW,
    WORK,
    page_of,
    sign_in,
    step,
    stored,
    submit,
    text_of,
)
from tests.factories import make_staff

pytestmark = pytest.mark.django_db

NOON = datetime.datetime(2026, 12, 1, 17, 0, tzinfo=datetime.UTC)  # 11:00 in Chicago
CANNOT_OPEN = "This cannot be opened: it was altered, or its key is missing."


def read(client, request: CallbackRequest) -> str:
    response = client.get(page_of(request))
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    return text_of(response)


@pytest.mark.parametrize(
    ("details", "sentences"),
    [
        (
            {},
            [
                "Do not leave a voicemail.",
                "Do not send a text message.",
                "If someone else answers, do not say where you call from.",
            ],
        ),
        (
            {"voicemail": True, "text_message": True, "if_other_answers": "open"},
            [
                "You may leave a voicemail.",
                "You may send a text message.",
                "If someone else answers, you may say who you are.",
            ],
        ),
        ({"if_other_answers": "wrong_number"}, ["If someone else answers, say it is a wrong number and hang up."]),
    ],
)
def test_page_says_in_sentences_what_was_agreed(client, details, sentences):
    request = submit(details=Details(name="Robin", phone="+12125550123", **details))
    words = read(sign_in(client, VIEW), request)
    assert all(sentence in words for sentence in ["Ask for Robin.", *sentences])


@pytest.mark.parametrize(("part", "word"), [(PartOfDay.MORNING, "inside"), (PartOfDay.EVENING, "outside")])
def test_page_says_what_time_it_is_there_and_whether_that_is_safe(client, clock, part, word):
    clock.now = NOON
    hours = SafeHours((part,), "America/Chicago")
    request = submit(details=Details(name="Robin", phone="+12125550123", safe_hours=hours))
    words = read(sign_in(client, VIEW), request)
    assert f"It is 11:00 am there now: {word} their safe hours." in words
    assert ("Can call from Today, 6:00 pm" in words) == (word == "outside")


def test_person_without_a_number_is_written_to(client):
    request = submit(details=Details(name="Robin", email="robin@example.org"))
    words = read(sign_in(client, VIEW), request)
    assert "Write to Robin by email. There is no number to call." in words
    assert "Do not say in the subject line where you write from." in words
    assert "voicemail" not in words


def test_page_for_viewers_has_no_button_and_no_download(client, asked):
    page = sign_in(client, VIEW).get(page_of(asked)).content.decode().split("<main")[1]
    assert "<form" not in page
    assert "/files/" not in page
    assert step("sheet", asked) not in page


def test_page_is_recorded_before_it_is_shown(client, asked, monkeypatch):
    sign_in(client, VIEW)

    def fail(*args, **kwargs):
        raise OSError("no space")

    monkeypatch.setattr(actions, "record", fail)
    with pytest.raises(OSError, match="no space"):
        client.get(page_of(asked))


@pytest.mark.parametrize("pk", ["no-such-request", "00000000-0000-0000-0000-000000000000", "1"])
def test_page_of_an_unknown_request_is_not_found(client, pk):
    assert sign_in(client, superuser=True).get(f"{QUEUE}{pk}/change/").status_code == 404


SCRIPT = "<script>alert(1)</script><img src=x onerror=a>\"'"


def test_hostile_text_in_every_field_is_shown_as_text(client):
    name = {Slot.SECOND: Received(Slot.SECOND, SCRIPT, refusal="wrong_kind")}
    details = Details(name=SCRIPT, phone="+12125550123", email=f"{SCRIPT}@example.org", message=SCRIPT)
    request = submit(stored() | name, details=details)
    user = make_staff("<b>mallory</b>", permissions=(VIEW, WORK, ERASE))
    user.first_name = SCRIPT
    user.save()
    client.force_login(user)
    client.post(step("claim", request))
    client.post(step("note", request), {"text": SCRIPT})
    client.post(step("attempt", request), {"outcome": "no_answer", "next_try": "hour"} | now_on(request))
    pages = [client.get(url) for url in (QUEUE, page_of(request), step("sheet", request), step("delete", request))]
    pages.append(client.post(step("reveal", request)))
    pages.append(client.post(step("attempt", request), {"outcome": SCRIPT, "next_try": SCRIPT, "at_0": SCRIPT}))
    pages.append(client.post(step("note", request), {"text": SCRIPT * 100}))
    for response in pages:
        page = response.content.decode()
        assert "<script>alert" not in page
        assert "<img" not in page
        assert "<b>mallory" not in page
    assert "&lt;img src=x onerror=a&gt;" in pages[1].content.decode()


def test_files_show_their_state(client, asked):
    words = read(sign_in(client, VIEW, WORK), asked)
    assert "Download First file (JPEG, " in words
    assert "Second file: not taken, wrong kind." in words
    Attachment.objects.arrived().update(state="held")
    words = read(client, asked)
    assert "First file: being scanned, cannot be opened yet." in words
    assert "Download" not in words


def test_damaged_details_are_reported_and_the_rest_stays_readable(client, asked):
    sign_in(client, VIEW, WORK)
    client.post(step("claim", asked))
    client.post(step("note", asked), {"text": "Rang twice."})
    CallbackRequest.objects.update(sealed=b"\x01damaged")
    words = read(client, asked)
    assert CANNOT_OPEN in words
    assert "Rang twice." in words
    assert "Download First file" in words
    assert "Show the number" not in words
    assert client.post(step("reveal", asked)).status_code == 200
    assert CANNOT_OPEN in text_of(client.get(step("sheet", asked)))


def test_missing_key_is_reported_and_nothing_breaks(client, asked, settings):
    sign_in(client, VIEW, WORK, ERASE)
    client.post(step("claim", asked))
    client.post(step("note", asked), {"text": "Rang twice."})
    settings.VAULT_KEYS = {}
    assert read(client, asked).count(CANNOT_OPEN) == 4  # details, note, two file names
    call = {"outcome": "no_answer", "next_try": "", "text": "Rang <i>"} | now_on(asked)
    passed_on = {"on": "2026-03-02", "to": "Mercy", "what": "Rang <i>", "purpose": "A bed."}
    for button, typed in (("note", {"text": "Rang <i>"}), ("attempt", call), ("disclosure", passed_on)):
        response = client.post(step(button, asked), typed)
        assert response.status_code == 409 and f"Nothing is saved yet. {CANNOT_OPEN}" in text_of(response), button
        page = response.content.decode()
        assert page.count("Rang &lt;i&gt;</textarea>") == 1, button
        assert ('<details class="passed" open>' in page) == (button == "disclosure")
    assert Note.objects.count() == 1 and not asked.attempts.exists()
    response = client.post(step("attempt", asked), call | {"text": ""})
    assert response.status_code == 303
    assert asked.attempts.count() == 1


def test_damaged_key_is_reported_and_the_file_can_still_be_downloaded(client, asked):
    CallbackRequest.objects.update(wrapped_key=b"damaged")
    sign_in(client, superuser=True)
    assert CANNOT_OPEN in read(client, asked)
    assert b"".join(client.get(step("original", asked, "file_1")).streaming_content) == JPEG


def test_withdrawn_request_shows_that_and_nothing_else(client, asked):
    sign_in(client, superuser=True)
    client.post(step("claim", asked))
    erasure.withdraw(asked)
    words = read(client, asked)
    asked.refresh_from_db()
    day = timezone.localtime(asked.withdrawn_at)
    assert f"Withdrawn by the person on {day:%B} {day.day}, {day.year}" in words
    assert "everything was erased" in words
    for name in ("reveal", "sheet"):
        response = client.post(step(name, asked)) if name == "reveal" else client.get(step(name, asked))
        assert "Withdrawn by the person" in text_of(response)
    assert "<form" not in client.get(page_of(asked)).content.decode().split("<main")[1]


def test_page_leads_to_its_access_log_for_those_with_the_right(client, asked):
    log = f"{reverse('admin:callbacks_accessrecord_changelist')}?q={asked.reference}"
    assert log not in sign_in(client, VIEW, WORK).get(page_of(asked)).content.decode()
    client.force_login(make_staff("lead", permissions=(VIEW, "callbacks.view_accessrecord")))
    assert log in client.get(page_of(asked)).content.decode()
    assert "intake" in client.get(log).content.decode()


def test_page_needs_few_queries_however_much_it_shows(client, asked, django_assert_max_num_queries):
    sign_in(client, VIEW, WORK)
    client.post(step("claim", asked))
    for _ in range(15):
        client.post(step("note", asked), {"text": "Rang."})
        client.post(step("attempt", asked), {"outcome": "no_answer", "next_try": "hour"} | now_on(asked))
    assert DETAILS.name in read(client, asked)
    with django_assert_max_num_queries(21):
        client.get(page_of(asked))


def test_note_is_sealed_and_says_who_and_when(staff, asked):
    response = staff.post(step("note", asked), {"text": "Rang twice.\r\n\u202eTry \x00after school."})
    assert (response.status_code, response["Location"]) == (303, page_of(asked))
    note = Note.objects.get()
    assert b"school" not in bytes(note.sealed)
    assert note.open_text() == "Rang twice.\nTry after school."
    assert "Try after school. Today" in text_of(staff.get(page_of(asked)))


@pytest.mark.parametrize("text", ["", "  ", "\u202e", "x" * 4001])
def test_empty_or_too_long_note_comes_back(staff, asked, text):
    response = staff.post(step("note", asked), {"text": text})
    assert response.status_code == 422
    assert 'class="problem"' in response.content.decode()
    assert Note.objects.count() == 0


def test_note_moved_to_another_request_does_not_open(staff, asked):
    staff.post(step("note", asked), {"text": "Rang twice."})
    other = submit(nonce="another")
    Note.objects.update(request=other)
    page = text_of(staff.get(page_of(other)))
    assert "Rang twice." not in page
    assert "This cannot be opened" in page
