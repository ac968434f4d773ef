"""What every test gets: state in a throwaway folder, no network but loopback, the starter guide on demand."""

import datetime
import itertools
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import jinja2
import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, connections
from django.template import engines
from django.test import override_settings
from django.utils import timezone
from whitenoise import WhiteNoise

from callbacks.casework import notices
from callbacks.files import clamd
from editorial import snapshot
from guide import catalogs, templating
from operations import alerts
from privateversion import codes
from tests import built, state
from tests.environment import VAR
from tests.factories import make_staff


@pytest.fixture(scope="session", autouse=True)
def static_files() -> None:
    """Pages name their hashed static files, as in production, so these must be there; to compress them takes seconds,
    which only served sites spend."""
    with override_settings(WHITENOISE_SKIP_COMPRESS_EXTENSIONS=["css", "js", "svg", "txt", "map"]):
        call_command("collectstatic", interactive=False, verbosity=0)


@pytest.fixture(scope="session", autouse=True)
def words_of_other_languages() -> None:
    catalogs.compile_all()


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


if state.SERVERS:

    @pytest.fixture(scope="session")
    def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix) -> None:
        """The database of each process is a copy, so that migrating it does nothing."""
        connection.settings_dict["TEST"]["TEMPLATE"] = state.name_of(built.migrated())

else:

    @pytest.fixture(scope="session")
    def django_db_setup(django_test_environment, django_db_blocker) -> Iterator[None]:
        """A database in memory, which all threads share, filled from a file that is migrated already."""
        name = connection.settings_dict["NAME"]
        with django_db_blocker.unblock():
            connection.close()
            connection.settings_dict["NAME"] = "file:memorydb_default?mode=memory&cache=shared"
            connection.ensure_connection()
            with closing(sqlite3.connect(built.migrated() / "db.sqlite3")) as file:
                file.backup(connection.connection)
        yield
        with django_db_blocker.unblock():
            connection.creation.destroy_test_db(name, verbosity=0)


@pytest.fixture(scope="session", autouse=True)
def templates_without_gaps() -> None:
    """A name that no view gave fails the test here; readers would get the page with a gap."""
    env = engines["readers"].env
    env.undefined = jinja2.StrictUndefined
    templating.make_macros(env)


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    """Each test has content of its own, under a number that others may have had, and no failure behind it."""
    snapshot.forget()
    codes.forget()
    for pause in (clamd.pause, notices.save_failed_pause, alerts.database_pause):
        pause.end()


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
    return clock


@pytest.fixture
def admin(client):
    """The window of somebody who may do everything."""
    client.force_login(make_staff("chief", superuser=True))
    return client


TABLES = ["reversion", "editorial", "phases", "articles", "translations", "search"]


INDEXES = [f"search_{'vector' if state.SERVERS else 'fts'}{suffix}" for suffix in ("", "_translated")]


@pytest.fixture(scope="session")
def guide_rows() -> dict[str, tuple[str, list]]:
    """For each table of the starter guide its INSERT and its rows."""
    rows = {}
    for name, columns in [*map(_table_of, _guide_models()), *((name, "*") for name in INDEXES)]:
        if name.startswith("search_fts"):
            columns = "rowid, title, also_called, text"
        if found := state.rows(built.guide(), f"SELECT {columns} FROM {name}"):
            marks = ", ".join(["%s"] * len(found[0]))
            into = name if columns == "*" else f"{name} ({columns})"
            found = [[json.dumps(value) if isinstance(value, dict) else value for value in row] for row in found]
            rows[name] = (f"INSERT INTO {into} VALUES ({marks})", found)
    return rows


@pytest.fixture(scope="session")
def guide_types() -> dict[tuple[str, str], int]:
    """The content types of the starter guide: their keys differ from those of a database that was emptied."""
    rows = state.rows(built.guide(), "SELECT id, app_label, model FROM django_content_type")
    return {(app, model): key for key, app, model in rows}


def _guide_models() -> list:
    return [model for app in TABLES for model in _models_of(app)]


def _table_of(model) -> tuple[str, str]:
    return model._meta.db_table, ", ".join(f'"{field.column}"' for field in model._meta.concrete_fields)


def _models_of(app: str) -> list:
    return list(apps.get_app_config(app).get_models(include_auto_created=True))


@pytest.fixture
def guide(db, guide_rows, guide_types) -> None:
    """The starter guide, as a fresh machine has it."""
    now = {(each.app_label, each.model): each.pk for each in ContentType.objects.all()}
    keys = {was: now.get(name) for name, was in guide_types.items()}
    typed = {
        model._meta.db_table: [
            place for place, field in enumerate(model._meta.concrete_fields) if field.related_model is ContentType
        ]
        for model in _guide_models()
    }
    with connection.cursor() as cursor:
        for name, (insert, rows) in guide_rows.items():
            if places := typed.get(name):
                rows = [[keys[value] if at in places else value for at, value in enumerate(row)] for row in rows]
            cursor.executemany(insert, rows)
        models = _guide_models()
        for statement in connection.ops.sequence_reset_sql(no_style(), models):  # none on SQLite
            cursor.execute(statement)
