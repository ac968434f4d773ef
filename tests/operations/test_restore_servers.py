"""A backup of PostgreSQL and a store comes back: into what is empty, and over what a newer release has changed."""

import os
import re
import shutil
import subprocess
import time
import uuid
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from operations.backups import manifest
from tests import backends, state
from tests.operations.test_restore import PROVE, fails, shell
from tests.worker_process import Place, make_place, wait_until

READ = """
from callbacks.models import Attachment
from tests.callbacks.helpers import JPEG, stored_bytes
print([stored_bytes(each) == JPEG for each in Attachment.objects.arrived()])
"""
SAVE = """
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
default_storage.save("markdownx/picture.jpg", ContentFile(b"a picture"))
"""
ERASE = """
from callbacks.casework import erasure
from callbacks.models import CallbackRequest
from tests.factories import make_staff
erasure.erase(CallbackRequest.objects.get(reference="{reference}"), by=make_staff("lead"))
"""
DRILLS = "SELECT datname FROM pg_database WHERE starts_with(datname, 'drill_')"
pytestmark = pytest.mark.servers_only


def test_restore_into_an_empty_database_is_the_site_that_was(tmp_path):
    place = make_place(tmp_path / "original", BACKUP_DIR=str(tmp_path / "backups"))
    place.ask_for_calls(3)
    place.manage("shell", "--no-imports", "-c", SAVE)
    place.manage("backup")
    [backup] = manifest.all_in(tmp_path / "backups")
    before = shell(place, PROVE)

    empty = Place(tmp_path / "new", place.env | state.make(tmp_path / "new"))
    shutil.copytree(place.var / "secrets", empty.var / "secrets", dirs_exist_ok=True)
    assert "3 requests with 3 files" in empty.manage("restore", str(backup))
    assert shell(empty, PROVE) == before
    assert (state.folder(empty.var) / "media/markdownx/picture.jpg").read_bytes() == b"a picture"
    assert "For a lost host restore nothing" in fails(empty, "restore", str(backup))
    empty.ask_for_calls(1, "later")
    empty.env["BACKUP_DIR"] = str(tmp_path / "others")  # the worker makes backups, and prunes
    with empty.worker():  # as on another host
        wait_until(lambda: empty.rows("SELECT 1 FROM detoxsite_scheduledjob WHERE succeeded_at IS NOT NULL"))
        said = fails(empty, "restore", str(backup), "--replace")
        assert "The site uses this database from" in said and "on all hosts first" in said
    assert empty.rows("SELECT count(*) FROM callbacks_callbackrequest") == [(4,)]
    (tmp_path / "psql").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "psql").chmod(0o755)
    broken = Place(empty.var, empty.env | {"PATH": f"{tmp_path}:{os.environ['PATH']}"})
    assert "psql failed" in fails(broken, "restore", str(backup), "--replace")
    shell(empty, "from operations import keys; keys.verify()")  # nothing was changed, and it may start again
    empty.manage("restore", str(backup), "--replace")
    assert shell(empty, PROVE) == before


def test_backup_of_servers_is_proved_before_and_after_it_is_needed(tmp_path):
    """Its own commands, in the order of docs/operators.md: make, verify, drill, restore with only the keys."""
    place = make_place(tmp_path / "original", BACKUP_DIR=str(tmp_path / "backups"))
    place.ask_for_calls(2)
    place.manage("backup")
    [backup] = manifest.all_in(tmp_path / "backups")
    assert "is whole" in place.manage("backup", "--verify", str(backup))
    assert "2 of 2 files opened from end to end" in place.manage("restore_drill")
    shutil.rmtree(state.folder(place.var) / "attachments")  # the store is gone, and so is what it held

    machine = Place(tmp_path / "new", place.env | state.make(tmp_path / "new"))
    shutil.copytree(place.var / "secrets", machine.var / "secrets", dirs_exist_ok=True)
    machine.manage("restore", str(backup))
    assert shell(machine, READ).strip() == "[True, True]"
    others = set(machine.rows(DRILLS))  # of other processes, one of which may have been killed in its own
    assert "2 of 2 files opened from end to end" in machine.manage("restore_drill")
    wait_until(lambda: set(machine.rows(DRILLS)) <= others)


def test_copy_of_the_store_by_rclone_serves_in_its_place_and_forgets_what_was_erased(tmp_path):
    place = make_place(tmp_path / "var")
    kept, erased = place.ask_for_calls(2)
    remote = (
        f":s3,provider=Other,endpoint='{place.env['S3_ENDPOINT']}',access_key_id={place.env['S3_ACCESS_KEY']},"
        f"secret_access_key={place.env['S3_SECRET_KEY']},force_path_style=true:"
    )
    copy = f"{place.env['S3_BUCKET']}-copy"
    sync = [backends.find()["rclone"], "--config=", "sync", f"{remote}{place.env['S3_BUCKET']}", f"{remote}{copy}"]
    subprocess.run(sync, check=True, capture_output=True)
    there = Place(place.var, place.env | {"S3_BUCKET": copy})
    assert shell(there, READ).strip() == "[True, True]"

    shell(place, ERASE.format(reference=erased))
    time.sleep(1.1)  # until the store of these tests looks at its folder again
    subprocess.run(sync, check=True, capture_output=True)
    assert shell(there, READ).strip() == "[True]"
    assert len([*Path(state.SERVERS["files"], copy, "attachments").iterdir()]) == 1


def test_database_user_without_a_right_is_explained(tmp_path):
    place = make_place(tmp_path / "var", BACKUP_DIR=str(tmp_path / "backups"))
    place.manage("backup")
    user = f"plain_{uuid.uuid4().hex[:8]}"
    with closing(psycopg.connect(place.env["DATABASE_URL"], autocommit=True)) as database:
        database.execute(f"CREATE ROLE {user} LOGIN IN ROLE pg_read_all_data, pg_write_all_data")
        try:
            place.env["DATABASE_URL"] = place.env["DATABASE_URL"].replace("//tests@", f"//{user}@")
            assert "ALTER ROLE … CREATEDB" in fails(place, "restore_drill")
            assert "CREATEDB" in place.rows("SELECT problem FROM detoxsite_look WHERE name = 'drill'")[0][0]
            database.execute(f"CREATE DATABASE {user}")
            place.env["DATABASE_URL"] = re.sub(r"\w+$", user, place.env["DATABASE_URL"])
            place.env["S3_BUCKET"] += "/empty"
            assert "permission denied for schema public" in fails(place, "prepare")
        finally:
            database.execute(f"DROP DATABASE IF EXISTS {user}")
            database.execute(f"DROP ROLE {user}")


def test_restore_over_a_newer_release_leaves_nothing_of_its_tables(tmp_path):
    """Nor stumbles over them, even where they point to tables that the backup has."""
    place = make_place(tmp_path / "var", BACKUP_DIR=str(tmp_path / "backups"))
    place.manage("backup")
    [backup] = manifest.all_in(tmp_path / "backups")
    with closing(psycopg.connect(place.env["DATABASE_URL"], autocommit=True)) as database:
        database.execute("CREATE TABLE newer (request_id uuid REFERENCES callbacks_callbackrequest (id))")
        database.execute("UPDATE editorial_contentversion SET number = number + 7")
        place.manage("restore", str(backup), "--replace")
        assert database.execute("SELECT to_regclass('newer')").fetchone() == (None,)
        assert database.execute("SELECT count(*) FROM django_migrations").fetchone()[0] > 10
