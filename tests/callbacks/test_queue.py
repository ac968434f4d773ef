"""The queue: in which order, what it says of each request, what it keeps to itself, and how a request is found."""

import datetime
import itertools

import pytest
from django.urls import reverse
from django.utils import timezone

from callbacks.casework import actions, erasure
from callbacks.models import AccessRecord, CallbackRequest
from callbacks.values.details import Details
from callbacks.values.safe_hours import PartOfDay, SafeHours
from tests.callbacks.helpers import (
    DETAILS,
    ERASE,
    EXPORT,
    QUEUE,
    VIEW,
    WORK,
    page_of,
    said,
    shows_number,
    sign_in,
    step,
    submit,
    text_of,
)
from tests.factories import make_staff

pytestmark = pytest.mark.django_db

NOON = datetime.datetime(2026, 12, 1, 17, 0, tzinfo=datetime.UTC)  # 12:00 in New York, 11:00 in Chicago
HOUR = datetime.timedelta(hours=1)
MORNING = SafeHours((PartOfDay.MORNING,), "America/Chicago")
EVENING = SafeHours((PartOfDay.EVENING,), "America/Chicago")


@pytest.fixture
def noon(clock):
    clock.now = NOON


def ask(number: int, safe: SafeHours = MORNING, **columns) -> CallbackRequest:
    request = submit(details=Details(name="Zoë Miller", phone="+12125550123", safe_hours=safe), nonce=str(number))
    received_at = timezone.now() - (100 - number) * HOUR  # a higher number came later
    CallbackRequest.objects.filter(pk=request.pk).update(**{"received_at": received_at} | columns)
    request.refresh_from_db()
    return request


def shown(client, query: str = "") -> list[CallbackRequest]:
    return list(client.get(f"{QUEUE}{query}").context["cl"].result_list)


def row_of(client, request: CallbackRequest) -> str:
    page = client.get(f"{QUEUE}?state=all").content.decode()
    return next(row for row in page.split("<tr")[2:] if request.reference in row).split("</tr>")[0]


@pytest.mark.parametrize(("permissions", "status"), [((WORK, ERASE, EXPORT), 403), ((VIEW,), 200)])
def test_queue_is_for_those_with_the_right(client, permissions, status):
    """Those of editors and of nobody are tried in tests/accounts/test_access_matrix.py."""
    assert sign_in(client, *permissions).get(QUEUE).status_code == status


def test_queue_is_closed_without_signing_in_and_to_accounts_that_are_no_staff(client, asked):
    for url in (QUEUE, page_of(asked), step("sheet", asked), step("file", asked, "file_1")):
        assert client.get(url)["Location"].startswith(reverse("admin:login"))
    user = make_staff("former", permissions=(VIEW, WORK))
    user.is_staff = False
    user.save()
    client.force_login(user)
    assert client.get(QUEUE).status_code == 302


def test_queue_puts_first_who_can_be_called_now_then_who_can_be_called_next(client, noon):
    closed = ask(1, state="closed", due_at=NOON - 9 * HOUR)
    evening = ask(2, EVENING, due_at=NOON - 8 * HOUR)
    late = ask(3, due_at=NOON + 3 * HOUR)
    tried = ask(4, due_at=NOON - 3 * HOUR, next_try_at=NOON + HOUR, state="attempted")
    early = ask(5, due_at=NOON + HOUR)
    sign_in(client, VIEW)
    assert shown(client, "?state=all") == [early, late, tried, evening, closed]


def test_queue_order_cannot_be_changed_by_the_address(client, noon):
    late, early = ask(1, due_at=NOON + 3 * HOUR), ask(2, due_at=NOON + HOUR)
    assert shown(sign_in(client, VIEW), "?o=-1") == [early, late]


def test_queue_shows_no_name_no_number_no_message_and_opens_nothing(client, asked, settings):
    sign_in(client, superuser=True)
    settings.VAULT_KEYS = {}
    page = client.get(QUEUE).content.decode()
    assert asked.reference in page
    for word in ("Miller", "Knock first", "card.jpg"):
        assert word not in page
    assert not shows_number(page)
    assert AccessRecord.objects.count() == 0


def test_row_says_how_late_in_words_and_on_the_clock(client, noon):
    late = ask(1, due_at=NOON - 2 * HOUR, due_is_promised=True)
    soon = ask(2, due_at=NOON + 3 * HOUR)
    sign_in(client, VIEW)
    assert "Overdue" in row_of(client, late)
    assert "by 2\xa0hours" in row_of(client, late)
    assert "Today, 10:00 am" in row_of(client, late)
    assert "not promised" not in row_of(client, late)
    assert "Overdue" not in row_of(client, soon)
    assert "in 3\xa0hours" in row_of(client, soon)
    assert "Today, 3:00 pm, not promised" in row_of(client, soon)


def test_row_says_who_can_be_called_now_and_what_their_clock_shows(client, noon):
    morning, evening = ask(1), ask(2, EVENING)
    sign_in(client, VIEW)
    assert "Call now" in row_of(client, morning)
    assert "Morning, 8 to 12 (Central time)" in row_of(client, morning)
    assert "11:00 am there now" in row_of(client, morning)
    assert "Call now" not in row_of(client, evening)


def test_row_gives_next_try_claim_calls_files_and_suspicion(client, noon, asked):
    alex = make_staff("alex")
    alex.first_name = "Alex"
    alex.save()
    actions.claim(asked, alex)
    actions.log_attempt(asked, alex, "no_answer", next_try_at=NOON + HOUR)
    CallbackRequest.objects.update(suspicion="too_fast")
    row = row_of(sign_in(client, VIEW), asked)
    assert "Attempted" in row
    assert "in 1\xa0hour, today, 1:00 pm" in row
    assert ">Alex<" in row
    assert 'data-label="Calls">1<' in row
    assert 'data-label="Files">1<' in row
    assert "sent within seconds of opening the form" in row
    assert "Overdue" not in row


def test_agreed_next_try_replaces_the_promise(noon):
    request = ask(1, due_at=NOON - HOUR, state="attempted", next_try_at=NOON + HOUR)
    assert not request.is_overdue
    assert request.call_by == NOON + HOUR
    assert not CallbackRequest.objects.overdue(NOON).exists()
    assert CallbackRequest.objects.overdue(NOON + 2 * HOUR).get() == request


def test_filters_show_matching_requests(client, noon):
    user = make_staff("intake", permissions=(VIEW,))
    client.force_login(user)
    mine, others = ask(1), ask(2, due_at=NOON - HOUR)
    free, evening = ask(3, suspicion="too_fast"), ask(4, EVENING)
    closed = ask(5, state="closed")
    actions.claim(mine, user)
    actions.claim(others, make_staff("alex"))
    assert set(shown(client)) == {mine, others, free, evening}
    assert set(shown(client, "?state=all")) == {mine, others, free, evening, closed}
    assert shown(client, "?state=closed") == [closed]
    assert shown(client, "?time=overdue") == [others]
    assert set(shown(client, "?time=now")) == {mine, others, free}
    assert shown(client, "?claim=mine") == [mine]
    assert shown(client, "?claim=others") == [others]
    assert set(shown(client, "?claim=free")) == {free, evening}
    assert shown(client, "?suspected=yes") == [free]
    assert set(shown(client, "?suspected=no")) == {mine, others, evening}
    assert shown(client, "?claim=free&time=now&suspected=yes") == [free]


def test_summary_counts_who_waits_who_is_overdue_and_who_can_be_called(client, noon):
    ask(1, due_at=NOON - HOUR), ask(2, EVENING), ask(3, state="closed")
    sign_in(client, VIEW)
    for url in (QUEUE, reverse("admin:index")):
        words = text_of(client.get(url))
        assert "2 waiting for a call 1 overdue 1 can be called now" in words


def test_front_page_shows_editors_nothing_of_the_queue(client, asked):
    page = sign_in(client, "articles.change_article").get(reverse("admin:index")).content.decode()
    assert "waiting for a call" not in page


def test_queue_needs_the_same_few_queries_however_long_it_is(client, django_assert_max_num_queries):
    for number in range(30):
        ask(number, MORNING if number % 2 else EVENING)
    sign_in(client, VIEW, WORK, ERASE, EXPORT)
    with django_assert_max_num_queries(16):
        client.get(QUEUE)


HOSTILE = ["'\"><script>alert(1)</script>", "\x00", "١", "-1", "9" * 21, "{{7*7}}", "é" * 3000, "' OR 1=1--"]
NAMES = ["state", "time", "claim", "suspected", "q", "p", "o", "e"]
#: Their values are not even read.
REFUSED = "all _popup _to_field _facets phone_index__startswith attachments__sealed_name x state__in pk__in".split()


def test_hostile_query_never_breaks_the_queue_and_is_never_markup(client, asked):
    sign_in(client, superuser=True)
    queries = [(name, value) for number, value in enumerate(HOSTILE) for name in NAMES[number % 2 :: 2]]
    for name, value in [*queries, *zip(REFUSED, itertools.cycle(HOSTILE), strict=False)]:
        response = client.get(QUEUE, {name: value}, follow=True)
        assert response.status_code in {200, 400}, (name, value)
        assert "<script>alert" not in response.content.decode(), (name, value)


def test_no_url_filters_by_fields_that_the_queue_does_not_show(client, asked):
    sign_in(client, superuser=True)
    for name in ("sealed", "phone_index__exact", "claimed_by__password__gte", "link_hash"):
        assert shown(client, f"?{name}=1") == [asked], name


def test_withdrawn_request_shows_nothing_but_that(client, asked):
    erasure.withdraw(asked)
    row = row_of(sign_in(client, VIEW), asked)
    assert "Withdrawn" in row
    assert "Central" not in row


def test_nobody_adds_or_rewrites_requests_by_hand(client, asked):
    sign_in(client, superuser=True)
    assert client.get(step("add")).status_code == 403
    assert client.post(page_of(asked), {"state": "closed", "_save": "Save"}).status_code == 200  # the page, as it is
    assert client.get(step("history", asked)).status_code == 404
    client.post(QUEUE, {"action": "delete_selected", "_selected_action": [asked.pk], "post": "yes"})
    asked.refresh_from_db()
    assert asked.state == "new"
    assert asked.open_details() == DETAILS


def test_erased_request_redirects_to_the_queue(client, asked):
    url = step("claim", asked)
    asked.delete()
    response = sign_in(client, VIEW, WORK).post(url)
    assert (response.status_code, response["Location"]) == (303, QUEUE)
    assert "erased in the meantime" in said(response)
