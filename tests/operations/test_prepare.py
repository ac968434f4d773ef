"""Getting a machine ready takes nothing from the code that serves meanwhile."""

import io
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from operations.management.commands.prepare import collect_static_if_changed
from tests import forks, state
from tests.operations.test_restore import fails
from tests.prebuilt import prepared
from tests.served import ROOT
from tests.worker_process import LONG_AGO, Place, make_place


def test_new_code_leaves_the_static_files_of_the_code_before(settings, tmp_path):
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATICFILES_DIRS = [tmp_path / "source"]
    settings.STATIC_ROOT = tmp_path / "static"
    (tmp_path / "source").mkdir()
    for width in (1, 22):
        (tmp_path / "source" / "page.css").write_text(f"p {{ width: {width}px; }}")
        collect_static_if_changed()
    kept = {path.read_text() for path in settings.STATIC_ROOT.glob("page.*.css")}
    assert kept == {"p { width: 1px; }", "p { width: 22px; }"}
    before = (settings.STATIC_ROOT / "staticfiles.json").stat().st_mtime_ns
    collect_static_if_changed()
    assert (settings.STATIC_ROOT / "staticfiles.json").stat().st_mtime_ns == before


@pytest.mark.parametrize("place", [Path("/proc"), Path("/proc/version/below")])
def test_unwritable_state_is_reported_in_a_sentence(settings, place):
    settings.VAR_DIR = place
    with pytest.raises(CommandError, match=f"Nothing can be written in {place}: .* VAR_DIR"):
        call_command("prepare", stdout=io.StringIO())


def test_unreachable_database_is_reported_in_a_line_without_its_password(tmp_path):
    url = {"DATABASE_URL": "postgres://guide:hush@127.0.0.1:1/guide"}
    place = Place(tmp_path, os.environ | state.make(tmp_path) | url)
    for command in ("prepare", "backup", "rotate_keys", "purge_callbacks"):
        said = fails(place, command)
        assert "Connection refused" in said and "DATABASE_URL" in said, command
        assert len(said.strip().splitlines()) == 1 and "hush" not in said, command


def test_what_the_disk_refuses_is_reported_in_a_line(tmp_path):
    place = Place(tmp_path, os.environ | state.make(tmp_path))
    (tmp_path / "file").touch()
    said = fails(place, "export_content", str(tmp_path / "file"))
    assert said.startswith(f"Not a directory: {tmp_path}/file/editorial. Check free space, rights and the store.")


def test_damaged_database_is_reported_in_a_line_that_leads_to_backups(tmp_path):
    place = Place(tmp_path, os.environ | state.make(tmp_path) | {"DATABASE_URL": ""})
    (tmp_path / "db.sqlite3").write_bytes(b"no database " * 1000)
    said = fails(place, "prepare")
    assert said.startswith("The database failed: file is not a database. ") and "Backups" in said
    assert len(said.strip().splitlines()) == 1


def test_start_erases_nothing_by_a_clock_that_may_not_be_set_yet(tmp_path):
    place = Place(tmp_path, os.environ | state.make(tmp_path, like=prepared()))
    place.ask_for_calls(1)
    place.rows("UPDATE callbacks_callbackrequest SET received_at = ?, erase_after = '2020-03-31 00:00:00'", LONG_AGO)
    place.manage("prepare")
    assert place.rows("SELECT count(*) FROM callbacks_callbackrequest") == [(1,)]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another account")
def test_root_is_refused_if_the_site_runs_as_another_account(tmp_path):
    place = Place(tmp_path, os.environ | state.make(tmp_path))
    os.chown(tmp_path / "secrets" / "secret-key", 65534, 65534)
    assert "Run this as user 65534" in fails(place, "prepare") and "Run this as" in fails(place, "new_vault_key")
    assert not (tmp_path / "db.sqlite3").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another account")
def test_root_is_allowed_if_its_files_belong_to_the_sites_account():
    """As on a share that gives all files to one user, which the kernel's user for files looks like."""
    with tempfile.TemporaryDirectory() as folder:  # not in one that only root may enter
        env = os.environ | state.make(Path(folder))
        for path in (Path(folder), *Path(folder).rglob("*")):
            os.chown(path, 65534, 65534)
        code = "import ctypes, pkgutil, runpy, sys, django; django.setup(); ctypes.CDLL(None).setfsuid(65534)\n"
        code += "sys.argv = ['manage.py', 'version']; runpy.run_path('manage.py', run_name='__main__')"
        done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True)
    assert not done.returncode, done.stderr


def test_administrator_is_made_only_at_a_terminal_or_from_variables(tmp_path):
    said = subprocess.run(
        [sys.executable, "manage.py", "make_administrator"],
        cwd=ROOT,
        env=make_place(tmp_path).env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    ).stderr
    assert said == "CommandError: There is no terminal to ask on: set both variables (--help).\n"


def test_files_are_kept_if_their_database_is_lost(tmp_path):
    place = Place(tmp_path, os.environ | state.make(tmp_path))
    name = "4df5f29c335b4e6da26af62531e938b0"
    file = state.folder(tmp_path) / "attachments" / name
    put = "from django.core.files.storage import storages as s; from django.core.files.base import ContentFile as C; "
    forks.run(["manage.py", "shell", "-v0", "-c", f"{put}s['attachments'].save({name!r}, C(b'sealed'))"], place.env)
    os.utime(file, (0, 0))
    assert "is empty, and there are files that people sent" in fails(place, "prepare")
    assert file.exists()


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_command_whose_reader_went_away_ends_quietly(tmp_path, unbuffered):
    env = os.environ | state.make(tmp_path) | {"PYTHONUNBUFFERED": unbuffered}
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "manage.py", "help", "--commands"]
    done = subprocess.run(command, cwd=ROOT, env=env, stdout=writer, stderr=subprocess.PIPE)
    os.close(writer)
    assert (done.returncode, done.stderr) == (128 + signal.SIGPIPE, b"")
