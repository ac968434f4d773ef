"""What staff do with reports on pages: read, mark, delete; be told once a day; and nothing stays past its time."""

import datetime

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone

from editorial import staff_mail
from editorial.models import PageReport, page_reports
from operations import keys, readiness
from tests.factories import make_staff

pytestmark = pytest.mark.django_db

LIST = "/admin/editorial/pagereport/"
WORDS = "The dose in line 2 <is> wrong."


def report(page: str = "/emergency/", **values) -> PageReport:
    return PageReport.objects.create(page=page, sealed=page_reports.seal(WORDS), **values)


@pytest.fixture
def editor(client):
    client.force_login(make_staff("ed", roles=("Editors",)))
    return client


@pytest.fixture
def mails(settings) -> list:
    settings.EMAIL_HOST, settings.NOTICE_EMAILS = "127.0.0.1", ["intake@example.com"]
    return mail.outbox


def test_editor_reads_marks_and_deletes_reports(editor):
    one, other = report(), report("")
    html = editor.get(LIST).content.decode()
    assert "The dose in line 2 &lt;is&gt; wrong." in html and 'href="/emergency/"' in html and "Another page" in html
    assert "<b>2</b> new page reports" in editor.get("/admin/").content.decode()
    editor.post(LIST, {"action": "mark_done", "_selected_action": [one.pk]})
    assert [each.is_done for each in PageReport.objects.order_by("pk")] == [True, False]
    assert "<b>1</b> new page report:" in editor.get("/admin/").content.decode()
    editor.post(LIST, {"action": "mark_new", "_selected_action": [one.pk]})
    page = f"{LIST}{other.pk}/"
    assert editor.post(f"{page}change/", {"is_done": "on"}).status_code == 302
    editor.post(f"{page}delete/", {"post": "yes"})
    assert [each.is_done for each in PageReport.objects.all()] == [False]
    assert WORDS not in editor.get("/admin/").content.decode(), "recent actions name no words"


def test_report_is_written_by_readers_alone_and_seen_by_those_who_may(editor, client):
    one = report()
    assert editor.get(f"{LIST}add/").status_code == 403
    editor.post(f"{LIST}{one.pk}/change/", {"page": "/", "words": "x", "sealed": "x"})
    assert PageReport.objects.get().words() == WORDS
    client.force_login(make_staff("intake", roles=("Intake",)))
    assert client.get(LIST).status_code == 403 and "new page report" not in client.get("/admin/").content.decode()


def test_report_without_its_key_is_listed_all_the_same(editor, settings):
    report()
    settings.VAULT_KEYS = {2: b"2" * 32}
    assert "Cannot be opened" in editor.get(LIST).content.decode()


def test_report_is_erased_after_its_days_done_or_not(settings):
    today = timezone.localdate()
    for days in (0, settings.RETENTION_DAYS, settings.RETENTION_DAYS + 1):
        report(day=today - datetime.timedelta(days=days), is_done=days > 0)
    assert page_reports.erase_due() == 1 and PageReport.objects.count() == 2


def test_editors_get_one_mail_about_all_new_reports_without_a_word_of_them(mails):
    user = make_staff("ed", roles=("Editors",))
    user.email = "ed@example.com"
    user.save()
    make_staff("chief", superuser=True)
    report()
    report("/about/")
    report("/card/", is_done=True)
    assert page_reports.mail_editors() == 2 and page_reports.mail_editors() == 0
    (sent,) = mails
    assert sent.to == ["ed@example.com"] and sent.subject == "2 new reports on pages" and LIST in sent.body
    assert "dose" not in sent.body and "emergency" not in sent.body
    report()
    assert page_reports.mail_editors() == 1


def test_without_an_editors_address_the_usual_recipients_get_the_mail_and_without_a_server_nobody(mails, settings):
    report()
    settings.EMAIL_HOST = ""
    assert page_reports.mail_editors() == 0 and mails == []
    settings.EMAIL_HOST = "127.0.0.1"
    assert page_reports.mail_editors() == 1 and mails[0].to == ["intake@example.com"]


def test_mail_that_was_not_taken_is_tried_again(mails, settings):
    report()
    backend, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, "no.such.Backend"
    with pytest.raises(staff_mail.NotSent):
        page_reports.mail_editors()
    settings.EMAIL_BACKEND = backend
    assert page_reports.mail_editors() == 1


def test_reports_move_to_the_newest_key_and_keep_theirs_in_use_until_then(settings, capsys):
    settings.VAULT_KEYS = first = {1: b"1" * 32}
    report()
    settings.VAULT_KEYS = {1: b"x" * 32}
    assert keys.problems() == ["Key 1 opens nothing that is under key 1."]
    settings.VAULT_KEYS = {2: b"2" * 32}
    assert keys.problems() == ["Key 1 is missing and is still in use."]
    with pytest.raises(CommandError, match="Some cannot be opened"):
        call_command("rotate_keys")
    settings.VAULT_KEYS = first | {2: b"2" * 32}
    call_command("rotate_keys")
    assert "Page reports: 1 moved." in capsys.readouterr().out
    settings.VAULT_KEYS = {2: b"2" * 32}
    assert keys.problems() == [] and PageReport.objects.get().words() == WORDS
    PageReport.objects.update(sealed="2:damaged")
    assert readiness.vault_keys(timezone.now(), {}).state == "problem"
