"""What every test gets: state in a throwaway folder, no network but loopback, the starter guide on demand."""

import io
import os
import shutil
import tempfile
from pathlib import Path

# Before settings are read. Names of the outer environment must not reach the tests.
VAR = Path(tempfile.mkdtemp(prefix="detox-tests-"))
for name in (
    "SITE_URL",
    "DEBUG",
    "ALLOWED_HOSTS",
    "SECRET_KEY",
    "VAULT_KEYS",
    "SECURITY_CONTACT",
    "LEAVE_URL",
    "TIME_ZONE",
    "HOST",
    "PORT",
    "PROXY_HOPS",
):
    os.environ.pop(name, None)
os.environ["VAR_DIR"] = str(VAR)
# Playwright runs an event loop in this thread; the ORM must not take that for an asynchronous view.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

import pytest  # noqa: E402
from django.apps import apps  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402


def pytest_sessionfinish() -> None:
    shutil.rmtree(VAR, ignore_errors=True)


@pytest.fixture(scope="session", autouse=True)
def static_files() -> None:
    """Pages name their hashed static files, as in production, so these must be there."""
    from detoxsite.management.commands.prepare import collect_static_if_changed

    collect_static_if_changed()


@pytest.fixture(autouse=True)
def quick_passwords(settings) -> None:
    """Slow password hashes are for production."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def roomy_limit(settings) -> None:
    """All tests send from one address."""
    settings.CONTACT_LIMIT = 1_000_000


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path) -> None:
    """Each test has its own media and attachments."""
    storages = {name: dict(entry) for name, entry in settings.STORAGES.items()}
    storages["default"] = storages["default"] | {"OPTIONS": {"location": tmp_path / "media"}}
    storages["attachments"]["OPTIONS"] = storages["attachments"]["OPTIONS"] | {"location": tmp_path / "attachments"}
    settings.STORAGES = storages
    settings.MEDIA_ROOT = tmp_path / "media"


TABLES = ["editorial", "phases", "articles", "search"]


@pytest.fixture(scope="session")
def guide_rows(django_db_setup, django_db_blocker) -> dict[str, tuple[str, list]]:
    """The starter guide, loaded once and taken out again: for each table its INSERT and its rows."""
    rows = {}
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("load_starter", stdout=io.StringIO())
        with connection.cursor() as cursor:
            names = [model._meta.db_table for app in TABLES for model in _models_of(app)]
            for name in [*names, "search_fts"]:
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
