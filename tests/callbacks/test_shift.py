"""A shift at the queue: what is filtered and seen without opening, an unanswered call in three presses."""

import dataclasses
import datetime
import re

import pytest
from django.utils import timezone

from callbacks.models import CallbackRequest
from callbacks.values.safe_hours import PartOfDay, SafeHours
from tests.callbacks.buttons import now_on
from tests.callbacks.helpers import DETAILS, QUEUE, VIEW, records, said, sign_in, step, submit, text_of
from tests.callbacks.opening import EVERY_DAY_8_TO_8, opened
from tests.factories import make_staff

pytestmark = pytest.mark.django_db
NOON = datetime.datetime(2026, 11, 30, 17, tzinfo=datetime.UTC)  # in New York


@pytest.fixture
def noon(clock):
    opened(EVERY_DAY_8_TO_8, 8)
    clock.now = NOON


def ask(nonce: str, **changes) -> CallbackRequest:
    return submit(details=dataclasses.replace(DETAILS, safe_hours=SafeHours(), **changes), nonce=nonce)


def shown(client, query: str) -> set[str]:
    """The references that the queue shows with these filters, without decrypting anything."""
    page = client.get(f"{QUEUE}?{query}").content.decode()
    return {row.reference for row in CallbackRequest.objects.all() if f">{row.reference}</a>" in page}


def test_queue_shows_and_filters_language_channel_about_and_wish(noon, staff, monkeypatch):
    plain = ask("plain", language="en", channel="call")
    spanish = ask("es", language="es", about="someone_else", if_other_answers="wrong_number")
    relay = ask("relay", channel="relay", language="other", other_language="Tagalog")
    email = ask("email", phone="", email="zoe@example.com")
    monkeypatch.setattr(CallbackRequest, "open_details", None)
    words = text_of(staff.get(QUEUE))
    for badge in ("Spanish", "Relay (711)", "Another language", "Email first", "About: Someone else"):
        assert badge in words
    assert "To others: Wrong number" in words and "Tagalog" not in words
    queries = {"language=es": spanish, "channel=relay": relay, "channel=email": email, "channel=call": plain}
    queries |= {"if_other_answers=wrong_number": spanish, "about=someone_else": spanish, "language=other": relay}
    assert {query: shown(staff, query) for query in queries} == {
        query: {request.reference} for query, request in queries.items()
    }
    assert shown(staff, "channel=pigeon") == {each.reference for each in (plain, spanish, relay, email)}


def test_queue_shows_who_can_be_called_within_the_hour(noon, staff):
    now = ask("now")
    soon = submit(nonce="soon", details=dataclasses.replace(DETAILS, safe_hours=SafeHours((), first=13)))
    submit(nonce="later", details=dataclasses.replace(DETAILS, safe_hours=SafeHours((PartOfDay.EVENING,))))
    assert shown(staff, "time=hour") == {now.reference, soon.reference}
    assert shown(staff, "time=now") == {now.reference}


def test_unanswered_call_needs_three_presses_from_the_queue(noon, staff):
    request = ask("a-nonce")
    assert f'formaction="{step("call", request)}"' in staff.get(QUEUE).content.decode()
    response = staff.post(step("call", request))  # 1
    assert (response.status_code, response["Location"]) == (307, step("reveal", request))
    page = staff.post(response["Location"]).content.decode()
    number = page.index('href="tel:+12125550123"')  # 2
    assert page.index("Do not talk about it with anyone else.") < page.index("Knock first.") < number
    quick = page[page.index('class="quick"') :].split("</div>")[0]
    assert "Next try, unless you talked: today, 1:00 pm." in quick and 'name="quick_next_try" value="hour"' in quick
    typed = {"quick_next_try": "hour", "quick": "no_answer", "text": "A child spoke."} | now_on(request)
    chosen = {"outcome": "wrote", "next_try": "other", "at_0": "2026-12-03", "at_1": "19:30"}
    response = staff.post(step("attempt", request), typed | chosen)  # 3
    assert response["Location"] == QUEUE
    assert f"{request.reference}: the call is logged. Next try: today, 1:00 pm." in said(response)
    request.refresh_from_db()
    assert request.next_try_at == NOON + datetime.timedelta(hours=1) and request.state == "attempted"
    assert records() == [("revealed", request.reference)]
    assert request.attempts.get().outcome == "no_answer" and request.notes.get().open_text() == "A child spoke."


def test_second_try_shows_how_the_last_went_and_keeps_what_was_planned(noon, staff, clock):
    request = ask("a-nonce")
    staff.post(step("claim", request))
    typed = {"next_try": "other", "at_0": "2026-12-01", "at_1": "19:58", "text": "Her mother spoke."} | now_on(request)
    staff.post(step("attempt", request), typed | {"outcome": "call_later"})
    page = text_of(staff.post(step("reveal", request)))
    above = page.split("(212) 555-0123")[0]
    assert "They asked us to call later , today, 12:00 pm." in above and "“Her mother spoke.”" in above
    assert "Next try, unless you talked: tomorrow, 7:58 pm." in page
    clock.forward(hours=31, minutes=30)  # less than an hour before, from a page left open
    staff.force_login(CallbackRequest.objects.get().claimed_by)
    staff.post(step("attempt", request), {"quick": "no_answer", "quick_next_try": "planned"} | now_on(request))
    request.refresh_from_db()
    assert request.attempts.count() == 2
    assert request.next_try_at == NOON + datetime.timedelta(days=1, hours=7, minutes=58)


def test_next_try_is_proposed_in_hours_both_open_and_safe(noon, staff):
    request = submit(details=dataclasses.replace(DETAILS, safe_hours=SafeHours((), days=(0,), last=12)))
    page = staff.post(staff.post(step("call", request))["Location"]).content.decode()
    assert "Next try, unless you talked: Mon, Dec 7, 8:00 am." in page
    opened(EVERY_DAY_8_TO_8[1:], 8)
    page = staff.post(step("reveal", request)).content.decode()
    assert "Next try, unless you talked: none, as no hours are both open and safe." in page


@pytest.mark.parametrize(
    ("said", "offered", "next_try"),
    [
        ({}, ["reached", "no_answer", "left_message"], "hour"),
        ({"voicemail": False}, ["reached", "no_answer"], "hour"),
        ({"voicemail": False, "text_message": True}, ["reached", "no_answer", "left_message"], "hour"),
        ({"channel": "text"}, ["left_message"], "tomorrow"),
        ({"phone": "", "email": "zoe@example.com"}, ["wrote"], "tomorrow"),
    ],
)
def test_one_press_offers_what_fits_the_way_to_reach_them(noon, staff, said, offered, next_try):
    page = staff.post(staff.post(step("call", ask("a-nonce", **said)))["Location"]).content.decode()
    quick = page[page.index('class="quick"') :].split("</div>")[0]
    assert re.findall('name="quick" value="([^"]+)"', quick) == offered
    assert ("Sent a text" in quick) == bool(said.get("text_message") or said.get("channel") == "text")
    assert f'name="quick_next_try" value="{next_try}"' in quick


def test_call_from_the_queue_shows_no_number_of_a_request_that_a_colleague_has(noon, staff, alex):
    request = ask("a-nonce")
    CallbackRequest.objects.update(claimed_by=alex, claimed_at=timezone.now(), state="claimed")
    assert step("call", request) not in staff.get(QUEUE).content.decode()
    response = staff.post(step("call", request))
    assert response.status_code == 303 and "Alex has claimed it." in said(response)


def test_reader_of_the_queue_is_offered_no_call(noon, client):
    request, reader = ask("a-nonce"), sign_in(client, VIEW)
    assert step("call", request) not in reader.get(QUEUE).content.decode()
    assert reader.post(step("call", request)).status_code == 403


def test_queue_that_refreshes_by_itself_does_not_keep_a_session_alive(staff):
    def seen() -> float:
        return staff.session["staff_seen"]

    session = staff.session
    session["staff_seen"] = before = session["staff_seen"] - 600
    session.save()
    assert staff.get(QUEUE, headers={"X-Refresh": "1"}).status_code == 200 and seen() == before
    answer = staff.get(step("awake")).json()
    assert seen() > before and answer["token"] and answer["left"] > 0


def test_page_that_a_colleague_left_open_is_not_renewed_by_who_signs_in_next(staff):
    address = step("awake")
    own = re.search(rf"{address}\?user=\d+", staff.get(QUEUE).content.decode())[0]
    assert staff.get(own).status_code == 200
    staff.force_login(make_staff("next", permissions=[VIEW]))
    assert staff.get(own).status_code == 403
