"""Signing in takes an account of staff, its password and its second factor, and tells a stranger nothing."""

import re

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.auth.models import User
from django.urls import NoReverseMatch, reverse

from tests.accounts.helpers import CODE, SIGN_IN, WRONG, give_code, give_password, is_in, sign_in
from tests.factories import PASSWORD, make_staff

pytestmark = pytest.mark.django_db


def test_password_and_code_together_sign_in(client):
    make_staff()
    assert give_password(client)["Location"] == CODE
    assert not is_in(client), "the password alone must open nothing"
    assert give_code(client)["Location"] == "/admin/"
    assert is_in(client)


def test_code_page_without_a_password_leads_back(client):
    make_staff()
    assert client.get(CODE)["Location"] == SIGN_IN
    assert give_code(client)["Location"] == SIGN_IN
    assert not is_in(client)


def test_there_is_no_sign_up_and_no_reset_by_mail(client):
    fields = {"username": "intruder", "password1": PASSWORD, "password2": PASSWORD, "email": "a@example.org"}
    for path in ("signup/", "sign-up/", "password/reset/", "email/", "sign-in/code/request/"):
        for prefix in ("/staff/", "/accounts/", "/admin/"):
            assert client.post(f"{prefix}{path}", fields).status_code in {302, 404}, (prefix, path)
    assert not User.objects.exists()
    for name in ("account_signup", "account_reset_password", "account_email", "mfa_login_webauthn"):
        with pytest.raises(NoReverseMatch):
            reverse(name)


@pytest.mark.parametrize("who", ["unknown", "wrong password", "closed", "no staff"])
def test_failure_says_nothing_about_the_account(client, who):
    user = make_staff()
    if who in {"closed", "no staff"}:
        User.objects.filter(pk=user.pk).update(is_active=who != "closed", is_staff=who != "no staff")
    username, password = ("nobody" if who == "unknown" else "editor"), (PASSWORD if who != "wrong password" else "x")
    response, other = give_password(client, username, password), give_password(client, "somebody-else", "y")
    assert response.status_code == other.status_code == 200
    assert WRONG in response.content.decode()
    assert _without_what_was_typed(response) == _without_what_was_typed(other)
    assert not is_in(client)


def _without_what_was_typed(response) -> str:
    return re.sub(r'name="(csrfmiddlewaretoken|login)" value="[\w-]+"', "", response.content.decode())


@pytest.mark.parametrize("username", ["editor", "nobody"])
def test_unknown_account_costs_the_same_work(client, settings, monkeypatch, username):
    """One password is hashed either way, so the time says nothing."""
    make_staff()
    encoded = []
    original = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda *args: encoded.append(1) or original(*args))
    give_password(client, username, "wrong")
    assert len(encoded) == 1


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "https:evil",
        "javascript:alert(1)",
        "\t//evil.example",
    ],
)
def test_sign_in_leads_nowhere_else(client, target):
    make_staff()
    assert "evil" not in client.get("/admin/login/", {"next": target})["Location"]
    client.post(SIGN_IN, {"login": "editor", "password": PASSWORD, "next": target})
    assert give_code(client)["Location"] == "/admin/"
    assert client.get(SIGN_IN, {"next": target})["Location"] == "/admin/", "signed in already"
    assert client.post("/staff/sign-out/", {"next": target})["Location"] == SIGN_IN


def test_sign_in_leads_to_the_page_that_was_asked_for(client):
    make_staff(permissions=("articles.view_article",))
    response = client.get("/admin/articles/article/", follow=True)
    assert response.redirect_chain[-1][0] == "/staff/sign-in/?next=%2Fadmin%2Farticles%2Farticle%2F"
    client.post(SIGN_IN, {"login": "editor", "password": PASSWORD, "next": "/admin/articles/article/"})
    assert give_code(client)["Location"] == "/admin/articles/article/"


@pytest.mark.parametrize("signed_in", [False, True])
def test_admins_own_sign_in_is_closed(client, signed_in):
    """It would ask for the password only, even of somebody who is signed in and goes on as another."""
    make_staff("chief", superuser=True)
    make_staff()
    if signed_in:
        sign_in(client)
    response = client.post("/admin/login/", {"username": "chief", "password": PASSWORD})
    assert response.status_code == 302 and response["Location"].startswith(SIGN_IN)
    assert client.get("/admin/auth/user/").status_code == (403 if signed_in else 302)


def test_session_cookie_is_for_staff_only(client):
    for path in ("/", "/contact/", "/admin/", "/admin/login/", SIGN_IN):
        assert "sessionid" not in client.get(path).cookies, path
    make_staff()
    cookie = give_password(client).cookies["sessionid"]
    assert cookie["httponly"] and cookie["samesite"] == "Strict"


def test_reading_page_of_signed_in_staff_is_the_readers_page(client, guide):
    make_staff()
    before = client.get("/emergency/").content
    sign_in(client)
    assert client.get("/emergency/").content == before


def test_account_pages_are_kept_nowhere(client):
    make_staff()
    pages = [SIGN_IN, "/admin/login/", "/admin/"]
    assert all("no-store" in client.get(path)["Cache-Control"] for path in pages)
    sign_in(client)
    pages = ["/admin/", "/staff/password/", "/staff/second-factor/", "/staff/second-factor/codes/", "/admin/jsi18n/"]
    assert all("no-store" in client.get(path)["Cache-Control"] for path in pages)


def test_sign_out_ends_the_session_on_the_server_too(client):
    make_staff()
    sign_in(client)
    old = client.cookies["sessionid"].value
    assert client.get("/admin/logout/").status_code == 200, "a link must not sign out"
    assert is_in(client)
    assert client.post("/admin/logout/")["Location"] == SIGN_IN
    client.cookies["sessionid"] = old
    assert not is_in(client)
