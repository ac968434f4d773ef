"""A backup is whole or not there; what is wrong with one is found before it is needed."""

import datetime
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import call_command

from callbacks.casework import erasure
from callbacks.models import Attachment, CallbackRequest
from operations import keys, probes
from operations.backups import backup, drill, manifest
from operations.backups.manifest import BackupError
from operations.models import ProbeResult
from tests import forks, state
from tests.callbacks.helpers import stored, submit
from tests.worker_process import make_place
from vault import sealed_files

DAY = datetime.timedelta(days=1)


@pytest.fixture
def site(transactional_db):
    """Two requests with a file, a picture."""
    for number in range(2):
        submit(stored(content=b"\xff\xd8\xff\xe0" + bytes([number]) * 200_000), nonce=str(number))
    storages["default"].save("markdownx/picture.jpg", ContentFile(b"a picture"))


def test_backup_holds_database_files_and_pictures_as_they_are_and_no_key(site, settings, capsys):
    made = backup.make()
    call_command("backup", "--verify", made)
    assert capsys.readouterr().out == f"{made} is whole.\n"
    names = {path.relative_to(made).as_posix() for path in made.rglob("*") if path.is_file()}
    attachments = {f"attachments/{name}" for name in Attachment.objects.object_names()}
    database = manifest.load(made).database
    assert names == {database, "manifest.json", "manifest.sha256", "media/markdownx/picture.jpg"} | attachments
    for name in Attachment.objects.object_names():
        with storages["attachments"].open(name) as file:
            assert (made / "attachments" / name).read_bytes() == file.read()
    for path in made.rglob("*"):
        assert path.stat().st_mode & 0o077 == 0
        for key in (*settings.VAULT_KEYS.values(), settings.SECRET_KEY.encode()):
            assert path.is_dir() or key not in path.read_bytes()


def test_backup_copies_again_only_what_has_changed(site):
    if state.SERVERS:
        time.sleep(2.5)  # a store tells whole seconds
    first = backup.make()
    (kept, changed) = sorted(Attachment.objects.object_names())
    sealed_files.rewrap(changed)  # another key's turn: same name and length, other bytes
    second = backup.make()
    assert os.path.samefile(first / "attachments" / kept, second / "attachments" / kept)
    with storages["attachments"].open(changed) as file:
        assert (second / "attachments" / changed).read_bytes() == file.read()
    assert manifest.verify(first) and manifest.verify(second)


def test_copy_that_went_bad_does_not_go_on_from_backup_to_backup(site):
    first = backup.make()
    name = sorted(Attachment.objects.object_names())[0]
    flip(first / "attachments" / name, 1000)
    with pytest.raises(BackupError, match="was changed"):
        manifest.verify(first)
    assert manifest.verify(backup.make())


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def test_any_byte_that_flips_is_found(site, tmp_path):
    """At the beginning, the end and in the middle of every file of a backup."""
    made = backup.make()
    for number, path in enumerate(sorted(path for path in made.rglob("*") if path.is_file())):
        length = path.stat().st_size
        for at in {0, length // 2, length - 1}:
            copy = tmp_path / f"{number}-{at}" / made.name
            shutil.copytree(made, copy)
            flip(copy / path.relative_to(made), at)
            with pytest.raises(BackupError, match="damaged"):
                manifest.verify(copy)
            shutil.rmtree(copy)


@pytest.mark.parametrize("change", ["cut", "gone", "more", "no list"])
def test_backup_with_too_little_or_too_much_in_it_is_found(site, change):
    made = backup.make()
    picture = made / "media" / "markdownx" / "picture.jpg"
    if change == "cut":
        picture.write_bytes(b"a pictur")
    elif change == "gone":
        picture.unlink()
    elif change == "more":
        picture.with_name("other.jpg").write_bytes(b"x")
    else:
        (made / "manifest.json").unlink()
    with pytest.raises(BackupError, match=made.name):
        manifest.verify(made)


def test_file_that_the_store_has_lost_or_cut_off_is_counted_and_the_rest_is_kept(site):
    lost, cut = sorted(Attachment.objects.object_names())
    sealed_files.discard(lost)
    Attachment.objects.filter(object_name=cut).update(size=5)
    with pytest.raises(BackupError, match="lost or cut off 2 files that requests name; .* holds the rest"):
        backup.run()
    made = backup.make()
    assert manifest.verify(made).missing == [lost, cut] and backup.lost_files(made) == 2
    CallbackRequest.objects.all().delete()  # it was erased meanwhile, then: nothing is lost
    assert backup.lost_files(made) == 0


@pytest.mark.sqlite_only("a store tells by itself what it lacks and what it refuses")
def test_files_that_cannot_be_read_make_no_backup_and_leave_the_earlier_one(site, settings):
    """Wrong rights, say; they are not lost."""
    made = backup.make()
    attachments = state.folder_of(storages["attachments"])
    attachments.rename(attachments.with_name("aside")).with_name("attachments").write_text("no folder")
    try:
        with pytest.raises(BackupError, match="could not be made: Not a directory: .*/attachments/"):
            backup.run()
    finally:
        attachments.unlink()
        attachments.with_name("aside").rename(attachments)
    assert manifest.all_in(settings.BACKUP_DIR) == [made]


def test_drill_opens_what_is_sealed_and_finds_what_hashes_cannot(site, settings):
    made = backup.make()
    assert probes.record("drill", drill.run).endswith("1 opened as a sample, and 2 of 2 files opened from end to end.")
    name = sorted(Attachment.objects.object_names())[0]
    flip(made / "attachments" / name, 100_000)
    found = manifest.load(made)
    found.files[f"attachments/{name}"].sha256 = manifest.sha256(made / "attachments" / name)
    found.save(made)
    assert manifest.verify(made)
    with pytest.raises(BackupError, match="Chunk 1 of a file was changed"):
        probes.record("drill", drill.run)
    assert ProbeResult.objects.get(name="drill").problem


def test_drill_that_opens_no_request_fails_unless_its_key_was_given_up(site, settings):
    backup.make()
    settings.VAULT_KEYS = {7: bytes(32)}
    with pytest.raises(BackupError, match="None of the 2 requests"):
        probes.record("drill", drill.run)
    keys.accept_loss()
    assert "There is no key here for 2 requests" in probes.record("drill", drill.run)


@pytest.mark.sqlite_only("another dump is smaller than the limit")
def test_full_disk_is_reported_and_leaves_no_partial_backup(tmp_path):
    """The kernel refuses to let any file grow past 300 KB, as a full disk would."""
    place = make_place(tmp_path)
    place.ask_for_calls(2)
    command = ["sh", "-c", 'ulimit -f 586 && exec "$@"', "sh", sys.executable, "manage.py", "backup"]  # blocks of 512
    done = subprocess.run(command, cwd=forks.ROOT, env=place.env, capture_output=True, text=True)
    assert done.returncode == 1 and "BackupError: " in done.stderr and "Traceback" not in done.stderr
    assert "disk" in done.stderr or "too large" in done.stderr
    assert [path.name for path in (tmp_path / "backups").iterdir()] == [".lock"]
    place.manage("backup")
    assert len(manifest.all_in(tmp_path / "backups")) == 1


def test_backup_leaves_room_for_what_people_send(transactional_db, settings, monkeypatch):
    monkeypatch.setattr(backup, "RESERVE_MB", shutil.disk_usage("/").total)
    with pytest.raises(BackupError, match="nearly full"):
        backup.make()
    assert manifest.all_in(settings.BACKUP_DIR) == []


def test_folder_that_cannot_be_used_is_named(transactional_db, settings, tmp_path):
    (tmp_path / "file").write_text("")
    settings.BACKUP_DIR = tmp_path / "file" / "backups"
    with pytest.raises(BackupError, match="BACKUP_DIR"):
        backup.make()


def test_two_backups_at_once_are_one(transactional_db, settings):
    with manifest.locked(settings.BACKUP_DIR), pytest.raises(BackupError, match="is running"):
        backup.run(lock_timeout=0)


def test_backup_that_was_killed_leaves_nothing_that_looks_like_one(site, settings):
    (settings.BACKUP_DIR / ".unfinished-abc").mkdir(parents=True)
    assert manifest.all_in(settings.BACKUP_DIR) == []
    backup.make()
    assert not list(settings.BACKUP_DIR.glob(".unfinished*"))


@pytest.mark.sqlite_only("pg_dump itself is one moment")
def test_backup_while_somebody_writes_is_one_moment_of_it(tmp_path):
    """Each transaction adds a row to two tables; a copy never has one without the other."""
    place = make_place(tmp_path)
    path = tmp_path / "db.sqlite3"
    place.rows("CREATE TABLE one (n INTEGER, filler BLOB)")
    place.rows("CREATE TABLE two (n INTEGER)")
    stop, written = threading.Event(), [0]

    def write() -> None:
        with closing(sqlite3.connect(path, timeout=20)) as database:
            while not stop.wait(0.002):  # more would only grow what is copied
                with database:
                    database.execute("INSERT INTO one VALUES (?, ?)", (written[0], bytes(3000)))
                    database.execute("INSERT INTO two VALUES (?)", (written[0],))
                written[0] += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(2):
            before = written[0]
            place.manage("backup")
            assert written[0] > before + 1, "the writer went on meanwhile"
    finally:
        stop.set()
        writer.join()
    for made in manifest.all_in(tmp_path / "backups"):
        found = manifest.verify(made)
        assert found.counts["one"] == found.counts["two"] > 0


@pytest.mark.sqlite_only("reads SQLite's file; a dump holds living rows only")
def test_erased_row_is_in_no_backup_made_after_it(site):
    request = CallbackRequest.objects.first()
    sealed = bytes(request.sealed)
    assert sealed in (backup.make() / "database.sqlite3").read_bytes()
    erasure.withdraw(request)
    made = backup.make()
    assert sealed not in (made / "database.sqlite3").read_bytes()
    assert len(manifest.load(made).attachments) == 1
