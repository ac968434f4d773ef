"""What a program may have sent is kept and answered like everything else; staff only see why it looks odd."""

import datetime
import itertools

import pytest
from django.utils import timezone

from callbacks.models import CallbackRequest
from tests.callbacks.helpers import (
    DETAILS,
    JPEG,
    File,
    body,
    fields,
    form_token,
    post,
    post_form,
    text_of,
)

pytestmark = pytest.mark.django_db


def test_form_sent_after_three_seconds_is_not_suspected(client):
    for seconds in (3, 60, 23 * 3600):
        post_form(client, token=form_token(seconds_ago=seconds))
    assert [each.suspicion for each in CallbackRequest.objects.all()] == [""] * 3


def test_form_sent_within_a_second_is_kept_and_flagged(client):
    response = post_form(client, token=form_token())
    assert response.status_code == 303
    request = CallbackRequest.objects.get()
    assert (request.suspicion, request.state) == ("too_fast", "new")
    assert request.open_details() == DETAILS
    assert request.get_suspicion_display() == "Sent within seconds of opening the form"


def test_hidden_field_filled_in_is_kept_and_flagged_and_weighs_more_than_haste(client):
    for website, seconds in (("http://spam.example", 60), (" ", 60), ("0", 0)):
        response = post_form(client, token=form_token(seconds_ago=seconds), website=website)
        assert response.status_code == 303
        request = CallbackRequest.objects.latest("received_at")
        assert request.suspicion == "hidden_field", website
        assert request.open_details() == DETAILS


def test_suspected_sender_gets_the_very_same_answer(client, monkeypatch):
    start, later = timezone.now().replace(second=0), itertools.count()  # pages show minutes
    monkeypatch.setattr(timezone, "now", lambda: start + datetime.timedelta(milliseconds=next(later)))
    answers = []
    for changes in ({"token": form_token(seconds_ago=60)}, {"website": "x"}, {}):
        response = post_form(client, ("file_1", File(JPEG)), **changes)
        page = text_of(client.get(response["Location"]))
        request = CallbackRequest.objects.order_by("-received_at").first()
        secret = response["Location"].split("t=")[1]
        answers.append((response.status_code, page.replace(request.reference, "").replace(secret, "")))
    assert answers[0] == answers[1] == answers[2]
    assert "flag" not in answers[0][1] and "program" not in answers[0][1]
    assert set(CallbackRequest.objects.values_list("suspicion", flat=True)) == {"", "hidden_field", "too_fast"}


def test_suspected_request_is_queued_and_promised_like_any_other(client):
    post_form(client, website="x")
    post_form(client, token=form_token(seconds_ago=60))
    first, second = CallbackRequest.objects.all()
    assert CallbackRequest.objects.waiting().count() == 2
    assert (first.due_is_promised, first.state) == (second.due_is_promised, second.state)


def test_haste_is_judged_when_the_form_is_first_sent_and_not_by_its_double_tap(client):
    data = body(fields(token=form_token(seconds_ago=60)))
    post(client, data)
    post(client, data)
    assert CallbackRequest.objects.get().suspicion == ""
