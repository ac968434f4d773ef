"""Exactly as many as the limit are allowed, in any process; afterwards nobody can tell who was counted."""

import datetime
import os
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from limits import counters
from limits.addresses import client_address
from limits.models import Counter, Salt
from tests import forks, state
from tests.prebuilt import migrated

pytestmark = pytest.mark.django_db
MINUTES = datetime.timedelta(minutes=5)


@pytest.fixture
def clock(clock):
    """At noon, so that hours leave the day as it is."""
    clock.now = datetime.datetime(2026, 11, 24, 12, 0, tzinfo=datetime.UTC)
    return clock


def hits(count: int, key: str = "somebody", **other) -> list[bool]:
    return [counters.hit("test", key, **({"limit": 3, "window": MINUTES} | other)) for _ in range(count)]


def test_hit_is_refused_once_the_limit_is_reached():
    assert hits(5) == [True, True, True, False, False]


def test_others_and_other_scopes_are_not_counted_with_somebody():
    hits(4)
    assert hits(1, "somebody else") == [True]
    assert counters.hit("another", "somebody", limit=3, window=MINUTES)


def test_window_ends_on_time_however_long_somebody_keeps_trying(clock):
    assert hits(3) == [True] * 3
    for _ in range(4):
        clock.forward(minutes=1)
        assert hits(5) == [False] * 5
    clock.forward(minutes=1)
    assert hits(4) == [True, True, True, False]


def test_peek_counts_nothing_and_clear_forgets():
    hits(2)
    for _ in range(5):
        assert counters.peek("test", "somebody", limit=3, window=MINUTES)
    hits(1)
    assert not counters.peek("test", "somebody", limit=3, window=MINUTES)
    counters.clear("test", "somebody")
    assert hits(4) == [True, True, True, False]


def test_limit_of_zero_allows_nothing():
    assert hits(1, limit=0) == [False]


def test_refusal_writes_nothing(django_assert_num_queries):
    hits(3)
    with django_assert_num_queries(2):  # the salt, the counter
        assert hits(1) == [False]


def test_counter_whose_window_is_over_is_deleted(clock):
    hits(1)
    hits(1, "long", window=datetime.timedelta(hours=1))
    clock.forward(minutes=6)
    assert counters.forget_old() == 1 and Counter.objects.count() == 1
    clock.forward(hours=1)
    hits(1, "anybody new")
    assert Counter.objects.count() == 1


def test_salt_goes_with_its_day(clock):
    hits(1)
    first = bytes(Salt.objects.get().value)
    clock.forward(days=1)
    hits(1)
    assert bytes(Salt.objects.get().value) != first
    clock.forward(days=1)
    counters.forget_old()
    assert not Salt.objects.exists()


def test_database_identifies_nobody():
    hits(1, "203.0.113.77")
    with connection.cursor() as cursor:
        cursor.execute("SELECT digest FROM limits_counter")
        ((digest,),) = cursor.fetchall()
    assert len(bytes(digest)) == 32
    assert not any("char" in str(field.db_type(connection)) for field in Counter._meta.fields)


def test_same_key_has_another_digest_under_another_secret(settings):
    hits(3)
    settings.SECRET_KEY = "another" * 10
    assert hits(1) == [True], "the salt alone, which is in the same database, must not be enough"


COUNT = """
import datetime
from limits import counters
from limits.addresses import client_address
window = datetime.timedelta(hours=1)
print(sum(counters.hit("test", "many", limit=25, window=window) for _ in range(20)))
"""


def test_processes_that_hit_at_once_are_allowed_exactly_the_limit(tmp_path):
    env = os.environ | state.make(tmp_path, like=migrated())
    with ThreadPoolExecutor(4) as pool:
        done = [pool.submit(forks.manage, env, "shell", "--verbosity=0", "-c", COUNT) for _ in range(4)]
    printed = [each.result() for each in done]
    assert sum(map(int, printed)) == 25, printed


@pytest.mark.parametrize(
    ("hops", "remote", "forwarded", "bucket"),
    [
        (0, "198.51.100.7", None, "198.51.100.7"),
        (0, "198.51.100.7", "203.0.113.1", "198.51.100.7"),
        (1, "127.0.0.1", "203.0.113.1", "203.0.113.1"),
        (1, "127.0.0.1", "6.6.6.6, 203.0.113.1", "203.0.113.1"),
        (2, "127.0.0.1", "6.6.6.6, 203.0.113.1, 10.0.0.1", "203.0.113.1"),
        (2, "127.0.0.1", "10.0.0.1", "127.0.0.1"),
        (1, "127.0.0.1", None, "127.0.0.1"),
        (1, "127.0.0.1", "nonsense", "127.0.0.1"),
        (1, "127.0.0.1", "203.0.113.1,", "127.0.0.1"),
        (0, "2001:db8:1:2:3:4:5:6", None, "2001:db8:1:2::/64"),
        (1, "127.0.0.1", "2001:DB8:1:2::9", "2001:db8:1:2::/64"),
        (0, "::ffff:198.51.100.7", None, "198.51.100.7"),
        (0, "fe80::1%eth0", None, "fe80::/64"),
        (0, "", None, "unknown"),
    ],
)
def test_address_is_the_one_the_outermost_own_proxy_saw(rf, settings, hops, remote, forwarded, bucket):
    settings.PROXY_HOPS = hops
    request = rf.get("/", REMOTE_ADDR=remote, headers={"X-Forwarded-For": forwarded} if forwarded else {})
    assert client_address(request) == bucket
