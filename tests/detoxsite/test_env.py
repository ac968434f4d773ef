"""A malformed variable stops the start with an error that names it and quotes nothing of it."""

import os
import runpy
import traceback
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from tests import forks, state
from tests.served import ROOT

pytestmark = pytest.mark.any_backend

PASSWORD = "marmalade"
SERVER = ["-m", "gunicorn", "--config", "server/gunicorn_conf.py", "detoxsite.wsgi"]
GOOD_KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
STORE = {"S3_ENDPOINT": "https://s3.example/", "S3_BUCKET": "guide/live", "S3_ACCESS_KEY": "id"}
STORE |= {"S3_SECRET_KEY": PASSWORD, "S3_REGION": ""}


@pytest.fixture
def read(monkeypatch, tmp_path):
    """Run the settings with some variables, on a machine of its own."""
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    for name in ("DATABASE_URL", *STORE):
        monkeypatch.delenv(name, raising=False)

    def run(**variables: str) -> dict[str, Any]:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(ROOT / "detoxsite" / "settings.py"))

    return run


MALFORMED = {
    "DEBUG": ["maybe", "2", "truee"],
    "PORT": ["x", "-1", "0", "65536", "8e3"],
    "HOST": ["127.0.0.1:80", "localhost:80", "http://localhost", "[::1]", "a b"],
    "METRICS_HOST": ["a b"],
    "TIME_ZONE": ["Europe/Pariss", "America", "../../etc/passwd"],
    "ALLOWED_HOSTS": ["https://a.example", "a.example b.example", "a.example:8000", "gu\u00edde.example"],
    "LOG_FORMAT": ["xml"],
    "SITE_URL": [
        "example.org",
        "https://",
        "ftp://a.b",
        "https://a.b/path",
        "https://a b",
        "https://a_clinic.example",
        "https://a:x",
        "https://a?b",
        f"https://me:{PASSWORD}@a.example",
        "https://gu\u00edde.example",
    ],
    "LEAVE_URL": [
        "http://weather.gov/",
        "https://",
        "//weather.gov",
        "https://a b.org/",
        "https://x@y.org/",
        "javascript:1",
    ],
    "SECURITY_CONTACT": ["jane", "ftp://a.example", "mailto:"],
    "NOTICE_EMAILS": ["jane", "a@b.example c@d.example", "a@b.example\nBcc: c@d.example"],
    "BACKUP_DIR": ["~/backups", " ~/backups", "s3://detox/backups"],
    "MAIL_FROM": ["jane", "a@b.example,c@d.example"],
    "MAIL_URL": [
        "mail.example",
        "http://mail.example",
        "smtp://",
        f"smtp://me:{PASSWORD}@mail.example:x",
        f"smtp://me:{PASSWORD}@mail.example:0",
        f"smtp://me:{PASSWORD}@mail.example/path",
        f"smtp://me:{PASSWORD}@mail.example?tls=1",
        f"smtp://me:{PASSWORD}#x@mail.example",
        f"smtp://me:{PASSWORD}/x@mail.example",
        "smtp://me@mail.example",
        f"smtp://me:{PASSWORD}%ff@mail.example",
        f"smtp://me:{PASSWORD}@[::1",
    ],
    "DATABASE_URL": [
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
    ],
    "CLAMD": [
        "/run/clamd.ctl",
        "unix:",
        "unix:run/clamd.ctl",
        f"unix:/{'x' * 107}",
        "tcp:localhost",
        "tcp::3310",
        "tcp:localhost:0",
        "tcp:localhost:65536",
        "tcp:::1:3310",
        "tcp:a b:3310",
        "tcp:localhost:३३१०",
        "http://localhost:3310",
        "yes",
    ],
    "SECRET_KEY": [PASSWORD],
    "VAULT_KEYS": ["1", "1:abc", f"x:{GOOD_KEY}", f"1:{GOOD_KEY},1:{GOOD_KEY}", f"0:{GOOD_KEY}", f"1:{GOOD_KEY}!", ","]
    + [f"1:{PASSWORD}", f"८:{GOOD_KEY}"],
}


@pytest.mark.parametrize(("name", "raw"), [(name, raw) for name, raws in MALFORMED.items() for raw in raws])
def test_malformed_variable_is_named_and_not_quoted(read, name, raw):
    with pytest.raises(ImproperlyConfigured, match=f"{name} must") as caught:
        read(**{name: raw})
    assert PASSWORD not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("command", [["manage.py", "run_worker"], SERVER])
def test_program_with_a_malformed_variable_ends_with_a_line(tmp_path, command):
    done = forks.run(command, os.environ | state.make(tmp_path) | {"RETENTION_DAYS": "90 days"})
    assert (done.returncode, done.stderr) == (1, "RETENTION_DAYS must be a whole number from 1 to 365.\n")


@pytest.mark.parametrize(
    ("part", "raw"),
    [
        ("S3_ENDPOINT", ""),
        ("S3_ENDPOINT", "s3.example"),
        ("S3_ENDPOINT", "https://s3.example/path"),
        ("S3_BUCKET", ""),
        ("S3_BUCKET", "Guide"),
        ("S3_BUCKET", "guide/../other"),
        ("S3_REGION", "eu central"),
        ("S3_ACCESS_KEY", ""),
        ("S3_SECRET_KEY", ""),
        ("S3_SECRET_KEY", f"{PASSWORD} {PASSWORD}"),
    ],
)
def test_malformed_or_missing_part_of_the_store_is_named(read, part, raw):
    with pytest.raises(ImproperlyConfigured, match=f"{part} must") as caught:
        read(**STORE | {part: raw})
    assert PASSWORD not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    ("name", "raw", "setting", "value"),
    [
        ("DEBUG", "1", "DEBUG", True),
        ("DEBUG", "yes", "DEBUG", True),
        ("DEBUG", "False", "DEBUG", False),
        ("DEBUG", "", "DEBUG", False),
        ("PORT", " 80 ", "PORT", 80),
        ("PORT", "", "PORT", 8000),
        ("TIME_ZONE", " America/Boise", "TIME_ZONE", "America/Boise"),
        ("HOST", "::", "SITE_URL", "http://[::1]:8000"),
        ("BACKUP_DIR", " /srv/backups ", "BACKUP_DIR", Path("/srv/backups")),
        ("SITE_URL", "https://guide.example:8443/", "SITE_URL", "https://guide.example:8443"),
        (
            "ALLOWED_HOSTS",
            " a.example , ,",
            "ALLOWED_HOSTS",
            {"a.example", "127.0.0.1", "localhost", "[::1]"},
        ),
        ("NOTICE_EMAILS", "jane@clinic.example,", "ALERT_EMAILS", ["jane@clinic.example"]),
        ("METRICS_PORT", "", "METRICS_PORT", 0),
        ("CLAMD", "", "CLAMD", None),
        ("CLAMD", "unix:/run/clamav/clamd.ctl", "CLAMD", "/run/clamav/clamd.ctl"),
        ("CLAMD", "tcp:127.0.0.1:3310", "CLAMD", ("127.0.0.1", 3310)),
        ("CLAMD", "tcp:[::1]:3310", "CLAMD", ("::1", 3310)),
        ("VAULT_KEYS", f"1:{GOOD_KEY}", "VAULT_KEYS", {1: b"01234567890123456789012345678901"}),
    ],
)
def test_variable_is_read(read, name, raw, setting, value):
    found = read(**{name: raw})[setting]
    assert (set(found) if isinstance(value, set) else found) == value


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("", ("", 25, "", "", False, False)),
        ("smtp://localhost", ("localhost", 25, "", "", False, False)),
        ("smtps://mail.example", ("mail.example", 465, "", "", True, False)),
        ("smtp+tls://me:p%40ss%2F@mail.example:2525", ("mail.example", 2525, "me", "p@ss/", False, True)),
        ("smtp+tls://mail.example", ("mail.example", 587, "", "", False, True)),
        ("smtp://[::1]:2525/", ("::1", 2525, "", "", False, False)),
    ],
)
def test_mail_server_is_read(read, raw, expected):
    found = read(MAIL_URL=raw, MAIL_FROM="guide@clinic.example")
    names = ("HOST", "PORT", "HOST_USER", "HOST_PASSWORD", "USE_SSL", "USE_TLS")
    assert tuple(found[f"EMAIL_{name}"] for name in names) == expected


@pytest.mark.parametrize("public", [{"SITE_URL": "https://guide.example"}, {"HOST": "0.0.0.0"}, {"HOST": "::"}])
def test_errors_are_never_shown_in_full_where_others_connect(read, public):
    assert read(DEBUG="1", HOST="::1")["DEBUG"]
    with pytest.raises(ImproperlyConfigured, match="DEBUG must be 0 where SITE_URL is https"):
        read(DEBUG="1", **public)


def test_mail_server_needs_a_sender(read):
    with pytest.raises(ImproperlyConfigured, match="MAIL_FROM must"):
        read(MAIL_URL="smtp://localhost")


def test_database_is_read_with_all_its_parts(read):
    found = read(DATABASE_URL="postgres://site:p%40ss%2Fword@db_1:5433/guide?sslmode=require")
    database = found["DATABASES"]["default"]
    parts = [database[part] for part in ("HOST", "PORT", "NAME", "USER", "PASSWORD")]
    assert parts == ["db_1", 5433, "guide", "site", "p@ss/word"]
    assert database["OPTIONS"]["sslmode"] == "require" and "sslrootcert" not in database["OPTIONS"]
    assert "p@ss" not in repr(found["_SERVER"])


@pytest.mark.parametrize(
    ("host", "mode", "root"), [("db.example", "verify-full", "system"), ("127.0.0.1", "prefer", None)]
)
def test_database_elsewhere_is_believed_only_with_a_certificate(read, host, mode, root):
    database = read(DATABASE_URL=f"postgresql://site:x@{host}/guide")["DATABASES"]["default"]
    options = database["OPTIONS"]
    assert (database["PORT"], options["sslmode"], options.get("sslrootcert")) == (5432, mode, root)


def test_store_may_be_a_folder_of_a_bucket(read):
    options = read(**STORE)["STORAGES"]["attachments"]["OPTIONS"]
    parts = [options[part] for part in ("bucket_name", "location", "region_name")]
    assert parts == ["guide", "live/attachments", "us-east-1"]


def test_without_a_store_files_are_in_folders_of_this_machine(read, tmp_path):
    assert read()["STORAGES"]["attachments"]["OPTIONS"]["location"] == tmp_path / "attachments"


def test_word_of_a_setting_may_be_in_capitals(read):
    assert read(LOG_FORMAT="JSON")["LOG_FORMAT"] == "json"
