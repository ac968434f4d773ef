"""Exactly so many are allowed, whoever counts; afterwards nobody can tell who was counted."""

import datetime
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import redis
from django.db import connection, transaction
from django.utils import timezone

from limits import counters
from limits.models import Counter, Salt
from tests import backends, state
from tests.served import free_port

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parents[2]
MINUTES = datetime.timedelta(minutes=5)


#: Where limits count: in Redis too where one runs (tests.backends).
PLACES = ["database", *(["redis"] if state.SERVERS else [])]


@pytest.fixture(params=PLACES)
def place(request, settings) -> str:
    if request.param == "database":
        settings.REDIS_URL = None
    return request.param


everywhere = pytest.mark.usefixtures("place")


@pytest.fixture
def in_database(settings) -> None:
    settings.REDIS_URL = None


@pytest.fixture
def clock(monkeypatch):
    """The time, which a test may turn forward."""
    now = [datetime.datetime(2026, 11, 24, 12, 0, tzinfo=datetime.UTC)]
    monkeypatch.setattr(timezone, "now", lambda: now[0])

    def forward(**time) -> None:
        now[0] += datetime.timedelta(**time)

    return forward


def hits(count: int, key: str = "somebody", **other) -> list[bool]:
    return [bool(counters.hit("test", key, **({"limit": 3, "window": MINUTES} | other))) for _ in range(count)]


@everywhere
def test_hit_is_refused_once_the_limit_is_reached():
    assert hits(5) == [True, True, True, False, False]
    result = counters.hit("test", "somebody", limit=3, window=MINUTES)
    assert result.hits == 3 and datetime.timedelta(0) < result.retry_after <= MINUTES


@everywhere
def test_others_and_other_scopes_are_not_counted_with_somebody():
    hits(4)
    assert hits(1, "somebody else") == [True]
    assert counters.hit("another", "somebody", limit=3, window=MINUTES)


@everywhere
def test_window_ends_on_time_however_long_somebody_keeps_trying(clock):
    assert hits(3) == [True] * 3
    for _ in range(4):
        clock(minutes=1)
        assert hits(5) == [False] * 5
    clock(minutes=1)
    assert hits(4) == [True, True, True, False]


@everywhere
def test_peek_counts_nothing_and_clear_forgets():
    hits(2)
    for _ in range(5):
        assert counters.peek("test", "somebody", limit=3, window=MINUTES)
    hits(1)
    assert not counters.peek("test", "somebody", limit=3, window=MINUTES)
    counters.clear("test", "somebody")
    assert hits(4) == [True, True, True, False]


@everywhere
def test_limit_of_zero_allows_nothing():
    assert hits(1, limit=0) == [False]


@pytest.mark.usefixtures("in_database")
def test_refusal_writes_nothing(django_assert_num_queries):
    hits(3)
    with django_assert_num_queries(2):  # the salt, the counter
        assert hits(1) == [False]


@pytest.mark.usefixtures("in_database")
def test_counter_whose_window_is_over_is_deleted(clock):
    hits(1)
    hits(1, "long", window=datetime.timedelta(hours=1))
    clock(minutes=6)
    assert counters.forget_old() == 1 and Counter.objects.count() == 1
    clock(hours=1)
    hits(1, "anybody new")
    assert Counter.objects.count() == 1


@pytest.mark.usefixtures("in_database")
def test_salt_goes_with_its_day(clock):
    hits(1)
    first = bytes(Salt.objects.get().value)
    clock(days=1)
    hits(1)
    assert bytes(Salt.objects.get().value) != first
    clock(days=1)
    counters.forget_old()
    assert not Salt.objects.exists()


@pytest.mark.usefixtures("in_database")
def test_database_names_nobody():
    hits(1, "203.0.113.77")
    with connection.cursor() as cursor:
        cursor.execute("SELECT digest FROM limits_counter")
        ((digest,),) = cursor.fetchall()
    assert len(bytes(digest)) == 32
    assert not any("char" in str(field.db_type(connection)) for field in Counter._meta.fields)


@everywhere
def test_same_key_has_another_digest_under_another_secret(settings):
    hits(3)
    settings.SECRET_KEY = "another" * 10
    assert hits(1) == [True], "the salt alone, which stands in the same database, must not be enough"


COUNT = """
import datetime
from limits import counters
window = datetime.timedelta(hours=1)
print(sum(bool(counters.hit("test", "many", limit=25, window=window)) for _ in range(20)))
"""


@pytest.mark.parametrize("place", PLACES)
def test_processes_that_hit_at_once_are_allowed_exactly_the_limit(tmp_path, place):
    manage = [sys.executable, "manage.py"]
    var = state.make(tmp_path) | ({"REDIS_URL": ""} if place == "database" else {})
    options = {"cwd": ROOT, "env": os.environ | var}
    subprocess.run([*manage, "migrate", "limits", "--verbosity=0"], check=True, **options)
    running = [
        subprocess.Popen([*manage, "shell", "--verbosity=0", "-c", COUNT], stdout=subprocess.PIPE, text=True, **options)
        for _ in range(4)
    ]
    printed = [process.communicate(timeout=60)[0] for process in running]
    assert [process.returncode for process in running] == [0] * 4
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
    assert counters.client_address(request) == bucket


@pytest.fixture
def redis_away(settings) -> None:
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}"


@pytest.mark.usefixtures("redis_away")
def test_redis_that_is_away_refuses_nobody_and_the_database_counts(caplog):
    assert hits(4) == [True, True, True, False]
    assert Counter.objects.get().hits == 3
    assert caplog.text.count("Redis does not answer") == 1, "it is left alone for a while"
    counters.clear("test", "somebody")
    assert hits(1) == [True]


def test_redis_that_is_silent_is_waited_for_once(settings):
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes connections and says nothing
        settings.REDIS_URL = f"redis://127.0.0.1:{silent.getsockname()[1]}"
        assert hits(4) == [True, True, True, False]
        silent.accept()[0].close()
        silent.setblocking(False)
        with pytest.raises(BlockingIOError):
            silent.accept()


if state.SERVERS:

    def test_redis_names_nobody_and_forgets_by_itself(settings):
        hits(1, "203.0.113.77")
        client = redis.Redis.from_url(settings.REDIS_URL)
        names = client.keys("*")
        kept = b" ".join([*names, *(value for name in names for value in _values(client, name))])
        assert len(names) == 2 and b"203.0.113.77" not in kept and b"test" not in kept
        assert all(0 < client.ttl(name) <= 24 * 60 * 60 for name in names)

    def test_redis_that_is_full_lets_nobody_past_a_limit(settings, tmp_path):
        """What it has counted stands, and what it cannot count is counted elsewhere: it must not go on saying "go"."""
        with backends.redis_server(backends.find()["redis-server"], tmp_path) as settings.REDIS_URL:
            hits(2)
            redis.Redis.from_url(settings.REDIS_URL).config_set("maxmemory", "1")
            assert hits(4) == [True, True, True, False]
            assert not counters.peek("test", "somebody", limit=3, window=MINUTES)

    def test_count_in_redis_stands_whatever_becomes_of_the_transaction():
        with transaction.atomic():
            hits(3)
            transaction.set_rollback(True)
        assert hits(1) == [False]


def _values(client: redis.Redis, name: bytes) -> list[bytes]:
    return [*client.hgetall(name).values()] if client.type(name) == b"hash" else [client.get(name)]
