"""Each job runs in its time, once, whatever happened to workers and clocks meanwhile."""

import datetime
import threading
from dataclasses import replace

import pytest
from django.core.management import call_command
from django.utils import timezone

from articles.models import Article
from callbacks.models import CallbackRequest
from detoxsite.logs import PrivacyFilter
from editorial.staff_mail import NotSent
from operations import schedule, worker_status
from operations.backups import manifest
from operations.models import ProbeResult, ScheduledJob
from operations.schedule import DAY, HOUR, MINUTE, SECOND, Job
from tests.callbacks.helpers import submit
from tests.factories import make_article

pytestmark = pytest.mark.django_db

EVERY = HOUR
NAME = "count"


ALL_JOBS = schedule.JOBS


@pytest.fixture(autouse=True)
def in_line(monkeypatch) -> None:
    """Threads of their own would not see what a test has in its transaction."""
    monkeypatch.setattr(schedule, "JOBS", tuple(job for job in ALL_JOBS if not job.in_thread))


@pytest.fixture
def runs(monkeypatch, clock) -> list[datetime.datetime]:
    """When a job that is due hourly has run."""
    seen: list[datetime.datetime] = []
    monkeypatch.setattr(schedule, "JOBS", (Job(NAME, EVERY, lambda: seen.append(clock.now)),))
    schedule.ensure_rows()
    return seen


def pass_time(clock, span: datetime.timedelta, step: datetime.timedelta) -> None:
    end = clock.now + span
    while clock.now < end:
        clock.now += step
        schedule.run_due()


def test_job_runs_at_once_and_then_at_its_interval(runs, clock):
    schedule.run_due()
    pass_time(clock, 5 * HOUR, MINUTE)
    assert len(runs) == 6


def test_job_after_days_without_a_worker_runs_once(runs, clock):
    schedule.run_due()
    clock.now += 9 * DAY
    pass_time(clock, 30 * MINUTE, MINUTE)
    assert len(runs) == 2


def test_job_that_another_worker_has_taken_is_left_alone(runs, clock):
    before = ScheduledJob.objects.get().next_at
    assert schedule._claim(schedule.JOBS[0], before)
    assert not schedule._claim(schedule.JOBS[0], before)
    schedule.run_due()
    assert runs == []


def test_job_whose_worker_was_killed_is_tried_again_soon(runs, clock):
    schedule._claim(schedule.JOBS[0], ScheduledJob.objects.get().next_at)  # and then nothing more is heard
    pass_time(clock, schedule.RETRY_AFTER, MINUTE)
    assert len(runs) == 1


def test_job_that_ends_its_worker_each_time_is_named_and_one_that_came_to_its_end_is_not(runs, clock):
    for _ in range(4 * 6):  # four hours; after each beginning nothing more is heard
        schedule._claim(schedule.JOBS[0], ScheduledJob.objects.get().next_at)
        clock.now += schedule.RETRY_AFTER
    assert worker_status.late_jobs(clock.now) == [schedule.JOBS[0].name]
    schedule.run_due()
    assert len(runs) == 1 and worker_status.late_jobs(clock.now) == []


def test_job_that_fails_is_tried_again_and_stops_no_other(monkeypatch, clock, caplog):
    seen = []
    jobs = (Job("bad", DAY, lambda: 1 / 0), Job("good", DAY, lambda: seen.append(1)))
    monkeypatch.setattr(schedule, "JOBS", jobs)
    schedule.ensure_rows()
    pass_time(clock, HOUR, MINUTE)
    assert seen == [1]
    assert caplog.text.count("ZeroDivisionError") == 6
    assert worker_status.failing_jobs() == ["bad"]
    assert worker_status.late_jobs(clock.now) == [], "it is tried, and that is something else"
    assert worker_status.late_jobs(clock.now + 2 * DAY) == ["bad", "good"]


def test_job_that_cannot_send_mail_says_why(monkeypatch, caplog):
    def fail() -> None:
        raise NotSent("SMTPAuthenticationError")

    monkeypatch.setattr(schedule, "JOBS", (Job(NAME, EVERY, fail),))
    schedule.ensure_rows()
    caplog.handler.addFilter(PrivacyFilter())
    schedule.run_due()
    assert "could not send mail (SMTPAuthenticationError)" in caplog.text and "Traceback" not in caplog.text
    assert worker_status.failing_jobs() == [NAME]


@pytest.mark.parametrize("jump", [-400 * DAY, -6 * HOUR, 400 * DAY])
def test_job_goes_on_after_the_clock_was_wrong(runs, clock, jump):
    schedule.run_due()
    clock.now += jump
    pass_time(clock, 3 * HOUR, MINUTE)
    clock.now -= jump
    runs.clear()
    pass_time(clock, 3 * HOUR, MINUTE)
    assert 3 <= len(runs) <= 4


def test_clocks_that_differ_a_little_make_no_job_run_twice(runs, clock):
    """Two hosts, one four minutes ahead."""
    for minute in range(3 * 60):
        clock.now += MINUTE
        ahead = 4 * MINUTE if minute % 2 else 0 * MINUTE
        clock.now += ahead
        schedule.run_due()
        clock.now -= ahead
    assert 3 <= len(runs) <= 4


def test_schedule_does_not_multiply():
    schedule.ensure_rows()
    call_command("migrate", verbosity=0)
    schedule.ensure_rows()
    assert sorted(ScheduledJob.objects.values_list("name", flat=True)) == sorted(job.name for job in schedule.JOBS)


def test_schedule_that_was_changed_drops_jobs_that_are_no_more():
    ScheduledJob.objects.create(name="of an older version", next_at=timezone.now())
    schedule.ensure_rows()
    assert not ScheduledJob.objects.filter(name="of an older version").exists()


def test_schedule_without_rows_makes_them():
    ScheduledJob.objects.all().delete()
    schedule.run_due()
    schedule.run_due()
    assert worker_status.heartbeat()


@pytest.mark.django_db(transaction=True)
def test_every_job_runs_through(monkeypatch):
    jobs = [replace(job, in_thread=False, first_after=0 * SECOND) for job in ALL_JOBS]
    monkeypatch.setattr(schedule, "JOBS", tuple(jobs))
    schedule.ensure_rows()
    schedule.run_due()
    assert worker_status.failing_jobs() == []
    assert not ScheduledJob.objects.filter(succeeded_at=None).exists()
    assert worker_status.late_jobs(timezone.now()) == []


def test_request_is_erased_within_the_hour_of_its_date(monkeypatch, clock):
    """The person was told the day."""
    monkeypatch.setattr(schedule, "JOBS", tuple(job for job in ALL_JOBS if job.name == "purge"))
    request = submit()
    CallbackRequest.objects.update(received_at=clock.now - 90 * DAY, erase_after=clock.now + SECOND)
    schedule.ensure_rows()
    schedule.run_due()
    assert CallbackRequest.objects.filter(pk=request.pk).exists()
    clock.forward(hours=1)
    schedule.run_due()
    assert not CallbackRequest.objects.filter(pk=request.pk).exists()


@pytest.mark.sqlite_only("PostgreSQL counts its rows unasked")
def test_few_of_many_articles_are_found_without_a_look_at_all():
    for number in range(100):
        make_article(slug=f"number-{number}")
    schedule.analyze()
    few = Article.objects.published().filter(slug__in=["number-1", "number-2"])
    assert "(slug=?)" in few.explain()


@pytest.mark.django_db(transaction=True)
def test_job_that_takes_long_holds_up_no_other_and_is_begun_once(monkeypatch, clock):
    go_on, begun, others = threading.Event(), [], []

    def take_long() -> None:
        begun.append(1)
        go_on.wait(20)

    jobs = (Job("long", DAY, take_long, in_thread=True), Job("short", MINUTE, lambda: others.append(1)))
    monkeypatch.setattr(schedule, "JOBS", jobs)
    schedule.ensure_rows()
    pass_time(clock, HOUR, MINUTE)
    assert (len(begun), len(others)) == (1, 60)
    go_on.set()
    schedule._threads["long"].join(20)
    assert ScheduledJob.objects.get(name="long").succeeded_at


def test_drill_first_runs_once_there_is_a_backup(monkeypatch):
    monkeypatch.setattr(schedule, "JOBS", ALL_JOBS)
    schedule.ensure_rows()
    assert ScheduledJob.objects.get(name="restore drill").next_at > timezone.now() + 50 * MINUTE


@pytest.mark.django_db(transaction=True)
def test_no_backup_goes_where_the_disk_for_them_is_not_mounted(settings, monkeypatch, tmp_path):
    monkeypatch.setattr(schedule, "JOBS", [replace(job, in_thread=False) for job in ALL_JOBS if job.name == "backup"])
    settings.BACKUP_DIR = tmp_path / "disk"

    def made() -> int:
        schedule.ensure_rows()
        ScheduledJob.objects.update(next_at=timezone.now())
        schedule.run_due()
        return len(manifest.all_in(settings.BACKUP_DIR))

    assert made() == 1
    settings.BACKUP_DIR.rename(tmp_path / "not mounted")
    settings.BACKUP_DIR.mkdir()
    settings.VAR_DIR = tmp_path / "var"
    aside = settings.VAR_DIR / "replaced-2020-01-02T03-04-05Z"
    aside.mkdir(parents=True)
    assert made() == 0 and "mounted?" in ProbeResult.objects.get().problem
    assert not aside.exists(), "what is promised to be gone is gone"
    call_command("backup")
    assert made() == 1 and not ProbeResult.objects.get().problem
