"""The private link after phones, mail programs and redirects had it in hand."""

import base64
import hashlib
import hmac
import itertools

import pytest
from django.conf import settings
from django.test import Client

from callbacks.casework import links
from callbacks.models import CallbackRequest
from editorial.models import addresses
from privateversion import codes
from tests.callbacks.helpers import CORRECT, SENT, WITHDRAW, assert_private, link_to, submit, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.any_backend]

BEHIND = [".", ",", ")", "]", ">", "'", '"', ";", "!", "%20", "%0D%0A", "%E2%80%8B", "%C2%AD", "%EF%B8%8F", "%2520"]
BEHIND += [
    "&utm_source=mail",
    "&fbclid=x-y_z",
    "%26utm_source%3Dmail",
    "%23top",
    "#top",
    "/",
    "=",
    "-",
    "_",
    ". Thanks",
]
BEFORE = ["%20", "<", "%E2%80%8B", '"', "3D", "%3D", "("]


NAMES = ["?t%3D", "?t%3d", "?T=", "?amp;t=", "?utm_source=mail&amp;t=", "?%74="]


def test_what_is_put_around_the_secret_leaves_the_link_open(client):
    """The three pages read it alike (callbacks.public.views): each is asked in turn."""
    submit()
    pages = itertools.cycle([SENT, WITHDRAW, SENT, WITHDRAW, CORRECT])
    for page, behind in zip(pages, BEHIND, strict=False):
        assert client.get(link_to(page=page) + behind).status_code == 200, (page, behind)
    for before in BEFORE:
        assert client.get(link_to(page=next(pages)).replace("?t=", f"?t={before}")).status_code == 200, before
    for name in NAMES:
        page = next(pages)
        assert client.get(link_to(page=page).replace("?t=", name)).status_code == 200, (page, name)
        assert client.get(f"{page}{name}{links.secret('another')}").status_code == 404, (page, name)


def test_secret_in_capitals_or_split_over_lines_opens_the_link(client):
    submit()
    secret = links.secret("a-nonce")
    for changed in (secret.upper(), f"{secret[:9]}%20{secret[9:]}", f"{secret[:9]}=%0D%0A{secret[9:]}"):
        page = client.get(f"{SENT}?t={changed}").content.decode()
        assert f">{settings.SITE_URL}{link_to()}</a>" in page, changed


def earlier_secret(nonce: str) -> str:
    """As links were made before."""
    digest = hmac.digest(settings.SECRET_KEY.encode(), f"callbacks.link|{nonce}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest[:18]).decode()


@pytest.mark.parametrize("place", [0, -1])
@pytest.mark.parametrize("sign", ["-", "_", ""])
def test_earlier_link_still_opens_even_without_its_last_character(client, place, sign):
    nonce = next(n for n in map(str, range(99_999)) if not sign or earlier_secret(n)[place] == sign)
    secret = earlier_secret(nonce)
    submit()
    CallbackRequest.objects.update(link_hash=links.link_hash(secret))
    assert client.get(f"{SENT}?t={secret}").status_code == 200
    assert client.get(f"{SENT}?t={secret}.").status_code == 200
    assert secret in client.get(f"{SENT}?t={secret}&utm_source=x").content.decode()
    if place and sign:
        assert client.get(f"{SENT}?t={secret[:-1]}").status_code == 200
    assert client.get(f"{SENT}?t={secret.swapcase()}").status_code == 404
    assert client.get(f"{SENT}?t={secret[:-2]}").status_code == 404


@pytest.mark.parametrize("method", ["get", "head", "post"])
def test_link_without_the_slash_is_answered_without_a_redirect(client, method):
    submit()
    for page in (SENT, CORRECT, WITHDRAW):
        response = getattr(client, method)(link_to(page=page).replace("/?t=", "?t="))
        assert response.status_code in ({303} if (method, page) == ("post", WITHDRAW) else {200, 422})
        assert_private(response)


def test_private_version_of_the_link_opens_without_the_slash_too(client):
    submit()
    address = f"{codes.private(SENT)}?t={links.secret('a-nonce')}"
    assert address.count("/?t=") == 1
    for url in (address, address.replace("/?t=", "?t=")):
        response = client.get(url)
        assert response.status_code == 200 and "We have your request" in text_of(response)


@pytest.mark.parametrize("escaped", ["/%3Ft=", "%3Ft=", "/%3ft%3D"])
def test_escaped_question_mark_leads_to_the_page_and_the_redirect_is_not_kept(client, escaped):
    submit()
    for page in (SENT, CORRECT, "/es/contacto/enviado/"):
        response = client.get(link_to(page=page).replace("/?t=", escaped))
        assert "no-store" in response["Cache-Control"] and response["Referrer-Policy"] == "no-referrer", page
        assert client.get(response["Location"]).status_code == 200, page


def test_no_redirect_that_repeats_a_query_is_kept_or_passed_on(client):
    addresses.add_redirect("/old-page/", "/contact/")
    for path in ("/contact", "/phases", "/search", "/old-page/", "/admin"):
        response = client.get(f"{path}?t=a-secret")
        assert response.status_code in {301, 302}, path
        assert "no-store" in response["Cache-Control"] and response["Referrer-Policy"] == "no-referrer", path


def test_redirect_to_https_is_never_cached(settings):
    settings.SECURE_SSL_REDIRECT, settings.ALLOWED_HOSTS = True, ["guide.example"]
    visitor = Client(headers={"host": "guide.example"})
    for page in (SENT, SENT.rstrip("/"), "/n/bcdfghjk/"):
        response = visitor.get(f"{page}?t=a-secret")
        assert (response.status_code, response["Location"]) == (301, f"https://guide.example{page}?t=a-secret")
        assert response["Cache-Control"] == "no-store" and response["Referrer-Policy"] == "no-referrer"


def test_redirect_without_a_query_may_be_kept(client):
    response = client.get("/contact")
    assert response.status_code == 301 and not response.has_header("Cache-Control")
