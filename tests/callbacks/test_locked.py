"""A database that another process keeps locked: a person who asks for a call is told so, with a number to call."""

import html
import re
import sqlite3
import time
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest

from callbacks.public.intake import NOT_SAVED
from tests.callbacks.helpers import CONTENT_TYPE, JPEG, File, body, fields
from tests.served import serve

PATIENCE = 3  # seconds: tests.callbacks.impatient
pytestmark = pytest.mark.sqlite_only("PostgreSQL locks rows, not the whole")
STORED = ("callbacks_callbackrequest", "callbacks_attachment")


def send(site, data: bytes) -> tuple[int, str]:
    """Status and page; a confirmation is followed."""
    request = urllib.request.Request(f"{site.url}/contact/", data, {"Content-Type": CONTENT_TYPE})
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def stored(database: sqlite3.Connection) -> list[int]:
    return [database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in STORED]


def objects(site) -> set[Path]:
    return {path for path in site.var.glob("attachments/*") if path.is_file()}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with serve(tmp_path_factory.mktemp("locked"), DJANGO_SETTINGS_MODULE="tests.callbacks.impatient") as site:
        yield site


@pytest.mark.parametrize("files", [(), (("file_1", File(JPEG)),)], ids=["text", "text and file"])
def test_form_sent_while_the_database_is_locked_comes_back_and_goes_through_later(site, files):
    with urllib.request.urlopen(f"{site.url}/contact/", timeout=20) as response:
        token = re.search('name="token" value="([^"]+)"', response.read().decode())[1]
    data = body(fields(token=token, message="Knock first & softly."), *files)
    with closing(sqlite3.connect(site.var / "db.sqlite3", isolation_level=None)) as other:
        before, files_before = stored(other), objects(site)
        other.execute("BEGIN IMMEDIATE")
        begin = time.monotonic()
        status, page = send(site, data)
        assert status == 503
        waited = time.monotonic() - begin
        assert str(NOT_SAVED) in html.unescape(page) and "tel:+18665121908" in page and "tel:911" in page
        assert "Zoë Miller" in page and "Knock first &amp; softly." in page
        other.execute("ROLLBACK")
        assert stored(other) == before
        assert objects(site) == files_before
        begin = time.monotonic()
        assert send(site, data)[0] == 200
        usual = time.monotonic() - begin  # on this machine, with all that it does beside
        most = 1.9 + len(files)  # a file is three more writes, and takes a process to inspect it
        assert waited - usual < most * PATIENCE, "each thing that is written has waited for itself"
        assert stored(other)[:2] == [before[0] + 1, len(files)]
