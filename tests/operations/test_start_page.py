"""The first page says what needs each role now, each line leads to exactly what it counts, and a weekly mail says the
same."""

import datetime
import re

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from reversion.models import Revision

from articles.models import Article
from editorial import staff_mail
from editorial.models import ChangeRecord, MailChoice, OldAddress, PageReport, ReviewAnswer, Reviewer, SignOff, unsaved
from editorial.workflow import sign_off
from operations import broken_links, digest
from operations.models import ScheduledJob
from tests.factories import PASSWORD, make_article, make_phase, make_staff

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)
ROLES = {"Editors": "ed", "Publishers": "pub", "Medical reviewers": "doc", "Intake": "ida"}
LINE = re.compile(r'<li(?: class="late")?><a href="([^"]+)"><b>(\d+)</b> (.*?)</a></li>')


@pytest.fixture
def people():
    return {name: make_staff(name, roles=(role,)) for role, name in ROLES.items()}


def lines(username: str) -> dict[str, tuple[int, str]]:
    """The lines of the first page: their words, with the count and the address."""
    client = Client()
    client.login(username=username, password=PASSWORD)
    html = client.get("/admin/").content.decode().split('class="needs"')[1]
    assert bool(re.search("Nothing (else )?needs you now", html)) is (not LINE.findall(html))
    found = {words: (int(count), address) for address, count, words in LINE.findall(html)}
    for words, (count, address) in found.items():
        page = client.get(address)
        assert page.status_code == 200, words
        if "cl" in page.context:  # a list, filtered
            assert page.context["cl"].result_count == count, words
    return found


def draft_record(page: Article, by, **values) -> ChangeRecord:
    revision = Revision.objects.create(date_created=timezone.now(), user=by)
    of = {"page_type": ContentType.objects.get_for_model(page), "page_id": page.pk}
    return ChangeRecord.objects.create(**of, revision=revision, kind="draft", by=by, **values)


def test_each_role_sees_what_it_can_act_on(people):
    for name in people:
        assert lines(name) == {}
    today = timezone.localdate()
    make_article(slug="late", title="Late", review_due_on=today - DAY, reviewed_on=today - 99 * DAY)
    make_phase(review_due_on=today + 20 * DAY, reviewed_on=today)
    make_article(slug="later", title="Later", published_at=timezone.now() + DAY)
    waiting = make_article(slug="in-review", title="In review", status="in-review")
    signed = make_article(slug="signed", title="Signed", status="in-review")
    draft_record(waiting, people["ed"], digest="w")
    record = draft_record(signed, people["ed"], digest="s")
    doctor = Reviewer.objects.create(user=people["doc"], name="J. Roe", credentials="MD", conflicts="None")
    SignOff.objects.create(page_type=record.page_type, page_id=signed.pk, digest="s", reviewer=doctor)
    draft_record(make_article(slug="mine", title="Mine", status="draft"), people["ed"], digest="m")
    beside = make_article(slug="beside", title="Beside")
    draft = draft_record(beside, people["pub"], digest="b", typed="title=Beside", in_review=True)
    ReviewAnswer.objects.create(change=draft, name="Ann", words="Say it shorter.")
    ReviewAnswer.objects.create(change=record, name="Ann", is_fine=True)
    PageReport.objects.create(page="/", sealed="x")
    unsaved.store(people["ed"], f"/admin/articles/article/{waiting.pk}/change/", unsaved.QueryDict("title=x"))

    editing = {"article overdue for review", "stage due for review within 30 days"}
    editing |= {"new page report: what readers find wrong or missing"}
    publishing = {"article scheduled", "article in review, ready to publish"}
    typed_at = timezone.localtime(unsaved.UnsavedForm.objects.get().typed_at)
    typed = f"form that you typed in and did not save, {typed_at:%B %-d, %-I:%M %p}"
    answered, published = "article with an answer to your draft", "articles published, without a signature"
    assert set(lines("ed")) == editing | {"article in draft, last saved by you", answered, typed}
    unsigned = "articles in review, without a signature"
    assert set(lines("pub")) == editing | publishing | {unsigned, answered}
    assert lines("doc") == {
        unsigned: (2, "/admin/articles/article/?needs=signature"),
        published: (2, "/admin/articles/article/?needs=unsigned"),
        "stage published, without a signature": (1, "/admin/phases/phase/?needs=unsigned"),
    }
    assert lines("ida") == {}
    revision = Revision.objects.create(date_created=timezone.now())
    of = {"page_type": record.page_type, "page_id": signed.pk, "revision": revision}
    corrected = ChangeRecord.objects.create(**of, kind="correction", number=1, note="It was wrong.", digest="c")
    ChangeRecord.objects.filter(pk=record.pk).update(at=corrected.at + DAY)  # the old text, sent to review again
    assert lines("doc")[unsigned][0] == 3, "a correction ends the signature under the text before it"
    corrected = draft_record(Article.objects.get(slug="late"), people["pub"], digest="l", number=1)
    ChangeRecord.objects.filter(pk=corrected.pk).update(kind="safety-correction")
    to_sign = {"articles corrected, to be signed now": (2, "/admin/articles/article/?needs=corrected")}
    assert lines("doc")["article published, without a signature"][0] == 1, "the other one was corrected"
    assert to_sign.items() <= lines("doc").items() and to_sign.items() <= lines("pub").items()
    Reviewer.objects.update(is_active=False)
    assert lines("doc") == {}
    assert lines("pub")["articles in review, ready to publish"][0] == 3, "nobody is there to sign"


def test_signature_under_a_text_whose_source_changed_counts_for_what_was_signed(people):
    doctor = Reviewer.objects.create(user=people["doc"], name="J. Roe", credentials="MD", conflicts="None")
    live, drafted = (make_article(slug=slug, title=slug) for slug in ("live", "drafted"))
    for number, page in enumerate((live, drafted), start=1):
        new = draft_record(page, people["ed"], digest="as saved", number=number)
        ChangeRecord.objects.filter(pk=new.pk).update(kind="new")
    draft_record(drafted, people["pub"], digest="as drafted", typed="title=Drafted", in_review=True)
    assert {*sign_off.awaiting(Article.objects.all())} == {live, drafted}
    for page in (live, drafted):
        SignOff.objects.create(page_type=new.page_type, page_id=page.pk, digest="of today", reviewer=doctor)
    assert [*sign_off.awaiting(Article.objects.all())] == [drafted]
    assert "article published, without a signature" in lines("doc")
    assert "article in review, ready to publish" in lines("pub")
    page = Client().get(drafted.get_absolute_url()).content.decode()
    assert "Awaiting medical review" in page, "nobody has signed what readers see"


def test_start_page_asks_once_whether_anybody_signs(people, client):
    client.force_login(people["doc"])
    with CaptureQueriesContext(connection) as queries:
        client.get("/admin/")
    assert sum('FROM "editorial_reviewer"' in query["sql"] for query in queries) == 1


def test_administrator_sees_failures(people):
    make_staff("chief", superuser=True)
    assert lines("chief") == {}
    ScheduledJob.objects.create(name="backup", next_at=timezone.now(), failed_at=timezone.now())
    assert lines("chief") == {"background job failed or is late": (1, "/admin/readiness/")}


def test_broken_internal_links_are_counted_and_listed(people):
    body = "[a](/articles/gone/) [b](/articles/moved/#x) [c](/nowhere/ 't') [d](/articles/an-article/?a=1)"
    body += " [e](//x.example/)"
    make_article(body=f"{body} [f](/emergency/) [g](https://other.example/nowhere/).[@a-source]")
    make_article(slug="a-draft", title="A draft", status="draft", body="[a](/articles/gone/)")
    OldAddress.objects.create(path="/articles/moved/", leads_to="/articles/an-article/")
    broken_links.probe()
    assert lines("ed") == {"broken links in published pages": (2, "/admin/broken-links/")}
    assert [paths for _, paths in broken_links.find()] == [["/articles/gone/", "/nowhere/"]]
    make_article(slug="gone", title="Back again")
    client = Client()
    client.login(username="doc", password=PASSWORD)
    html = client.get("/admin/broken-links/").content.decode()
    assert "/nowhere/" in html and "/articles/gone/" not in html
    assert lines("ed") == {"broken link in a published page": (1, "/admin/broken-links/")}


MONDAY = datetime.datetime(2026, 11, 30, 8, tzinfo=timezone.get_default_timezone())


def test_weekly_mail_has_counts_and_links_and_no_word_of_a_page(people, settings):
    settings.EMAIL_HOST, settings.SITE_URL = "127.0.0.1", "https://guide.example"
    for user in people.values():
        user.email = f"{user.username}@example.com"
        user.save()
    today = timezone.localdate()
    make_article(title="Grapefruit", review_due_on=today - DAY, reviewed_on=today - 99 * DAY)
    MailChoice.objects.create(user=people["pub"], wants_digest=False)
    assert digest.send_due(MONDAY - 2 * datetime.timedelta(hours=1)) == digest.send_due(MONDAY + 3 * DAY) == 0
    backend, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, "no.such.Backend"
    with pytest.raises(staff_mail.NotSent):
        digest.send_due(MONDAY)
    settings.EMAIL_BACKEND = backend
    assert [digest.send_due(MONDAY + hour * datetime.timedelta(hours=1)) for hour in (1, 2)] == [1, 0]
    (sent,) = mail.outbox
    assert sent.to == ["ed@example.com"] and "Grapefruit" not in sent.subject + sent.body
    assert "1 article overdue for review\nhttps://guide.example/admin/articles/article/?needs=overdue\n" in sent.body
    assert digest.send_due(MONDAY + 7 * DAY) == 1
