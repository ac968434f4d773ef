"""Colleagues pass requests on, and merge two of one person; nothing is lost on the way."""

import dataclasses
import re

import pytest
from django.contrib.auth.models import User

from callbacks.casework import actions, merging
from callbacks.models import CallbackRequest, DoNotCall
from callbacks.values.safe_hours import PartOfDay, SafeHours
from tests.callbacks.buttons import now_on
from tests.callbacks.helpers import (
    DETAILS,
    QUEUE,
    VIEW,
    link_to,
    page_of,
    records,
    said,
    shows_number,
    step,
    stored,
    submit,
    text_of,
)
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


def test_safe_hours_of_both_merged_requests_are_read_before_the_number(staff, asked):
    """Once, and only where they are not the same."""
    mornings = dataclasses.replace(DETAILS, safe_hours=SafeHours((PartOfDay.MORNING,), "Pacific/Honolulu", (0,)))
    other, third = submit(details=mornings, nonce="b"), submit(nonce="c")
    staff.post(step("claim", asked))
    hours = "Mondays; morning, 8 to 12 (Hawaii time)"
    assert hours in text_of(staff.post(step("merge", asked), {"other": other.pk}))
    for each in (other, third):
        staff.post(step("merge", asked), {"other": each.pk, "confirmed": "yes"})
    too = "Do not call outside the safe hours of their other request either:"
    for text in (text_of(staff.get(page_of(asked))), text_of(staff.get(step("sheet", asked)))):
        assert f"{too} {hours}." in text.split("Show the number")[0].split("555-0123")[0]
        assert text.count(too) == 1


def test_request_that_a_colleague_has_is_not_merged(staff, asked, alex):
    other = submit(nonce="b")
    actions.claim(other, alex)
    with pytest.raises(actions.AlreadyTaken):
        merging.merge(asked, other, make_staff("passer-by"))
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


@pytest.mark.parametrize("data", [{"to": "999999"}, {"to": "x"}, {"note": "x" * 4001}], ids=["gone", "no one", "long"])
def test_hand_over_that_cannot_be_done_changes_nothing_and_keeps_the_note(staff, claimed, alex, data):
    typed = {"to": alex.pk, "note": "Bye."} | data
    response = staff.post(HAND_OVER, typed)
    assert response.status_code == 422 and "Nothing was handed over. Choose" in text_of(response)
    page = response.content.decode()
    assert f"\n{typed['note']}</textarea>" in page and "Hand over 1" in text_of(response)
    described = re.findall('aria-describedby="([^"]+)"', page)
    assert described and all(f'id="{each}"' in page for each in described)
    assert claimed_by(claimed) == "intake" and not claimed.notes.exists()


def test_without_the_key_nothing_is_handed_over_or_barred(staff, claimed, alex, settings):
    settings.VAULT_KEYS = {9: b"9" * 32}
    response = staff.post(HAND_OVER, {"to": alex.pk, "note": "Bye."})
    assert "Nothing was handed over. This cannot be opened" in text_of(response) and "Bye." in text_of(response)
    assert "This cannot be opened" in said(staff.post(step("bar", claimed), now_on(claimed)))
    assert claimed_by(claimed) == "intake" and not DoNotCall.objects.exists()


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
