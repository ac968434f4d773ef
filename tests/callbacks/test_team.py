"""Colleagues pass requests on, merge two of one person, and bar a number; nothing is lost on the way."""

import dataclasses
import datetime
import io

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command

from callbacks.casework import actions, do_not_call, submission
from callbacks.files import rotation
from callbacks.models import CallbackRequest, DoNotCall
from tests.callbacks.helpers import (
    DETAILS,
    ERASE,
    EXPORT,
    QUEUE,
    VIEW,
    WORK,
    link_to,
    page_of,
    records,
    said,
    shows_number,
    sign_in,
    step,
    stored,
    submit,
    text_of,
)
from tests.callbacks.opening import EVERY_DAY_8_TO_8, opened
from tests.factories import make_staff

pytestmark = pytest.mark.django_db
HAND_OVER = step("hand_over")


def claimed_by(request: CallbackRequest) -> str:
    request.refresh_from_db()
    return request.claimed_by.username if request.claimed_by else ""


def test_all_of_mine_go_to_a_colleague_with_one_note_and_calls_stay_logged(staff, alex):
    mine = [submit(nonce=str(number)) for number in range(3)]
    other = submit(nonce="other")
    for request in mine:
        staff.post(step("claim", request))
    actions.log_attempt(mine[0], CallbackRequest.objects.get(pk=mine[0].pk).claimed_by, "no_answer")
    page = text_of(staff.get(QUEUE))
    assert "Hand over all of mine (3)" in page and "Alex" in page
    response = staff.post(HAND_OVER, {"to": alex.pk, "note": "I leave at three."})
    assert "Handed over: 3. Alex has them now." in said(response)
    assert [claimed_by(request) for request in mine] == ["alex"] * 3 and claimed_by(other) == ""
    assert [note.open_text() for request in mine for note in request.notes.all()] == ["I leave at three."] * 3
    assert [request.state for request in mine] == ["attempted", "claimed", "claimed"]
    assert "Handed over: 0. The queue has them now." in said(staff.post(HAND_OVER, {"to": "", "note": ""}))


def test_request_is_assigned_to_a_colleague_who_may_work_and_only_by_its_claimer_or_a_lead(staff, alex, client):
    request, reader = submit(), make_staff("reader", permissions=(VIEW,))
    page = staff.get(page_of(request)).content.decode()
    assert ">Alex</option>" in page and "reader" not in page
    assert staff.post(step("assign", request), {"to": reader.pk}).status_code == 303 and claimed_by(request) == ""
    assert "Alex has it now." in said(staff.post(step("assign", request), {"to": alex.pk}))
    assert (claimed_by(request), request.state) == ("alex", "claimed")
    me = CallbackRequest.objects.model._meta.get_field("claimed_by").related_model.objects.get(username="intake")
    client.force_login(alex)
    assert client.post(step("assign", request), {"to": me.pk}).status_code == 303 and claimed_by(request) == "intake"


def test_merging_two_requests_of_one_person_is_confirmed_and_keeps_both(staff, asked):
    more = dataclasses.replace(DETAILS, message="And my card.", voicemail=False, may_tell="Dana")
    other = submit(stored("file_2"), more, "b")
    CallbackRequest.objects.filter(pk=other.pk).update(due_at=asked.due_at.replace(year=2020))
    assert "Merge" not in staff.get(page_of(asked)).content.decode()
    staff.post(step("claim", asked))
    assert f"Merge {other.reference} into this one…" in text_of(staff.get(page_of(asked)))
    look = staff.post(step("merge", asked), {"other": other.pk})
    assert "Knock first." in text_of(look) and "And my card." in text_of(look) and not shows_number(text_of(look))
    assert records()[-2:] == [("viewed", asked.reference), ("viewed", other.reference)]
    other.refresh_from_db()
    assert other.state == "new"
    staff.post(step("merge", asked), {"other": other.pk, "confirmed": "yes"})
    other.refresh_from_db(), asked.refresh_from_db()
    assert (other.state, other.merged_into, asked.due_at.year) == ("closed", asked, 2020)
    assert other.attachments.get().arrived and other.open_details().message == "And my card."
    page = text_of(staff.get(page_of(asked)))
    for kept in ("Also sent by this person:", "And my card.", f"{other.reference} was merged into this request"):
        assert kept in page
    before = len(records())
    for text in (page, text_of(staff.get(step("sheet", asked)))):  # what either forbids is read before the number
        assert text.index("Do not leave a voicemail.") < text.index("555-0123" if "555" in text else "Show the number")
        assert "You may leave a voicemail." not in text
    assert records()[before:] == [("printed", asked.reference), ("printed", other.reference)]
    merged = text_of(staff.get(page_of(other)))
    assert f"Merged into {asked.reference} of this person" in merged
    assert "people share this phone" not in page + merged
    words = text_of(staff.get(link_to("b")))  # the person's page follows the request that is called
    assert "Someone on our staff is working on it" in words and asked.reference not in words and "Closed" not in words
    staff.post(step("reopen", other))
    other.refresh_from_db()
    assert (other.state, other.merged_into) == ("claimed", None)


def test_request_that_a_colleague_has_is_not_merged(staff, asked, alex):
    other = submit(nonce="b")
    actions.claim(other, alex)
    staff.post(step("claim", asked))
    response = staff.post(step("merge", asked), {"other": other.pk, "confirmed": "yes"})
    other.refresh_from_db()
    assert response.status_code == 303 and other.state == "claimed" and other.merged_into is None
    assert staff.post(step("merge", asked), {"other": "x"}).status_code == 303


def test_request_with_another_number_is_never_merged(staff, asked):
    """By a forged form, or once the person has corrected the number: nobody would call them."""
    other = submit(None, dataclasses.replace(DETAILS, name="Kim", phone="+12125550177"), "b")
    staff.post(step("claim", asked))
    response = staff.post(step("merge", asked), {"other": other.pk, "confirmed": "yes"})
    other.refresh_from_db()
    assert "The request has changed." in said(response) and other.state == "new" and other.merged_into is None


def test_barred_number_is_hidden_until_a_lead_lifts_it(clock, client, asked):
    opened(EVERY_DAY_8_TO_8, 8)
    clock.now = datetime.datetime(2026, 12, 1, 23, 30, tzinfo=datetime.UTC)  # in the evening, as both asked
    staff = sign_in(client, VIEW, WORK, EXPORT)
    User.objects.update(first_name="Dana", last_name="Reyes")
    staff.post(step("claim", asked))
    assert "A lead can lift that." in said(staff.post(step("bar", asked)))
    again = submit(nonce="again")  # taken and confirmed as ever
    assert "2125550123" not in DoNotCall.objects.get().phone_index and "We will reach you" in text_of(
        client.get(link_to("again"))
    )
    page = text_of(staff.get(QUEUE))
    assert page.count("Do not call") == 2 and "0 can be called now" in page and "Call now" not in page
    other = submit(details=dataclasses.replace(DETAILS, phone="+12125550177"), nonce="other")
    page = text_of(staff.get(QUEUE))
    assert "1 can be called now" in page and page.count("Call now") == 1
    other.delete()
    staff.post(step("claim", again))
    before = len(records())
    for response in (
        staff.post(step("call", again)),
        staff.post(step("reveal", again)),
        staff.get(step("sheet", again)),
    ):
        page = text_of(response)
        assert not shows_number(page)
        assert response.status_code == 307 or page.index("Dana Reyes entered that") < page.index("Ask for")
    assert ("revealed", again.reference) not in records()[before:]
    export = b"".join(staff.post(step("export")).streaming_content).decode()
    assert export.count('"Do not call"') == 2 and not shows_number(export)
    assert staff.post(step("lift_bar", again)).status_code == 303 and do_not_call.entry(DETAILS.phone)
    lead = make_staff("lead", permissions=(VIEW, WORK, ERASE))
    client.force_login(lead)
    assert "can be called again" in said(client.post(step("lift_bar", again)))
    assert not do_not_call.entry(DETAILS.phone) and DoNotCall.objects.get().lifted_by == "lead"


def test_barred_number_stays_barred_through_a_change_of_keys(asked, settings):
    """Where a stored request tells it; the key of another is said to be needed."""
    lead, old = make_staff("lead"), settings.VAULT_KEYS
    for phone in (DETAILS.phone, "+16465550199"):
        do_not_call.add(phone, lead)
    settings.VAULT_KEYS = old | {9: b"9" * 32}
    corrected = submit(details=dataclasses.replace(DETAILS, phone="+13125550100"), nonce="corrected")
    submission.correct(corrected, phone=DETAILS.phone)
    for request in (asked, submit(nonce="meanwhile"), corrected):  # before anything is moved
        assert CallbackRequest.objects.with_counts().get(pk=request.pk).is_barred
    output = io.StringIO()
    call_command("rotate_keys", stdout=output)
    call_command("rotate_keys", "--check", stdout=output)
    assert "Numbers not to call: 1 moved." in output.getvalue()
    assert "Keep this key while numbers not to call are left" in output.getvalue()
    assert CallbackRequest.objects.with_counts().get(pk=asked.pk).is_barred
    settings.VAULT_KEYS = {9: b"9" * 32}
    assert do_not_call.entry(DETAILS.phone) and not do_not_call.entry("+16465550199")
    do_not_call.lift(DETAILS.phone, lead)
    settings.VAULT_KEYS |= old
    do_not_call.lift("+16465550199", lead)
    call_command("rotate_keys", "--check", stdout=output)
    assert "It may be removed" in output.getvalue()


def test_barred_number_stays_marked_while_keys_are_changed(asked, settings, monkeypatch):
    """Between the move of the requests and that of the numbers come the files, which may take hours."""
    do_not_call.add(DETAILS.phone, make_staff("lead"))
    settings.VAULT_KEYS = {**settings.VAULT_KEYS, 9: b"9" * 32}
    marked = []

    def meanwhile(say: rotation.Say) -> int:
        marked.append(CallbackRequest.objects.with_counts().get(pk=asked.pk).is_barred)
        return 0

    monkeypatch.setattr(rotation, "rewrap_files", meanwhile)
    call_command("rotate_keys", stdout=io.StringIO())
    assert marked == [True]


def test_second_number_is_found_and_barred_by_itself(client, asked):
    both = dataclasses.replace(DETAILS, second_phone="+16465550199")
    staff, request = sign_in(client, VIEW, WORK, EXPORT), submit(details=both, nonce="two")
    assert request.reference in text_of(staff.post(step("find"), {"text": "646-555-0199"}))
    staff.post(step("claim", request))
    assert "Nobody is shown this number now" in said(staff.post(step("bar", request), {"number": "second"}))
    page = staff.post(step("reveal", request)).content.decode()
    assert "Do not call the second number." in page and shows_number(page) and "5550199" not in page
    assert "They left a second number" not in page
    staff.post(step("bar", request))
    page = staff.post(step("reveal", request)).content.decode()
    assert "Do not call this number." in page and not shows_number(page) and "5550199" not in page
    export = b"".join(staff.post(step("export")).streaming_content).decode()
    assert export.count('"Do not call"') == 3 and "0199" not in export
    lead = make_staff("lead", permissions=(VIEW, WORK, ERASE))
    client.force_login(lead)
    client.post(step("lift_bar", request))
    assert not do_not_call.entry(both.phone) and not do_not_call.entry(both.second_phone)


def test_person_whose_number_is_barred_is_written_to_if_they_left_an_address(staff):
    request = submit(details=dataclasses.replace(DETAILS, email="zoe@example.org"))
    do_not_call.add(DETAILS.phone, make_staff("lead"))
    page = text_of(staff.get(page_of(request)))
    for sentence in ("Write only in their safe hours", "Do not say in the subject line where you write from."):
        assert sentence in page
    assert "Ask for" not in page and "voicemail" not in page


def test_phrase_alone_is_a_note_and_goes_before_what_is_typed(staff, asked):
    assert staff.post(step("note", asked), {"phrase": "Line was busy.", "text": ""}).status_code == 303
    assert staff.post(step("note", asked), {"phrase": "Line was busy.", "text": "Twice."}).status_code == 303
    assert staff.post(step("note", asked), {"phrase": "", "text": " "}).status_code == 422
    assert {note.open_text() for note in asked.notes.all()} == {"Line was busy.", "Line was busy. Twice."}


def test_claim_of_a_colleague_who_left_is_put_back_by_anybody(staff, asked, alex):
    actions.claim(asked, alex)
    assert "Alex has claimed it" in said(staff.post(step("release", asked)))
    User.objects.filter(pk=alex.pk).update(is_active=False)
    assert "Take it from Alex and put it back" in text_of(staff.get(page_of(asked)))
    staff.post(step("release", asked), {"shown": actions.stamp(asked)})
    assert claimed_by(asked) == ""
