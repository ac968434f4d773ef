"""What is promised to be gone is gone, wherever a backup, a restore or a drill has put it."""

import datetime
import uuid
from types import SimpleNamespace

import pytest
from django.db import connection
from django.utils import timezone

from callbacks.models import CallbackRequest, Tombstone
from limits import pause
from limits.pause import Pause
from operations import readiness, schedule
from operations.backups import backup, databases, drill, manifest
from operations.backups.manifest import BackupError
from operations.models import ScheduledJob
from tests.callbacks.helpers import submit

DAY = datetime.timedelta(days=1)


def test_pruning_keeps_days_weeks_and_months_and_nothing_past_its_age(settings):
    settings.BACKUPS_DAILY, settings.BACKUPS_WEEKLY, settings.BACKUPS_MONTHLY = 7, 4, 6
    settings.BACKUP_DAYS = 365
    now = datetime.datetime(2026, 11, 24, 3, tzinfo=datetime.UTC)  # a Tuesday
    for days in range(200):
        for hour in (0, 1):
            at = now - days * DAY - hour * DAY / 24
            (settings.BACKUP_DIR / f"{at:{manifest.NAME}}").mkdir(parents=True)
    backup.prune(now)
    days = [(now - manifest.made_at(path)).days for path in manifest.all_in(settings.BACKUP_DIR)]
    assert days == [147, 116, 85, 55, 24, 16, 9, 6, 5, 4, 3, 2, 1, 0]
    settings.BACKUP_DAYS = 20
    backup.prune(now)
    assert all(now - manifest.made_at(path) < 20 * DAY for path in manifest.all_in(settings.BACKUP_DIR))
    backup.prune(now + 40 * DAY)
    assert manifest.all_in(settings.BACKUP_DIR) == [], "what is promised to be gone is gone"


def test_what_a_restore_replaced_goes_with_the_backups_of_its_time(settings):
    now = timezone.now()
    old, young = (settings.VAR_DIR / f"{now - days * DAY:{manifest.REPLACED}}" for days in (36, 34))
    for folder in (old, young):
        (folder / "attachments").mkdir(parents=True)
    backup.prune(now)
    assert young.exists() and not old.exists()


def test_folder_that_cannot_be_deleted_keeps_no_old_backup(settings, tmp_path):
    now, settings.VAR_DIR = timezone.now(), tmp_path
    (settings.VAR_DIR / f"{now - 36 * DAY:{manifest.REPLACED}}").touch()  # rmtree takes no file
    old = settings.BACKUP_DIR / f"{now - 36 * DAY:{manifest.NAME}}"
    old.mkdir(parents=True)
    with pytest.raises(OSError, match="replaced-"):
        backup.prune(now)
    assert not old.exists()


def test_backups_begin_again_after_all_were_deleted_as_too_old(transactional_db, settings, tmp_path):
    """As after weeks with a full disk."""
    settings.BACKUP_DIR, now = tmp_path, timezone.now()
    ScheduledJob.objects.update_or_create(name="backup", defaults={"next_at": now, "succeeded_at": now - 36 * DAY})
    backup.run_daily()
    assert len(manifest.all_in(tmp_path)) == 1


def test_drill_removes_what_a_killed_one_left(transactional_db, settings):
    backup.make()
    left = [settings.VAR_DIR / "drill-abc", settings.VAR_DIR / "restoring-abc"]
    for folder in left:
        folder.mkdir()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {databases.drill_prefix()}left")
    drill.run()
    assert not any(folder.exists() for folder in left)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE starts_with(datname, %s)", [databases.drill_prefix()])
            assert not cursor.fetchall()


def test_what_was_moved_to_servers_and_is_still_here_is_noted(db, settings):
    settings.HAS_SERVER = True
    left = settings.VAR_DIR / "db.sqlite3"
    left.touch()
    assert "before the move" in readiness.database(timezone.now(), {}).text
    left.unlink()
    assert readiness.database(timezone.now(), {}).state == "ok"


def test_backup_is_reported_if_the_list_of_erased_requests_fails(transactional_db):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE callbacks_tombstone RENAME TO gone")
        try:
            with pytest.raises(BackupError, match="was made and verified. What was erased is not listed"):
                backup.make()
        finally:
            cursor.execute("ALTER TABLE gone RENAME TO callbacks_tombstone")


def test_nothing_is_erased_by_a_clock_that_ntp_has_yet_to_set(db, clock, monkeypatch):
    monkeypatch.setattr(schedule, "JOBS", tuple(job for job in schedule.JOBS if not job.in_thread))
    monkeypatch.setattr(schedule, "clock_in_doubt", Pause(schedule.clock_in_doubt.seconds))
    minutes: list[int] = []
    monkeypatch.setattr(pause, "time", SimpleNamespace(monotonic=lambda: 60 * len(minutes)))
    request = submit()
    Tombstone.objects.create(request_id=uuid.uuid4(), at=clock.now, withdrawn=True)

    def pass_minutes(count: int) -> None:
        for minute in range(count):
            minutes.append(minute)
            clock.now += datetime.timedelta(minutes=1)
            schedule.run_due()

    for wrong in (0 * DAY, 3650 * DAY):  # a host that starts in another year
        clock.now += wrong
        pass_minutes(5)
        clock.now -= wrong
    pass_minutes(15)
    assert CallbackRequest.objects.filter(pk=request.pk).exists() and Tombstone.objects.exists()
    clock.now += 120 * DAY  # off for months
    pass_minutes(15)
    assert not CallbackRequest.objects.filter(pk=request.pk).exists() and not Tombstone.objects.exists()
