"""The databases of a process that runs tests: an empty one, and one with the starter guide.

A test gets the one that its fixtures ask for and rolls back what it does, so that the guide costs it nothing. After one
that commits, the database is made again for the next.
"""

import itertools
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import testcases

from tests import prebuilt, state
from tests.environment import VAR, commits

_copied = {"empty": prebuilt.migrated, "guide": prebuilt.guide}
_numbers = itertools.count()
#: The name of each in use, with SQLite's connection, without which a database in memory is gone.
_open: dict[str, tuple[str, object]] = {}
_folders: dict[str, Path] = {}
_asked_for = "empty"
_blocker = None


def pytest_runtest_setup(item) -> None:
    global _asked_for
    _asked_for = "guide" if "guide" in item.fixturenames else "empty"
    connection.errors_occurred = False  # of the test before: no page is cached after an error
    if _blocker:
        with _blocker.unblock():
            _use(_asked_for)


def pytest_runtest_teardown(item) -> None:
    if commits(item):
        _open.pop(_asked_for, None)


@pytest.fixture(scope="session", autouse=True)
def never_flushed() -> Iterator[None]:
    """A database in which a test committed is not used again: to empty it first takes a tenth of a second."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(testcases, "call_command", lambda *args, **options: None)
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker) -> Iterator[None]:
    """In place of pytest-django's own, which makes one database by all migrations."""
    global _blocker
    _blocker = django_db_blocker
    with _blocker.unblock():
        _use(_asked_for)
    yield
    with _blocker.unblock():
        connection.close()


def _use(name: str) -> None:
    if name not in _open:
        _open[name] = _made(name)
        ContentType.objects.clear_cache()
    address, _ = _open[name]
    if connection.settings_dict["NAME"] != address:
        connection.close()
        # Connects itself: once Playwright's event loop runs, Django's wrapper is another, which has never connected.
        connection.settings_dict["NAME"], connection.connection = address, None


def _made(name: str) -> tuple[str, object]:
    var = VAR / f"{name}-{next(_numbers)}"
    if state.SERVERS:
        connection.close()
        state.remove(_folders.get(name, var))
        _folders[name] = var
        state.make(var, like=_copied[name]())
        return state.name_of(var), None
    address = f"file:{var.name}?mode=memory&cache=shared"
    connection.close()
    connection.settings_dict["NAME"], connection.connection = address, None
    connection.ensure_connection()  # by Django, which adds functions of its own
    with closing(sqlite3.connect(_copied[name]() / "db.sqlite3")) as file:
        file.backup(connection.connection)
    return address, connection.connection
