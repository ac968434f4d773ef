"""Who is told by mail that a page changed its state: those whom it concerns, without a word of the page."""

import datetime

import pytest
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.core import mail
from django.test import Client
from django.utils import timezone

from articles.models import Article
from editorial.models import MailChoice, PageNotice, Reviewer, SignOff
from editorial.workflow import notices
from tests.editorial.test_revisions import address, form_of
from tests.factories import PASSWORD, make_article, make_staff

pytestmark = pytest.mark.django_db
LIST = "/admin/articles/article/"
DAY = datetime.timedelta(days=1)


@pytest.fixture
def people(settings) -> dict[str, Client]:
    settings.EMAIL_HOST = "127.0.0.1"
    found = {}
    for name, role in (("ed", "Editors"), ("pub", "Publishers"), ("doc", "Medical reviewers"), ("ida", "Intake")):
        user = make_staff(name, roles=(role,))
        user.email = f"{name}@example.com"
        user.save()
        found[name] = Client()
        found[name].login(username=name, password=PASSWORD)
    return found


def told() -> list[tuple[str, str]]:
    """Sends what is due and returns who was mailed what, in its order."""
    mail.outbox.clear()
    notices.send_due(timezone.now())
    for sent in mail.outbox:
        assert "Grapefruit" not in sent.subject + sent.body and "/admin/articles/article/" in sent.body
    return sorted((*sent.to, sent.subject) for sent in mail.outbox)


def write(client: Client, page: Article, **changed: str) -> None:
    assert client.post(address(page), form_of(client, page) | changed).status_code == 302


def test_from_draft_to_archive_each_is_told_of_what_another_did(people):
    page = make_article(status="draft", title="Grapefruit")
    write(people["ed"], page, summary="A sentence of the editor's that is long enough to be shown.")
    assert told() == []
    write(people["ed"], page, status="in-review")
    subject = "An article was sent to review"
    assert told() == [("doc@example.com", subject), ("pub@example.com", subject)]
    write(people["pub"], page, title="Grapefruit juice")
    for action, words in (("publish", "published"), ("archive", "taken down"), ("withdraw", "taken back to draft")):
        people["pub"].post(LIST, {"action": action, "post": "yes", "_selected_action": [page.pk]})
        assert told() == [("ed@example.com", f"An article was {words}")]
    Article.objects.update(published_at=timezone.now() + datetime.timedelta(days=2))
    people["pub"].post(LIST, {"action": "publish", "_selected_action": [page.pk]})
    assert told() == [("ed@example.com", "An article was scheduled to be published")]


def test_editor_and_publishers_are_told_that_a_page_was_signed_or_answered(people):
    page = make_article(status="draft", title="Grapefruit")
    write(people["ed"], page, status="in-review")
    told()
    doctor = Reviewer.objects.create(
        user=notices.staff_with("editorial.sign_page").pop(), name="J. Roe", credentials="MD", conflicts="None"
    )
    of_page = {"page_type": ContentType.objects.get_for_model(page), "page_id": page.pk}
    SignOff.objects.create(reviewer=doctor, digest="a", **of_page)
    subject = "An article was signed by a medical reviewer"
    assert told() == [("ed@example.com", subject), ("pub@example.com", subject)]
    SignOff.objects.create(reviewer=doctor, digest="b", wording_changed=True, **of_page)
    assert told() == []


def test_mail_that_nobody_wants_or_can_get_is_not_sent(people, settings):
    assert people["doc"].get("/staff/mail/").status_code == 200
    people["doc"].post("/staff/mail/", {"wants_digest": "on"})
    choice = MailChoice.objects.get()
    assert (choice.user.username, choice.wants_digest, choice.wants_changes) == ("doc", True, False)
    write(people["ed"], make_article(status="draft", title="Grapefruit"), status="in-review")
    assert [to for to, _ in told()] == ["pub@example.com"]
    settings.EMAIL_HOST = ""
    write(people["ed"], make_article(status="draft", slug="another", title="Grapefruit"), status="in-review")
    assert told() == []


def test_mail_that_the_server_does_not_take_is_tried_again_for_three_days(people, settings, clock):
    write(people["ed"], make_article(status="draft", title="Grapefruit"), status="in-review")
    backend, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, "no.such.Backend"
    PageNotice.objects.update(created_at=clock.now, next_try_at=clock.now)  # a default keeps to the real clock
    for left in (1, 0):  # one try at a time: a server that hangs holds the worker
        assert told() == []
        assert PageNotice.objects.filter(next_try_at__lte=clock.now).count() == left
    settings.EMAIL_BACKEND = backend
    assert told() == []
    clock.forward(minutes=1)
    assert [to for to, _ in told()] == ["doc@example.com", "pub@example.com"]
    assert told() == []
    write(people["ed"], make_article(status="draft", slug="b", title="Grapefruit"), status="in-review")
    PageNotice.objects.update(created_at=clock.now - datetime.timedelta(minutes=1), next_try_at=clock.now)
    settings.EMAIL_BACKEND, tries = "no.such.Backend", 0
    begun = clock.now
    while PageNotice.objects.exists():
        tries += 1
        assert told() == []
        clock.forward(hours=6)
    assert tries < 20 and 2 * DAY < clock.now - begun <= 3 * DAY


def test_mail_dated_by_a_clock_far_ahead_is_sent_at_once(people):
    write(people["ed"], make_article(status="draft", title="Grapefruit"), status="in-review")
    PageNotice.objects.update(created_at=timezone.now() + 300 * DAY, next_try_at=timezone.now() + 300 * DAY)
    assert [to for to, _ in told()] == ["doc@example.com", "pub@example.com"]


def test_mail_to_a_colleague_who_has_left_is_not_sent(people):
    write(people["ed"], make_article(status="draft", title="Grapefruit"), status="in-review")
    User.objects.filter(username="doc").update(is_active=False)
    assert [to for to, _ in told()] == ["pub@example.com"]
    assert not PageNotice.objects.exists()
