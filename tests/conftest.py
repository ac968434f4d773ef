"""What every test gets: state in a throwaway folder, no network but loopback, the starter guide on demand."""

import datetime
import itertools
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import jinja2
import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.signals import setting_changed
from django.db import connections
from django.template import engines
from django.test import override_settings
from django.utils import timezone
from whitenoise import WhiteNoise

from callbacks.casework import notices
from callbacks.files import clamd
from editorial.models import versions
from editorial.text import snapshot
from guide import catalogs, templating
from operations import alerts
from privateversion import codes
from tests import state, walks
from tests.environment import VAR
from tests.factories import make_staff

pytest_plugins = ["tests.databases"]

QUICK_TEST = 3  # seconds: nearly all take less
#: Folders that are made when something is stored; a test may have put a file in the place of one.
STORED = [VAR / name for name in ("media", "attachments", "backups")]
ON_SERVERS = bool(state.SERVERS)


@pytest.fixture(scope="session", autouse=True)
def static_files() -> None:
    """Pages name their hashed static files, as in production, so these must be there; to compress them takes seconds,
    which only served sites spend."""
    with override_settings(WHITENOISE_SKIP_COMPRESS_EXTENSIONS=["css", "js", "svg", "txt", "map"]):
        call_command("collectstatic", interactive=False, verbosity=0)


@pytest.fixture(scope="session", autouse=True)
def words_of_other_languages() -> None:
    catalogs.compile_all()
    setting_changed.send(catalogs, setting="LOCALE_PATHS", value=settings.LOCALE_PATHS, enter=True)  # read them again


@pytest.fixture(scope="session", autouse=True)
def static_files_known() -> Iterator[None]:
    """Each client makes the middleware again, which would list all static files again: half of a request's time.
    A folder is listed once for each way to serve it; only a folder of a test's own can change."""
    common, known, listing = Path(settings.STATIC_ROOT), {}, WhiteNoise.update_files_dictionary

    def listed(self, root: str, prefix: str) -> None:
        if Path(root) != common:
            listing(self, root, prefix)
            return
        way = (type(self), prefix, self.max_age, self.allow_all_origins, self.charset)
        if way not in known:
            listing(self, root, prefix)
            known[way] = dict(self.files)
        self.files.update(known[way])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoise, "update_files_dictionary", listed)
        yield


@pytest.fixture(scope="session", autouse=True)
def templates_without_gaps() -> None:
    """A name that no view gave fails the test here; readers would get the page with a gap."""
    env = engines["readers"].env
    env.undefined = jinja2.StrictUndefined
    templating.make_macros(env)


@pytest.fixture(scope="session", autouse=True)
def quick_passwords_and_roomy_limit() -> Iterator[None]:
    """Slow password hashes are for production, and all tests send from one address."""
    hashers = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with override_settings(PASSWORD_HASHERS=hashers, CONTACT_LIMIT=1_000_000):
        yield


@pytest.fixture(scope="session", autouse=ON_SERVERS)
def kept_connection() -> Iterator[None]:
    """The end of a request must not end the transaction of a test; a database in memory is never closed either."""
    kind = type(connections["default"])
    close = kind.close
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kind, "close", lambda self: None if self.in_atomic_block else close(self))
        yield


@pytest.fixture(autouse=ON_SERVERS)
def own_part_of_the_store(settings) -> Iterator[None]:
    """rclone keeps in mind for a second what was in a folder, and reads the whole folder above for each question."""
    place = f"{os.getpid()}/{next(_numbers)}"
    settings.STORAGES = settings.STORAGES | {
        name: settings.STORAGES[name]
        | {"OPTIONS": settings.STORAGES[name]["OPTIONS"] | {"location": f"{place}/{name}"}}
        for name in ("default", "attachments")
    }
    yield
    shutil.rmtree(Path(state.SERVERS["files"], state.BUCKET, place), ignore_errors=True)


_numbers = itertools.count()


def pytest_runtest_setup() -> None:
    """Days and opening hours change on the hour: no test begins just before. Each has content of its own, under a
    number that others may have had, no file of others and no failure behind it. Not a fixture, which costs more."""
    if (left := -time.time() % 3600) < QUICK_TEST:
        time.sleep(left)
    snapshot.forget()
    codes.forget()
    for pause in (clamd.pause, notices.save_failed_pause, alerts.database_pause):
        pause.end()
    for path in STORED:
        if path.exists():  # an error is the place to learn of a thread that still writes there
            path.unlink() if path.is_file() else shutil.rmtree(path)


class Clock:
    """What time Django takes it to be."""

    def __init__(self) -> None:
        self.now = timezone.now()

    def forward(self, **time: float) -> None:
        self.now += datetime.timedelta(**time)


@pytest.fixture
def clock(monkeypatch) -> Clock:
    """Stands still until a test moves it."""
    clock = Clock()
    monkeypatch.setattr(timezone, "now", lambda: clock.now)
    # What is read of the content must not be over at once for a clock set before today.
    monkeypatch.setattr(versions, "time", SimpleNamespace(time=lambda: clock.now.timestamp()))
    return clock


@pytest.fixture
def admin(client):
    """The window of somebody who may do everything."""
    client.force_login(make_staff("chief", superuser=True))
    return client


@pytest.fixture
def walk(guide) -> walks.Walk:
    """Every page reachable from the front page, in each language, parsed."""
    return walks.ordinary()


@pytest.fixture
def private_walk(guide) -> walks.Walk:
    """The same in the private version."""
    return walks.private()


@pytest.fixture
def guide(db) -> None:
    """The starter guide, as a fresh machine has it: tests.databases gives the test a database that holds it."""
