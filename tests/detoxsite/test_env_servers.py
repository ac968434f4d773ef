"""Where the servers for state are comes from the environment; what is wrong is named, and no password is quoted."""

import os
import subprocess
import sys
import traceback

import pytest
from django.core.exceptions import ImproperlyConfigured

from detoxsite import env_servers
from tests.served import ROOT

PASSWORD = "marmalade"


def test_database_is_read_with_all_its_parts(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://site:p%40ss%2Fword@db.example:5433/guide?sslmode=require")
    found = env_servers.database("DATABASE_URL")
    assert (found.host, found.port, found.name, found.user) == ("db.example", 5433, "guide", "site")
    assert (found.password, found.ssl_mode, found.root_certificate) == ("p@ss/word", "require", "")
    assert "p@ss" not in repr(found)


@pytest.mark.parametrize(
    ("host", "mode", "root"), [("db.example", "verify-full", "system"), ("127.0.0.1", "prefer", "")]
)
def test_database_elsewhere_is_believed_only_with_a_certificate(monkeypatch, host, mode, root):
    monkeypatch.setenv("DATABASE_URL", f"postgresql://site:x@{host}/guide")
    found = env_servers.database("DATABASE_URL")
    assert (found.port, found.ssl_mode, found.root_certificate) == (5432, mode, root)


MALFORMED = [
    f"mysql://site:{PASSWORD}@db.example/guide",
    f"postgres://site:{PASSWORD}@db.example",
    f"postgres://site:{PASSWORD}@db.example/guide?sslmode=maybe",
    f"postgres://site:{PASSWORD}@db.example/guide?user=other",
    f"postgres://site:{PASSWORD}@db.example:0/guide",
    f"postgres://site:{PASSWORD}@db.example:x/guide",
    f"postgres://site:{PASSWORD}@db.example/guide#x",
    f"postgres://site:{PASSWORD}%ff@db.example/guide",
    f"postgres://:{PASSWORD}@db.example/guide",
    f"postgres://{PASSWORD}",
]


@pytest.mark.parametrize("raw", MALFORMED)
def test_malformed_server_is_named_and_its_password_is_not_told(monkeypatch, raw):
    monkeypatch.setenv("DATABASE_URL", raw)
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL") as caught:
        env_servers.database("DATABASE_URL")
    assert PASSWORD not in "".join(traceback.format_exception(caught.value))


def test_unset_servers_are_none(monkeypatch):
    for name in ("DATABASE_URL", "S3_ENDPOINT", "S3_BUCKET", "S3_REGION", "S3_ACCESS_KEY", "S3_SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)
    assert env_servers.database("DATABASE_URL") is None and env_servers.store("S3") is None


STORE = {"ENDPOINT": "https://s3.example", "BUCKET": "guide/live", "ACCESS_KEY": "id", "SECRET_KEY": PASSWORD}


def set_store(monkeypatch, **changes: str) -> None:
    for part in ("ENDPOINT", "BUCKET", "REGION", "ACCESS_KEY", "SECRET_KEY"):
        monkeypatch.setenv(f"S3_{part}", (STORE | changes).get(part, ""))


def test_store_may_be_a_folder_of_a_bucket(monkeypatch):
    set_store(monkeypatch)
    found = env_servers.store("S3")
    assert (found.bucket, found.folder, found.region) == ("guide", "live", "us-east-1")
    assert PASSWORD not in repr(found)


@pytest.mark.parametrize(
    ("part", "raw"),
    [
        ("ENDPOINT", ""),
        ("ENDPOINT", "s3.example"),
        ("ENDPOINT", "https://s3.example/path"),
        ("BUCKET", ""),
        ("BUCKET", "Guide"),
        ("BUCKET", "guide/../other"),
        ("REGION", "eu central"),
        ("ACCESS_KEY", ""),
        ("SECRET_KEY", ""),
        ("SECRET_KEY", f"{PASSWORD} {PASSWORD}"),
    ],
)
def test_malformed_or_missing_part_of_the_store_is_named(monkeypatch, part, raw):
    set_store(monkeypatch, **{part: raw})
    with pytest.raises(ImproperlyConfigured, match=f"S3_{part} must") as caught:
        env_servers.store("S3")
    assert PASSWORD not in "".join(traceback.format_exception(caught.value))


def test_host_that_shares_a_database_makes_no_secret_of_its_own(tmp_path):
    """Two hosts with a key each could not open what came to the other."""
    outer = {name: value for name, value in os.environ.items() if not name.startswith("S3_")}
    shared = outer | {"VAR_DIR": str(tmp_path), "DATABASE_URL": "postgres://site:x@127.0.0.1:1/guide"}
    command = [sys.executable, "manage.py", "check"]
    refused = subprocess.run(command, cwd=ROOT, env=shared, capture_output=True, text=True, check=False)
    assert "SECRET_KEY is not set" in refused.stderr and refused.returncode
    refused = subprocess.run(
        command, cwd=ROOT, env=shared | {"SECRET_KEY": "x" * 50}, capture_output=True, text=True, check=False
    )
    assert "VAULT_KEYS is not set" in refused.stderr and refused.returncode
    assert not list(tmp_path.iterdir())
