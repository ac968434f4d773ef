"""The private link: only its hash is kept, it opens nothing but its own request, and it stops working on time."""

import datetime
import math
import re
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.utils import timezone

from callbacks.casework import erasure, links
from callbacks.models import CallbackRequest
from callbacks.public import tokens
from tests.callbacks.helpers import (
    JPEG,
    PDF,
    SENT,
    WITHDRAW,
    File,
    assert_form_comes_back,
    assert_private,
    body,
    fields,
    link_to,
    objects_in_store,
    post,
    post_form,
    stored,
    submit,
    text_of,
)

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


def whole_database() -> str:
    """Every column of every row of every table, bytes as hexadecimal digits too."""
    with connection.cursor() as cursor:
        seen = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            for value in (value for row in cursor.fetchall() for value in row):
                seen.append(bytes(value).decode("latin-1") if isinstance(value, bytes | memoryview) else str(value))
    return "\n".join(seen)


def test_neither_secret_nor_nonce_is_in_any_column_of_any_table(client):
    token = fields()["token"]
    nonce = token.split(":")[0]
    response = post_form(client, ("file_1", File(JPEG)), token=token)
    secret = response["Location"].split("t=")[1]
    client.get(response["Location"])
    everything = whole_database()
    request = CallbackRequest.objects.get()
    assert request.reference in everything and links.link_hash(secret) in everything
    assert secret not in everything and nonce not in everything
    assert request.link_hash == links.link_hash(secret) != secret


def test_link_is_long_enough_that_it_cannot_be_guessed():
    found = {links.secret(tokens.new_nonce()) for _ in range(100)}
    assert len(found) == 100
    assert all(len(secret) == links.LENGTH and set(secret) <= set(links.LETTERS) for secret in found)
    assert links.LENGTH * math.log2(len(links.LETTERS)) >= 128  # bits
    assert set().union(*found) == set(links.LETTERS)


def test_link_follows_from_the_nonce_only_together_with_the_key_of_this_site(settings):
    before = links.secret("a-nonce")
    settings.SECRET_KEY = "another key" * 8
    assert links.secret("a-nonce") != before


BAD_SECRETS = ["", "forged", "a:b:c", "\x00", "é", "x" * 5000, "'--"]


@pytest.mark.parametrize("page", [SENT, WITHDRAW])
def test_invalid_link_shows_how_to_call_and_changes_nothing(client, page):
    submit()
    for secret in BAD_SECRETS:
        address = f"{page}?{urlencode({'t': secret})}"
        for response in (client.get(address), post(client, body({}, ("file_1", File(JPEG))), address)):
            assert response.status_code == 404, secret
            assert "866-512-1908" in text_of(response)
            assert_private(response)
    assert CallbackRequest.objects.get().state == "new"
    assert objects_in_store() == []


@pytest.mark.parametrize("page", [SENT, WITHDRAW])
def test_page_without_any_link_opens_nothing(client, page):
    submit()
    CallbackRequest.objects.update(link_hash="")
    for response in (client.get(page), client.post(page), client.get(page, {"t": ""})):
        assert response.status_code == 404
    assert CallbackRequest.objects.get().state == "new"


@pytest.mark.parametrize("page", [SENT, WITHDRAW])
def test_what_the_database_and_the_page_of_another_hold_does_not_open_a_request(client, page):
    request = submit()
    other = submit(nonce="another")
    useless = [request.link_hash, request.form_key, str(request.pk), request.pk.hex, request.reference]
    useless += [links.secret("another")[:-1], links.secret("another")[::-1], links.secret("another")[1:] + "3"]
    useless += ["a-nonce", tokens.sign_form("a-nonce"), other.link_hash]
    for secret in useless:
        assert client.get(page, {"t": secret}).status_code == 404, secret
        assert client.post(f"{page}?t={secret}").status_code == 404, secret
    assert set(CallbackRequest.objects.values_list("state", flat=True)) == {"new"}


def test_form_token_does_not_open_the_confirmation(client):
    token = fields()["token"]
    post_form(client, token=token)
    for secret in (token, token.split(":")[0]):
        assert client.get(SENT, {"t": secret}).status_code == 404


def test_link_is_no_form_token(client):
    secret = post_form(client)["Location"].split("t=")[1]
    CallbackRequest.objects.all().delete()
    for token in (secret, links.form_key(secret), links.link_hash(secret)):
        assert_form_comes_back(post_form(client, token=token), 422)


def test_link_opens_its_own_request_only(client):
    first, second = submit(nonce="one"), submit(nonce="two")
    words = text_of(client.get(link_to("one")))
    assert first.reference in words and second.reference not in words
    client.post(link_to("two", WITHDRAW))
    states = dict(CallbackRequest.objects.values_list("pk", "state"))
    assert states == {first.pk: "new", second.pk: "withdrawn"}


@pytest.mark.parametrize("page", [SENT, WITHDRAW])
def test_link_works_for_30_days_and_not_a_minute_longer(client, page):
    request = submit(stored())
    assert request.link_expires_at - request.received_at == 30 * DAY
    now = timezone.now()
    CallbackRequest.objects.update(link_expires_at=now + datetime.timedelta(minutes=1))
    assert client.get(link_to(page=page)).status_code == 200
    CallbackRequest.objects.update(link_expires_at=now)
    assert client.get(link_to(page=page)).status_code == 404
    assert post(client, body({}, ("file_2", File(PDF))), link_to(page=page)).status_code == 404
    assert CallbackRequest.objects.get().state == "new"
    assert len(objects_in_store()) == 1


def test_link_never_outlives_the_request(settings):
    settings.RETENTION_DAYS = 7
    request = submit()
    assert request.link_expires_at == request.erase_after
    assert request.erase_after < request.received_at + 8 * DAY


def test_opening_the_link_does_not_make_it_last_longer(client):
    before = submit().link_expires_at
    for _ in range(3):
        client.get(link_to())
    assert CallbackRequest.objects.get().link_expires_at == before


def test_link_of_an_erased_request_opens_nothing(client):
    submit()
    past = timezone.now() - 91 * DAY
    CallbackRequest.objects.update(received_at=past, erase_after=past + 90 * DAY)
    assert erasure.erase_due(timezone.now()) == 1
    assert client.get(link_to()).status_code == 404


def test_address_with_the_link_is_sent_in_no_referrer(client, settings):
    submit()
    for response in (client.get(link_to()), client.get(link_to(page=WITHDRAW))):
        assert response["Referrer-Policy"] == "no-referrer"
        page = response.content.decode()
        canonical = re.search(r'rel="canonical" href="([^"]+)"', page)
        assert canonical is None or links.secret("a-nonce") not in canonical[1]
        for address in re.findall(r'(?:href|src|action|content)="(https?://[^"]*)"', page):
            assert address.startswith(settings.SITE_URL), address
