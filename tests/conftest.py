"""What every test gets: state in a throwaway folder, no network but loopback, the starter guide on demand."""

import io
import itertools
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import jinja2
import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.template import engines
from pytest_django.fixtures import _set_suffix_to_test_databases
from whitenoise import WhiteNoise

from editorial import snapshot
from guide import templating
from privateversion import codes
from tests import state
from tests.environment import VAR
from tests.served import prepared


@pytest.fixture(scope="session", autouse=True)
def static_files() -> None:
    """Pages name their hashed static files, as in production, so these must be there."""
    shutil.copytree(prepared() / "static", settings.STATIC_ROOT, dirs_exist_ok=True)


@pytest.fixture(scope="session", autouse=True)
def static_files_known() -> Iterator[None]:
    """Each client makes the middleware anew, which would list all static files again: half of a request's time.
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


@pytest.fixture(scope="session")
def django_db_modify_db_settings_xdist_suffix(request) -> None:
    """A database of its own for each process: on SQLite it is in memory, and needs no name of its own."""
    worker = getattr(request.config, "workerinput", {}).get("workerid")
    if worker and connection.vendor != "sqlite":
        _set_suffix_to_test_databases(suffix=worker)


@pytest.fixture(scope="session", autouse=True)
def templates_without_gaps() -> None:
    """A name that no view gave fails the test here; readers would get the page with a gap."""
    env = engines["readers"].env
    env.undefined = jinja2.StrictUndefined
    templating.make_macros(env)


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    """Each test has content of its own, under a number that others may have had."""
    snapshot.forget()


@pytest.fixture(autouse=True)
def quick_passwords(settings) -> None:
    """Slow password hashes are for production."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def roomy_limit(settings) -> None:
    """All tests send from one address."""
    settings.CONTACT_LIMIT = 1_000_000


@pytest.fixture(autouse=True)
def own_files(settings) -> Iterator[None]:
    """Each test has its own media and attachments, in folders that are made when something is stored."""
    storages = {name: dict(entry) for name, entry in settings.STORAGES.items()}
    number = str(next(_numbers))
    folder = VAR / "files" / number
    place = f"{os.getpid()}/{number}" if state.SERVERS else str(folder)
    for name, kind in (("default", "media"), ("attachments", "attachments")):
        location = f"{place}/{kind}"
        storages[name]["OPTIONS"] = storages[name].get("OPTIONS", {}) | {"location": location}
    settings.STORAGES = storages
    settings.MEDIA_ROOT = folder / "media"
    settings.BACKUP_DIR = folder / "backups"
    yield
    if state.SERVERS:  # rclone reads the whole folder above for each question
        shutil.rmtree(Path(state.SERVERS["files"], state.BUCKET, place), ignore_errors=True)


_numbers = itertools.count()


@pytest.fixture(autouse=True)
def kept_connection(monkeypatch) -> None:
    """The end of a request must not end the transaction of a test; a database in memory is never closed either."""
    if state.SERVERS:
        kind = type(connections["default"])
        close = kind.close
        monkeypatch.setattr(kind, "close", lambda self: None if self.in_atomic_block else close(self))


@pytest.fixture(autouse=True)
def unknown_pages(monkeypatch) -> None:
    """What another test published under the same version of the content is gone."""
    monkeypatch.setattr(codes, "_looked_for", None)


TABLES = ["editorial", "phases", "articles", "search"]


INDEX = "search_vector" if state.SERVERS else "search_fts"


@pytest.fixture(scope="session")
def guide_rows(django_db_setup, django_db_blocker) -> dict[str, tuple[str, list]]:
    """The starter guide, loaded once and taken out again: for each table its INSERT and its rows."""
    rows = {}
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("load_starter", stdout=io.StringIO())
        with connection.cursor() as cursor:
            names = [model._meta.db_table for app in TABLES for model in _models_of(app)]
            for name in [*names, INDEX]:
                columns = "rowid, title, also_called, text" if name == "search_fts" else "*"
                cursor.execute(f"SELECT {columns} FROM {name}")
                found = cursor.fetchall()
                marks = ", ".join(["%s"] * len(cursor.description))
                into = f"{name} ({columns})" if name == "search_fts" else name
                rows[name] = (f"INSERT INTO {into} VALUES ({marks})", found)
        transaction.set_rollback(True)
    return rows


def _models_of(app: str) -> list:
    return list(apps.get_app_config(app).get_models(include_auto_created=True))


@pytest.fixture
def guide(db, guide_rows) -> None:
    """The starter guide, as a fresh machine has it."""
    with connection.cursor() as cursor:
        for insert, rows in guide_rows.values():
            cursor.executemany(insert, rows)
