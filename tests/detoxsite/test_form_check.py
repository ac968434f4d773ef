"""Eight pages go without Django's form check (tests/detoxsite/test_rooms.py names them). What makes that safe is here.

A forged post can do no more than its forger could do alone: nothing acts for the person whose browser sends it.
"""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from callbacks.models import AccessRecord, Attachment, CallbackRequest
from tests.callbacks.helpers import (
    CONTACT,
    CORRECT,
    DETAILS,
    JPEG,
    SENT,
    WITHDRAW,
    File,
    body,
    link_to,
    post,
    post_form,
    submit,
)
from tests.factories import make_staff

QUESTION, CHECK_IN = "phases:now", "phases:check-in"
ASKED = [
    (QUESTION, {"since": "48-72", "substance": "heroin"}, 200),
    (QUESTION, {"since": "nonsense"}, 422),
    (CHECK_IN, {"felt": ["insomnia"], "since": "24-48"}, 200),
    (CHECK_IN, {"begin": "1", "since": "24-48"}, 200),
]
ELSEWHERE = {"origin": "https://elsewhere.example", "referer": "https://elsewhere.example/"}


def browser(**options) -> Client:
    """As in a browser, the check is on; the test client leaves it out."""
    return Client(enforce_csrf_checks=True, **options)


def signed_in_browser() -> Client:
    client = browser()
    client.force_login(make_staff("somebody", superuser=True))
    return client


@pytest.mark.parametrize(("page", "data", "status"), ASKED)
def test_question_from_anywhere_is_answered_without_a_cookie_and_changes_nothing(guide, page, data, status):
    client = browser(headers=ELSEWHERE)
    with CaptureQueriesContext(connection) as queries:
        response = client.post(reverse(page), data)
    assert response.status_code == status
    assert not response.cookies and not client.cookies
    asked = [query["sql"].lstrip("(") for query in queries.captured_queries]
    assert asked and all(sql.startswith("SELECT") for sql in asked)


@pytest.mark.parametrize(("page", "data", "status"), ASKED)
def test_question_with_the_cookie_of_staff_gets_what_a_stranger_gets(guide, page, data, status):
    assert signed_in_browser().post(reverse(page), data).content == browser().post(reverse(page), data).content


@pytest.mark.django_db
def test_form_sent_with_the_cookie_of_staff_is_a_strangers_request():
    client = signed_in_browser()
    assert post_form(client).status_code == 303
    request = CallbackRequest.objects.get()
    assert request.claimed_by is None and not AccessRecord.objects.exists()


@pytest.mark.django_db
def test_form_that_the_site_did_not_issue_makes_no_request():
    for client in (browser(headers=ELSEWHERE), signed_in_browser()):
        assert post_form(client, token="made up elsewhere").status_code == 422
    assert not CallbackRequest.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("page", [SENT, CORRECT, WITHDRAW])
def test_page_behind_a_link_does_nothing_without_the_secret_from_any_sender(page):
    request = submit()
    for client in (browser(headers=ELSEWHERE), signed_in_browser()):
        for url in (page, f"{page}?t=made-up", f"{page}?t={request.reference}", f"{page}?t={request.pk}"):
            post(client, body({"phone": "212 555 0199", "complete": "1"}, ("file_1", File(JPEG))), url)
    assert CallbackRequest.objects.get().open_details() == DETAILS and not Attachment.objects.exists()


@pytest.mark.django_db
def test_page_behind_a_link_takes_a_file_with_the_secret_and_no_cookie():
    submit()
    client = browser()
    assert post(client, body({"complete": "1"}, ("file_1", File(JPEG))), link_to(page=SENT)).status_code == 303
    assert Attachment.objects.get().arrived and not client.cookies


@pytest.mark.django_db
def test_every_other_page_that_takes_a_post_has_the_check():
    response = signed_in_browser().post("/admin/editorial/source/add/", {"key": "x"})
    assert response.status_code == 403
    assert browser().post(CONTACT, {}).status_code == 422
