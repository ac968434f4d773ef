"""Waiting times and promises: right to the step, counted once, and of nobody who could be found in them."""

import datetime
import itertools
from collections import defaultdict

import pytest
from django.core.management import call_command

from callbacks.casework import actions, erasure
from callbacks.models import CallbackRequest, CallCount
from callbacks.values import counts
from callbacks.values.counts import Measure
from tests.callbacks.helpers import sign_in, submit
from tests.factories import make_staff

pytestmark = pytest.mark.django_db
PAGE = "/admin/callbacks/callbackrequest/waiting-times/"
EVENING = datetime.datetime(2026, 12, 1, 22, 30, tzinfo=datetime.UTC)  # 5:30 pm in New York


def counted() -> dict[str, dict[tuple[int, int], int]]:
    """For each measure, what was counted for the day of the month and the bucket; every request came at 5 pm."""
    found: dict[str, dict[tuple[int, int], int]] = defaultdict(dict)
    for row in CallCount.objects.all():
        assert row.hour == 17
        found[row.measure][row.day.day, row.bucket] = row.count
    return found


def call(request: CallbackRequest, outcome: str = "no_answer") -> None:
    staff = request.claimed_by or make_staff(f"for-{request.reference}")
    actions.claim(request, staff)
    actions.log_attempt(request, staff, outcome)


def test_calls_are_counted_once_for_each_request_and_outlive_it(clock):
    clock.now = EVENING
    asked = [submit(nonce=str(number)) for number in range(4)]
    due = EVENING + datetime.timedelta(hours=2)
    CallbackRequest.objects.exclude(pk=asked[3].pk).update(due_at=due, due_is_promised=True)
    for request in asked:
        request.refresh_from_db()
    clock.forward(minutes=15)
    call(asked[0], "reached")
    clock.forward(minutes=16)
    call(asked[1])
    call(asked[3])
    clock.forward(hours=7)  # past midnight of the clinic
    call(asked[1])
    call(asked[1], "wrote")
    call(asked[1], "reached")
    call(asked[2], "reached")
    before = counted()
    assert before == {
        "first_call": {(1, 0): 1, (1, 2): 2, (2, 5): 1},
        "kept": {(1, 0): 2, (2, 1): 1},
        "reached": {(1, 0): 1, (2, 5): 2},
        "try": {(1, 0): 1, (2, 0): 1, (2, 2): 1},
    }
    actions.reopen(asked[1], asked[1].claimed_by)
    call(asked[1], "reached")
    erasure.withdraw(asked[0])
    erasure.erase_due(clock.now + datetime.timedelta(days=400))
    assert counted() == before and not CallbackRequest.objects.exists()
    assert {field.name for field in CallCount._meta.get_fields()} == {
        "id", "day", "hour", "measure", "bucket", "count",
    }  # fmt: skip
    clock.forward(days=27)
    call_command("purge_callbacks")
    assert {row.day.day for row in CallCount.objects.all()} == {2}


def test_percentiles_and_shares_are_those_counted_by_hand():
    quarter, half, hour = 0, 1, 2
    assert counts.step(datetime.timedelta(minutes=15)) == quarter
    assert counts.step(datetime.timedelta(minutes=15, seconds=1)) == half
    assert counts.within(counts.step(datetime.timedelta(days=8))) == "over a week"
    assert counts.percentile([10, 9, 1], 50) == quarter and counts.percentile([10, 9, 1], 95) == half
    assert counts.percentile([10, 8, 2], 95) == hour and counts.percentile([9, 10, 1], 50) == half
    assert counts.about(9) == "fewer than 10" and counts.about(14) == "about 10" and counts.about(15) == "about 20"
    assert counts.share(60, 40) == "about 60%" and counts.rounded(9) == 0


def test_no_total_reveals_a_small_number():
    """With one to three numbers and their total shown, at least two values are possible for the one that is not."""
    possible = defaultdict(set)
    for size in (1, 2, 3):
        for shown in itertools.combinations_with_replacement(range(10, 35), size):
            for small in range(10):
                possible[tuple(map(counts.rounded, shown)), counts.rounded(sum(shown) + small)].add(small)
    assert min(map(len, possible.values())) >= 2


def test_page_shows_and_draws_nothing_of_fewer_than_ten(client, clock):
    clock.now = EVENING
    sign_in(client, "callbacks.view_callcount")
    today = EVENING.date()

    def add(measure: str, *numbers: int) -> str:
        for bucket, number in enumerate(numbers):
            CallCount.objects.update_or_create(
                day=today, hour=17, measure=measure, bucket=bucket, defaults={"count": number}
            )
        return client.get(PAGE).content.decode().split('id="content"')[1].split("<footer")[0]

    assert "Nothing to show yet" in add(Measure.FIRST_CALL, 9)
    few = add(Measure.FIRST_CALL, 10, 9)
    assert "too few to say for 95 of 100" in few and '<rect class="part-1"' not in few
    page = add(Measure.FIRST_CALL, 50, 40, 10)
    assert "Nov 25 to Dec 1" in page and '<rect class="part-1"' in page
    assert "within 15 minutes" in page and "within 1 hour for 95 of 100" in page and "4 pm to 8 pm" in page
    few = add(Measure.KEPT, 100, 1)
    assert "fewer than 10 late</b> <span>of about 100 promised" in few and add(Measure.KEPT, 100, 4) == few
    assert "fewer than 10 kept" in add(Measure.KEPT, 4, 100)
    few = add(Measure.TRY, 60, 30, 1)
    assert "about 67%" in few and add(Measure.TRY, 60, 30, 4) == few
    assert "style=" not in few


def test_queue_links_to_it_for_leads_only(client):
    make_lead = make_staff("lead", roles=("Intake leads",))
    client.force_login(make_lead)
    assert PAGE in client.get("/admin/callbacks/callbackrequest/").content.decode()
    client.force_login(make_staff("intake", roles=("Intake",)))
    assert PAGE not in client.get("/admin/callbacks/callbackrequest/").content.decode()
