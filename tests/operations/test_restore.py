"""A backup put back is the site it was made of, but for what had to be gone meanwhile."""

import contextlib
import shutil
import signal
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import pytest

from operations.backups import manifest
from tests import forks
from tests.worker_process import LONG_AGO, Place, make_place, wait_until

PROVE = """
from vault import sealed_files
from callbacks.models import Attachment, CallbackRequest
for request in CallbackRequest.objects.exclude(state="withdrawn").order_by("reference"):
    print(request.reference, request.open_details().name, [a.open_name() for a in request.attachments.all()])
for attachment in Attachment.objects.arrived().order_by("object_name"):
    print(attachment.object_name, sealed_files.verify(attachment.object_name))
"""
VERIFY = "from operations import keys; keys.verify()"
KILLED = """
import os, signal
from pathlib import Path
from operations.backups import restore
rename = Path.rename
Path.rename = lambda path, to: (rename(path, to), path.name == "attachments" and os.kill(os.getpid(), signal.SIGKILL))
restore.restore(Path("{}"), replace=True)
"""
REQUESTS = "SELECT count(*) FROM callbacks_callbackrequest"
ERASE = """
from callbacks.casework import erasure
from callbacks.models import CallbackRequest
from django.contrib.auth.models import User
from operations.backups import tombstones
erasure.withdraw(CallbackRequest.objects.get(reference="{}"))
erasure.erase(CallbackRequest.objects.get(reference="{}"), by=User.objects.create_user("lead"))
tombstones.publish()
"""
pytestmark = pytest.mark.sqlite_only("on files of one machine; test_restore_servers.py has the other")


@dataclass
class Story:
    """A site with three requests and a picture, its backup, and what became of it later."""

    place: Place
    references: list[str]
    backup: Path
    before: str


@pytest.fixture(scope="module")
def story(tmp_path_factory) -> Story:
    var = tmp_path_factory.mktemp("original")
    place = make_place(var, BACKUP_DIR=str(tmp_path_factory.mktemp("elsewhere")))
    references = place.ask_for_calls(3)
    (var / "media" / "markdownx").mkdir(parents=True)
    (var / "media" / "markdownx" / "picture.jpg").write_bytes(b"a picture")
    place.manage("backup")
    [backup] = manifest.all_in(Path(place.env["BACKUP_DIR"]))
    return Story(place, references, backup, shell(place, PROVE))


def empty_machine(story: Story, var: Path, *, keys: bool = True) -> Place:
    """Nothing on it but, perhaps, the keys, which were kept apart."""
    if keys:
        shutil.copytree(story.place.var / "secrets", var / "secrets")
    return Place(var, story.place.env | {"VAR_DIR": str(var)})


def shell(place, code: str) -> str:
    return place.manage("shell", "--no-imports", "--verbosity=0", "-c", code)


def fails(place, *arguments: str) -> str:
    done = forks.run(["manage.py", *arguments], place.env)
    assert done.returncode == 1 and "Traceback" not in done.stderr, done.stderr
    return done.stderr


def test_restore_onto_an_empty_machine_is_the_site_that_was(story, tmp_path):
    place = empty_machine(story, tmp_path / "var")
    said = place.manage("restore", str(story.backup))
    assert "3 requests with 3 files" in said
    assert shell(place, PROVE) == story.before
    assert (place.var / "media" / "markdownx" / "picture.jpg").read_bytes() == b"a picture"
    for path in place.var.rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path
    tables = [name for (name,) in place.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
    assert len(tables) > 30
    tables.remove("sqlite_sequence")  # counts up when the roles are completed
    for name in tables:
        assert place.rows(f'SELECT * FROM "{name}"') == story.place.rows(f'SELECT * FROM "{name}"'), name
    assert "already has a database, files that people sent, pictures" in fails(place, "restore", str(story.backup))
    place.ask_for_calls(1, "later")
    said = place.manage("restore", str(story.backup), "--replace")
    assert shell(place, PROVE) == story.before
    [aside] = place.var.glob("replaced-*")
    assert str(aside) in said and len(list((aside / "attachments").iterdir())) == 4


def test_restore_without_the_keys_fails_before_it_changes_anything(story, tmp_path):
    place = empty_machine(story, tmp_path / "var", keys=False)
    said = fails(place, "restore", str(story.backup))
    assert "Put the keys back first" in said and not (place.var / "db.sqlite3").exists()
    said = place.manage("restore", str(story.backup), "--without-keys")
    assert "nothing that people sent can be read" in said and "SECRET_KEY is another one" in said
    assert place.rows(REQUESTS) == [(3,)]


def test_restore_with_another_secret_key_warns_once(story, tmp_path):
    first = empty_machine(story, tmp_path / "first")
    first = Place(first.var, first.env | {"BACKUP_DIR": str(tmp_path / "backups")})
    first.manage("restore", str(story.backup))
    shell(first, VERIFY)
    first.manage("backup")
    [backup] = manifest.all_in(tmp_path / "backups")
    place = empty_machine(story, tmp_path / "var")
    (place.var / "secrets" / "secret-key").write_text("x" * 50)
    assert "private links will not open" in place.manage("restore", str(backup))
    shell(place, VERIFY)


def test_restore_of_a_damaged_backup_changes_nothing(story, tmp_path):
    copy = tmp_path / story.backup.name
    shutil.copytree(story.backup, copy)
    with (copy / "database.sqlite3").open("r+b") as file:
        file.seek(20_000)
        file.write(b"rubbish")
    place = empty_machine(story, tmp_path / "var")
    assert "damaged: database.sqlite3 was changed" in fails(place, "restore", str(copy))
    assert "damaged" in fails(place, "backup", "--verify", str(copy))
    assert "is not a backup" in fails(place, "backup", "--verify", "")
    servers = Place(place.var, place.env | {"DATABASE_URL": "postgres://site@127.0.0.1:1/guide"})
    assert "Unset DATABASE_URL first" in fails(servers, "restore", str(story.backup))
    assert {path.name for path in place.var.iterdir()} == {"secrets"}


def test_restore_under_a_running_site_is_refused(story, tmp_path):
    place = make_place(tmp_path)
    with place.worker():
        wait_until(lambda: place.rows("SELECT 1 FROM detoxsite_scheduledjob WHERE succeeded_at IS NOT NULL"))
        assert "Stop both first" in fails(place, "restore", str(story.backup), "--replace")
    assert place.rows(REQUESTS) == [(0,)]


def test_what_was_erased_since_the_backup_does_not_come_back(story, tmp_path):
    """One person took the request back, one was erased by staff, and one's time was over. The list of them is found
    beside the backup or, where the backup is a copy elsewhere, in BACKUP_DIR."""
    machine, backups = tmp_path / "var", tmp_path / "backups"
    place = empty_machine(story, machine)
    place = Place(machine, place.env | {"BACKUP_DIR": str(backups)})
    alone = shutil.copytree(story.backup, tmp_path / "alone" / story.backup.name)
    assert "WARNING: there is no erased.txt" in place.manage("restore", str(alone))
    back, staff, due = story.references
    shell(place, ERASE.format(back, staff))
    due_long_ago = "UPDATE callbacks_callbackrequest SET received_at = ?, erase_after = ? WHERE reference = ?"
    again = tmp_path / "again"
    rebuilt = Place(again, place.env | {"VAR_DIR": str(again)})
    shutil.copytree(machine / "secrets", again / "secrets")
    said = rebuilt.manage("restore", str(alone))
    assert "must not come back: 2" in said and "WARNING" not in said
    states = dict(rebuilt.rows("SELECT reference, state FROM callbacks_callbackrequest"))
    assert states == {back: "withdrawn", due: "new"}
    assert len(list((again / "attachments").iterdir())) == 1
    rebuilt.rows(due_long_ago, LONG_AGO, "2020-02-01 00:00:00", due)
    rebuilt.manage("backup")
    newest = manifest.all_in(backups)[-1]
    assert "must not come back: 1" in rebuilt.manage("restore", str(newest), "--replace")
    assert rebuilt.rows("SELECT reference FROM callbacks_callbackrequest") == [(back,)]
    listed = (backups / "erased.txt").read_text()
    assert len(listed.splitlines()) == 2 and "withdrawn" in listed and "Zo" not in listed and back not in listed


def test_site_does_not_start_on_a_restore_that_did_not_finish(story, tmp_path):
    """What was erased since the backup is back then. Here the list of it lies beside copies of the backup alone."""
    place = empty_machine(story, tmp_path / "var")
    whole = shutil.copytree(story.backup, tmp_path / "whole")
    half = shutil.copytree(story.backup, tmp_path / "half")
    made, copy = manifest.load(half), half / manifest.SQLITE
    with contextlib.closing(sqlite3.connect(copy)) as database:
        [(pk,)] = database.execute("SELECT id FROM callbacks_callbackrequest LIMIT 1")
        database.execute("ALTER TABLE callbacks_tombstone RENAME TO gone")
    made.files[manifest.SQLITE] = manifest.Entry(copy.stat().st_size, manifest.sha256(copy))
    made.save(half)
    (tmp_path / "erased.txt").write_text(f"{pk} erased 2026-11-24T03:00:00+00:00\n")
    assert "no such table" in fails(place, "restore", str(half))
    for command in ("prepare", "run_worker"):
        assert "A restore has not finished" in fails(place, command)
    assert "must not come back: 1" in place.manage("restore", str(whole), "--replace")
    shell(place, "from operations import keys; keys.verify()")  # what each start does
    assert place.rows(REQUESTS) == [(2,)]


def test_site_does_not_start_empty_where_a_restore_was_killed_with_all_moved_aside(story, tmp_path):
    place = empty_machine(story, tmp_path / "var")
    place.manage("restore", str(story.backup))
    killed = ["manage.py", "shell", "--no-imports", "--verbosity=0", "-c", KILLED.format(story.backup)]
    assert forks.run(killed, place.env).returncode == -signal.SIGKILL
    assert not (place.var / "attachments").exists()
    assert "A restore has not finished" in fails(place, "prepare")
    place.manage("restore", str(story.backup), "--replace")
    assert shell(place, PROVE) == story.before


def test_restore_with_a_damaged_list_of_what_was_erased_puts_nothing_back(story, tmp_path):
    copy = tmp_path / story.backup.name
    shutil.copytree(story.backup, copy)
    (tmp_path / "erased.txt").write_text("rubbish\n")
    place = empty_machine(story, tmp_path / "var")
    assert "erased.txt is damaged" in fails(place, "restore", str(copy))
    assert not (place.var / "attachments").exists() and not (place.var / "db.sqlite3").exists()


def test_good_backup_is_reported_if_the_list_of_erased_requests_is_damaged(tmp_path):
    place = make_place(tmp_path, BACKUP_DIR=str(tmp_path / "backups"))
    (tmp_path / "backups").mkdir()
    (tmp_path / "backups" / "erased.txt").write_text("rubbish\n")
    said = fails(place, "backup")
    [made] = manifest.all_in(tmp_path / "backups")
    assert f"{made.name} was made and verified" in said and "erased.txt is damaged" in said and manifest.verify(made)


def test_backup_of_another_format_is_refused(tmp_path):
    manifest.Manifest("", "", {}, {}, format=manifest.FORMAT + 1).save(tmp_path)
    with pytest.raises(manifest.BackupError, match="another version"):
        manifest.load(tmp_path)


def test_database_with_a_row_whose_parent_is_gone_is_damaged(tmp_path):
    with contextlib.closing(sqlite3.connect(tmp_path / "db.sqlite3")) as database:
        database.executescript("CREATE TABLE a (id PRIMARY KEY); CREATE TABLE b (a REFERENCES a)")
        database.executescript("INSERT INTO b VALUES (1)")
    with pytest.raises(manifest.BackupError, match="own check"):
        manifest.verify_sqlite(tmp_path / "db.sqlite3")
