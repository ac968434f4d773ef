"""Limits: polite, soon over, for nobody's address but the sender's own, and never at the price of a call."""

import re

import pytest
from django.db import connection, transaction

from callbacks.models import CallbackRequest
from callbacks.public import admission, tokens
from limits.models import Counter
from tests.callbacks.helpers import (
    DETAILS,
    JPEG,
    File,
    assert_private,
    body,
    fields,
    form_token,
    number,
    post,
    post_form,
    text_of,
    token_in,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("two_per_address")]
ELSEWHERE = {"REMOTE_ADDR": "198.51.100.7"}


def fill_the_limit(client, **extra) -> None:
    """Two strangers send from the same address."""
    for each in (1, 2):
        assert post(client, body(fields(phone=number(each))), **extra).status_code == 303


def aged(response, seconds: int) -> str:
    """The token in the page, as it is this many seconds later."""
    return form_token(seconds_ago=seconds, nonce=tokens.read_form(token_in(response))[0])


def test_limit_page_has_the_number_to_call_and_keeps_the_text(client):
    fill_the_limit(client)
    response = post_form(client)
    assert response.status_code == 429
    assert response["Retry-After"] == "30"
    assert_private(response)
    words, page = text_of(response), response.content.decode()
    assert "perhaps from others who share it. Wait 30 seconds, then send again. What you typed is still here." in words
    assert "866-512-1908" in page.split("There is a problem")[1].split("</div>")[0]
    assert 'value="Zoë Miller"' in page and 'value="(212) 555-0123"' in page and "Knock first." in page
    assert re.search(r'value="evening"[^>]*checked', page) and re.search(r'value="voicemail"[^>]*checked', page)
    assert "<title>Error: Ask for a call" in page
    assert CallbackRequest.objects.count() == 2


def test_person_who_waited_is_accepted_and_flagged(client):
    fill_the_limit(client)
    first = post_form(client)
    assert post_form(client, phone=number(3)).status_code == 429  # others go on
    response = post_form(client, token=aged(first, 30))
    assert response.status_code == 303
    request = CallbackRequest.objects.get(suspicion="busy_address")
    assert request.open_details() == DETAILS


def test_somebody_who_did_not_wait_is_asked_again_and_the_wait_does_not_begin_again(client):
    fill_the_limit(client)
    first = post_form(client)
    soon = aged(first, 20)
    second = post_form(client, token=soon)
    assert second.status_code == 429
    assert token_in(second) == soon
    assert post_form(client, token=aged(second, 31)).status_code == 303


def test_wait_asked_of_one_form_serves_one_request(client):
    fill_the_limit(client)
    waited = aged(post_form(client), 31)
    locations = {post_form(client, token=waited)["Location"] for _ in range(3)}
    assert len(locations) == 1
    assert CallbackRequest.objects.count() == 3


def test_wait_cannot_be_made_up(client):
    fill_the_limit(client)
    for token in (form_token(seconds_ago=3600), f"wait-x{form_token(seconds_ago=3600)}"):
        assert post_form(client, token=token).status_code in {422, 429}
    assert CallbackRequest.objects.count() == 2


def test_sender_at_another_address_is_not_asked_to_wait(client):
    fill_the_limit(client)
    assert post(client, body(fields()), **ELSEWHERE).status_code == 303


def test_many_on_one_shared_address_all_get_through(client):
    """A library: five people, one address, room for two."""
    waiting = []
    for each in range(5):
        response = post_form(client, phone=number(each))
        if response.status_code == 429:
            waiting.append((each, aged(response, 31)))
    assert len(waiting) == 3
    for each, token in waiting:
        assert post_form(client, phone=number(each), token=token).status_code == 303
    assert CallbackRequest.objects.count() == 5


def test_double_tap_and_correction_are_never_limited(client):
    token = form_token(seconds_ago=60)
    data = body(fields(token=token), ("file_1", File(JPEG)))
    fill_the_limit(client, **ELSEWHERE)
    assert post(client, data).status_code == 303
    fill_the_limit(client, REMOTE_ADDR="127.0.0.2")
    for _ in range(4):
        assert post(client, data).status_code == 303
    for each in range(4):
        assert post_form(client, token=token, phone=number(each)).status_code == 303
    assert CallbackRequest.objects.filter(attachments__isnull=False).count() == 1
    assert CallbackRequest.objects.count() == 5


def test_one_form_sent_with_many_names_and_numbers_is_limited_like_many_forms(client):
    token = form_token(seconds_ago=60)
    statuses = [post_form(client, token=token, name=f"No {n}", phone=number(n)).status_code for n in range(5)]
    assert statuses == [303] * 2 + [429] * 3
    assert CallbackRequest.objects.count() == 2


def test_form_sent_and_withdrawn_again_and_again_is_limited(client):
    token, statuses = form_token(seconds_ago=60), []
    for _ in range(5):
        response = post_form(client, token=token)
        statuses.append(response.status_code)
        if response.status_code == 303:
            client.post(response["Location"].replace("/sent/", "/withdraw/"))
    assert statuses.count(303) <= 2


def test_number_that_many_share_is_asked_to_wait_and_never_refused_for_good(client, settings):
    """A shelter's phone: the sixth person within the hour waits half a minute."""
    settings.CONTACT_LIMIT = 20
    for _ in range(5):
        assert post_form(client).status_code == 303
    response = post_form(client)
    assert response.status_code == 429
    assert response["Retry-After"] == "30"
    assert admission.WAIT % {"seconds": 30} in text_of(response)
    assert post_form(client, phone=None, email="zoe@example.com").status_code == 303
    assert post_form(client, token=aged(response, 31)).status_code == 303
    assert CallbackRequest.objects.filter(suspicion="busy_address").count() == 1


def test_one_wait_is_good_for_one_request(client):
    fill_the_limit(client)
    token = aged(post_form(client), 31)
    assert post_form(client, token=token).status_code == 303
    refused = post_form(client, token=token, name="Ana", phone=number(3))
    assert refused.status_code == 429
    assert post_form(client, token=token).status_code == 303  # the same request again
    assert post_form(client, token=token_in(refused), name="Ana", phone=number(3)).status_code == 429
    assert post_form(client, token=aged(refused, 31), name="Ana", phone=number(3)).status_code == 303


def test_request_that_was_never_stored_does_not_count_for_its_number(client, settings):
    keys, settings.VAULT_KEYS = settings.VAULT_KEYS, {}
    settings.CONTACT_LIMIT = 20
    assert [post_form(client).status_code for _ in range(6)] == [503] * 6
    settings.VAULT_KEYS = keys
    assert post_form(client).status_code == 303


def test_nobody_can_use_up_the_limit_of_a_number_from_elsewhere(client, settings):
    settings.CONTACT_LIMIT = 20
    for _ in range(7):
        post(client, body(fields()), **ELSEWHERE)
    assert post_form(client).status_code == 303


def test_form_that_has_to_be_corrected_is_not_counted(client):
    for sent in [{"name": ""}, {"phone": "12"}, {"token": "forged"}] * 3:
        assert post_form(client, **sent).status_code == 422
    assert post_form(client).status_code == 303


def test_address_and_number_are_in_no_table(client):
    post(client, body(fields(), ("file_1", File(JPEG))), **ELSEWHERE)
    assert Counter.objects.count() == 3  # the address, the number at this address, the files
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            kept = repr(cursor.fetchall())
            for told in ("198.51.100.7", r"\bc6336407\b", "2125550123"):  # not within a random key
                assert not re.search(told, kept), (told, table)


def test_request_that_cannot_be_stored_is_still_counted(client):
    """A client that makes us fail is counted all the same."""
    with pytest.MonkeyPatch.context() as broken, transaction.atomic():
        broken.setattr(CallbackRequest, "save", lambda *args, **kwargs: 1 / 0)
        client.raise_request_exception = False
        for _ in range(2):
            assert post_form(client).status_code == 500
        assert post_form(client, phone=number(3)).status_code == 429
