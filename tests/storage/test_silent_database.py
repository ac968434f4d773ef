"""A PostgreSQL server that takes connections and never answers keeps nobody waiting for the numbers to call."""

import os
import shutil
import signal
import socket
import time
import urllib.error
import urllib.request
from contextlib import closing

import psycopg
import pytest
from django.db import connections

from storage.postgresql import base
from tests import state
from tests.prebuilt import prepared
from tests.served import serve

PATIENCE = 3  # DATABASE_SECONDS


def get(address: str) -> tuple[int, str, float]:
    """Status, page and the seconds that it took."""
    begin = time.monotonic()
    try:
        with urllib.request.urlopen(address, timeout=60) as response:
            return response.status, response.read().decode(), time.monotonic() - begin
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(), time.monotonic() - begin


def test_reader_gets_the_phone_numbers_if_the_database_is_silent(tmp_path):
    shutil.copytree(prepared() / "secrets", tmp_path / "secrets")
    shutil.copytree(prepared() / "static", tmp_path / "static")
    with closing(socket.create_server(("127.0.0.1", 0), backlog=100)) as silent:
        address = f"postgres://site:x@127.0.0.1:{silent.getsockname()[1]}/guide"
        more = {"DATABASE_URL": address, "DATABASE_SECONDS": str(PATIENCE)}
        with serve(tmp_path, fresh=False, WEB_WORKERS="1", **more) as site:
            status, page, seconds = get(f"{site.url}/emergency/")
            assert status == 200 and "tel:911" in page and "866-512-1908" in page
            assert seconds < 2 * PATIENCE
            status, page, seconds = get(f"{site.url}/contact/")
            assert "866-512-1908" in page and seconds < 2 * PATIENCE
            assert get(f"{site.url}/healthz")[0] == 200
            assert get(f"{site.url}/healthz/database")[0] == 503
            assert "no address of this site" not in site.log.read_text()


@pytest.mark.servers_only
def test_kept_connection_that_falls_silent_is_given_up(transactional_db, settings):
    settings.DATABASE_SECONDS = 0.3
    kept = connections["default"]
    with kept.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (server,) = cursor.fetchone()
    assert kept.is_usable() and kept.is_usable()
    os.kill(server, signal.SIGSTOP)
    try:
        begin = time.monotonic()
        assert not kept.is_usable()
        assert time.monotonic() - begin < 1
        with pytest.raises(psycopg.OperationalError, match="a moment ago"):
            kept.get_new_connection(kept.get_connection_params())
    finally:
        os.kill(server, signal.SIGCONT)
        base._silent_until.clear()
        kept.close()


@pytest.mark.servers_only
def test_kept_connection_that_was_cut_is_given_up_at_once(transactional_db):
    kept = connections["default"]
    kept.ensure_connection()
    with closing(psycopg.connect(f"{state.SERVERS['database']}/postgres")) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [kept.connection.info.backend_pid])
    assert not kept.is_usable()
    kept.close()
    assert kept.cursor() and kept.is_usable()
