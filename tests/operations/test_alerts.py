"""Alerts come in time, not too often, and name nobody who asked for a call."""

import datetime
from pathlib import Path

import pytest
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from callbacks.models import CallbackRequest
from editorial.models import PageNotice
from editorial.staff_mail import NotSent
from operations import alerts, probes, readiness, schedule
from operations.backups import manifest
from operations.models import Incident, ProbeResult, ScheduledJob
from tests.callbacks.helpers import sign_in, submit
from tests.factories import make_staff
from tests.mail_server import mail_server

pytestmark = pytest.mark.django_db
MINUTE = datetime.timedelta(minutes=1)
HOUR, DAY = 60 * MINUTE, 1440 * MINUTE
NOW = timezone.now()


@pytest.fixture
def server(settings):
    with mail_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.server_address[1]
        settings.DEFAULT_FROM_EMAIL = "guide@clinic.example"
        settings.ALERT_EMAILS = settings.NOTICE_EMAILS = ["ops@clinic.example"]
        yield server


@pytest.fixture
def well(settings):
    """A worker that lives, a backup of today, room on the disk."""
    settings.DISK_LOW_MB = 1
    schedule.ensure_rows()
    ScheduledJob.objects.update(succeeded_at=NOW + DAY, next_at=NOW + 400 * DAY)
    (settings.BACKUP_DIR / f"{NOW:{manifest.NAME}}").mkdir(parents=True)


def wrong() -> list[readiness.Finding]:
    return [finding for finding in readiness.findings(NOW) if finding.state == "problem"]


def keys() -> set[str]:
    return {finding.key for finding in wrong()}


def test_healthy_site_has_no_problems(well, server):
    assert keys() == set()
    assert alerts.alert_all(NOW) == 0 and server.got == []


def break_worker(settings):
    ScheduledJob.objects.filter(name="heartbeat").update(succeeded_at=NOW - 6 * MINUTE)


def break_store(settings):
    folder = Path(settings.STORAGES["attachments"]["OPTIONS"]["location"])
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_text("a file, not a folder")
    probes.run_all()


def break_job(settings):
    ScheduledJob.objects.filter(name="purge").update(failed_at=NOW + 2 * DAY)


def break_promise(settings):
    submit()
    CallbackRequest.objects.update(due_at=NOW - 2 * HOUR, staff_notified_at=NOW)


def break_mail(settings):
    submit()
    CallbackRequest.objects.update(received_at=NOW - HOUR, due_at=NOW + DAY)


def break_disk(settings):
    settings.DISK_LOW_MB = 10**9


def break_backup(settings):
    ProbeResult.objects.create(name="backup", at=NOW, problem="The disk is full.")


def break_drill(settings):
    ProbeResult.objects.create(name="drill", at=NOW, problem="The database is damaged.")


def break_scanner(settings):
    settings.CLAMD = ("127.0.0.1", 1)
    probes.run_all()


def end_certificate(settings):
    settings.HTTPS = True
    ProbeResult.objects.create(name="certificate", at=NOW, good_until=NOW + 13 * DAY)


BREAKS = {
    "worker": break_worker,
    "store": break_store,
    "jobs": break_job,
    "callbacks": break_promise,
    "mail": break_mail,
    "disk": break_disk,
    "backup": break_backup,
    "drill": break_drill,
    "scanner": break_scanner,
    "certificate": end_certificate,
}


#: A store on the network is no folder that could be in the way.
KEYS = [pytest.param(key, marks=pytest.mark.sqlite_only("a folder")) if key == "store" else key for key in BREAKS]


@pytest.mark.parametrize("key", KEYS)
def test_what_breaks_is_found_and_nothing_else(well, server, settings, key):
    BREAKS[key](settings)
    assert keys() == {key}
    [found] = wrong()
    assert found.text and found.advice


@pytest.mark.parametrize("recipients", [["intake@clinic.example"], []])
def test_mail_about_a_page_that_waits_is_found_until_its_next_try_too(well, settings, recipients):
    settings.EMAIL_HOST, settings.NOTICE_EMAILS = "127.0.0.1", recipients
    saved_and_due = {"created_at": NOW - HOUR, "next_try_at": NOW + HOUR}
    page_type = ContentType.objects.get_for_model(Incident)
    PageNotice.objects.create(event="signed", page_type=page_type, page_id=1, user=make_staff("ed"), **saved_and_due)
    assert [finding.text for finding in wrong()] == ["Mail about pages has been waiting for 1\xa0hour."]
    settings.EMAIL_HOST = ""  # turned off; what waits is kept for three days
    assert wrong() == []


def test_backup_that_is_old_is_found(well, settings):
    next(settings.BACKUP_DIR.iterdir()).rename(settings.BACKUP_DIR / f"{NOW - 2 * DAY:{manifest.NAME}}")
    assert keys() == {"backup"}


def test_incident_is_alerted_every_six_hours_and_once_when_it_recovers(well, server, settings):
    break_drill(settings)
    sent = [alerts.alert_all(NOW + minutes * MINUTE) for minutes in range(0, 60, 2)]
    assert sum(sent) == 1 and sent[0] == 0, "a moment's trouble sends nothing"
    alerts.alert_all(NOW + 5 * HOUR)
    assert len(server.got) == 1
    alerts.alert_all(NOW + 7 * HOUR)
    assert len(server.got) == 2
    ProbeResult.objects.update(problem="")
    alerts.alert_all(NOW + 7 * HOUR + MINUTE)
    alerts.alert_all(NOW + 7 * HOUR + 2 * MINUTE)
    mails = [(mail["Subject"], "reminded" in mail.get_content()) for mail in server.mails]
    assert mails == [("Action needed: Restore drill", True)] * 2 + [("Recovered", False)]
    assert "Recovered: Restore drill." in server.mails[-1].get_content()
    assert not Incident.objects.exists()


def test_incident_that_passes_by_itself_is_not_alerted(well, server, settings):
    break_drill(settings)
    alerts.alert_all(NOW)
    ProbeResult.objects.update(problem="")
    alerts.alert_all(NOW + 20 * MINUTE)
    assert server.got == []


def test_mail_server_that_is_down_delays_an_alert_and_loses_none(well, server, settings):
    break_drill(settings)
    alerts.alert_all(NOW)
    server.mood = "refuses"
    with pytest.raises(NotSent):
        alerts.alert_all(NOW + 10 * MINUTE)
    server.mood = "takes"
    assert alerts.alert_all(NOW + 12 * MINUTE) == 1
    server.mood = "refuses"
    ProbeResult.objects.update(problem="")
    with pytest.raises(NotSent):
        alerts.alert_all(NOW + 14 * MINUTE)
    server.mood = "takes"
    alerts.alert_all(NOW + 16 * MINUTE)
    assert server.mails[-1]["Subject"] == "Recovered"


def test_incident_of_a_check_that_a_release_took_away_closes(well, server):
    Incident.objects.create(key="tasks", since=NOW - DAY, alerted_at=NOW - HOUR)
    assert alerts.alert_all(NOW) == 0 and server.got == [] and not Incident.objects.exists()


def test_incident_that_another_process_closes_meanwhile_is_left_to_it(well, server, settings, monkeypatch):
    """Between opening incidents and reading them."""
    break_drill(settings)
    create = Incident.objects.bulk_create

    def create_and_lose(*arguments, **options) -> None:
        create(*arguments, **options)
        Incident.objects.all().delete()

    with monkeypatch.context() as patch:
        patch.setattr(Incident.objects, "bulk_create", create_and_lose)
        assert alerts.alert_all(NOW) == 0 and server.got == []
    alerts.alert_all(NOW)
    assert alerts.alert_all(NOW + 10 * MINUTE) == 1


def test_alert_holds_nothing_of_a_request(well, server, settings):
    request = submit()
    CallbackRequest.objects.update(due_at=NOW - 2 * HOUR, staff_notified_at=NOW)
    alerts.alert_all(NOW)
    alerts.alert_all(NOW + 10 * MINUTE)
    text = server.got[0].decode()
    assert "1 person is waiting more than an hour past the promised time" in text
    for secret in (request.reference, str(request.pk), "Miller", "2125550123", "Knock"):
        assert secret not in text


def test_web_process_alerts_of_a_dead_worker(well, server, settings):
    """It cannot alert by itself; of several processes one does."""
    break_worker(settings)
    alerts.check_worker()
    Incident.objects.update(since=NOW - HOUR)
    alerts.check_worker()
    alerts.check_worker()
    assert [mail["Subject"] for mail in server.mails] == ["Action needed: Worker"]
    ScheduledJob.objects.filter(name="heartbeat").update(succeeded_at=timezone.now())
    alerts.alert_all(timezone.now())
    assert server.mails[-1]["Subject"] == "Recovered"


def test_web_process_alerts_of_a_database_that_is_down(server, monkeypatch):
    from django.db import OperationalError

    monkeypatch.setattr(readiness.worker_status, "heartbeat", lambda: (_ for _ in ()).throw(OperationalError("secret")))
    alerts.check_worker()
    alerts.check_worker()
    assert [mail["Subject"] for mail in server.mails] == ["Action needed: Database"]
    assert b"secret" not in server.got[0]


def test_page_shows_advice(client, well, settings):
    break_drill(settings)
    page = sign_in(client, "detoxsite.view_readiness").get("/admin/readiness/").content.decode()
    settings.EMAIL_HOST, settings.NOTICE_EMAILS = "localhost", []  # but ALERT_EMAILS, perhaps
    assert readiness.mail(NOW, {}).text == "NOTICE_EMAILS is not set: nobody is notified of requests."
    assert "1 of 13" in page and "The database is damaged." in page and "manage.py restore_drill" in page
