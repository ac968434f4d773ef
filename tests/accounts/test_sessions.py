"""A session ends by itself, and ends elsewhere when password or factor change."""

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.test import Client

from accounts import sessions
from accounts.session_store import SessionStore
from tests.accounts.helpers import NEW_CODES, SET_UP, give_code, give_password, is_in, sign_in
from tests.factories import PASSWORD, app_code, make_staff

pytestmark = pytest.mark.django_db
NEW = "another long password"


@pytest.fixture
def clock(monkeypatch):
    """The time, which a test may turn forward by minutes."""
    start, passed = sessions.now(), [0.0]
    monkeypatch.setattr(sessions, "now", lambda: start + passed[0] * 60)

    def forward(minutes: float) -> None:
        passed[0] += minutes

    return forward


@pytest.fixture
def elsewhere(client) -> Client:
    """The same user, signed in on two machines."""
    make_staff("chief", superuser=True)
    other = Client()
    sign_in(client, "chief")
    give_password(other, "chief")
    assert give_code(other, app_code(ahead=1)).status_code == 302
    assert is_in(client) and is_in(other)
    return other


def test_session_ends_after_idling(client, clock):
    make_staff()
    sign_in(client)
    clock(29.5)
    assert is_in(client)
    clock(30)
    response = client.get("/admin/", follow=True)
    assert response.redirect_chain[-1][0].startswith("/staff/sign-in/")
    assert "Your session has ended" in response.content.decode()


def test_session_ends_at_its_hard_limit_however_busy(client, clock):
    make_staff()
    sign_in(client)
    for _ in range(23):
        clock(20)
        assert is_in(client)
    clock(20)
    assert not is_in(client)


def test_clock_put_back_prolongs_no_session(client, clock):
    make_staff()
    sign_in(client)
    for _ in range(5):
        clock(20)
        assert is_in(client)
    clock(-60)
    assert is_in(client)
    clock(31)
    assert not is_in(client)
    make_staff("other")
    sign_in(client, "other")
    clock(-60)
    assert not is_in(client)


def test_limits_follow_the_settings(client, clock, settings):
    settings.STAFF_IDLE_MINUTES, settings.STAFF_SESSION_HOURS = 5, 1
    make_staff()
    sign_in(client)
    clock(5)
    assert not is_in(client)


def test_idle_session_opens_no_set_up_either(client, clock):
    make_staff(second_factor=False)
    give_password(client)
    assert client.get(SET_UP).status_code == 200
    clock(31)
    assert client.get(SET_UP).status_code == 302


def test_key_is_new_after_the_password_the_code_and_the_set_up(client):
    make_staff()
    keys = [client.session.session_key]
    give_password(client)
    keys.append(client.session.session_key)
    give_code(client)
    keys.append(client.session.session_key)
    client.post("/staff/second-factor/app/remove/")
    keys.append(client.session.session_key)
    assert len(set(keys)) == 4


def test_session_is_kept_as_json(settings):
    assert settings.SESSION_SERIALIZER.endswith("JSONSerializer")
    assert issubclass(SessionStore, db.SessionStore)


def test_stolen_database_signs_nobody_in(client):
    make_staff()
    sign_in(client)
    thief = Client()
    thief.cookies["sessionid"] = Session.objects.get().session_key
    assert not is_in(thief)
    assert is_in(client)


def test_key_that_a_stranger_chose_is_never_kept(client):
    make_staff()
    client.cookies["sessionid"] = chosen = "a" * 32
    sign_in(client)
    assert is_in(client) and client.session.session_key != chosen


def test_signing_out_deletes_the_row(client):
    make_staff()
    sign_in(client)
    stolen = client.session.session_key
    client.post("/staff/sign-out/")
    assert not Session.objects.exists()
    client.cookies["sessionid"] = stolen
    assert not is_in(client)


def test_new_password_ends_the_others_and_keeps_this(client, elsewhere):
    fields = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    assert client.post("/staff/password/", fields).status_code == 302
    assert is_in(client) and not is_in(elsewhere)


def test_weak_new_password_is_refused(client, elsewhere):
    fields = {"oldpassword": PASSWORD, "password1": "short", "password2": "short"}
    assert client.post("/staff/password/", fields).status_code == 200
    assert is_in(elsewhere)


@pytest.mark.parametrize("path", ["/staff/second-factor/app/remove/", NEW_CODES])
def test_changed_factor_ends_the_others_and_keeps_this(client, elsewhere, path):
    assert client.post(path).status_code == 302
    assert client.get("/staff/second-factor/").status_code == 200
    assert elsewhere.get("/staff/second-factor/").status_code == 302


def test_added_factor_ends_sessions_that_began_without_one(client):
    make_staff(second_factor=False)
    other = Client()
    give_password(client)
    give_password(other)
    page = client.get(SET_UP).content.decode()
    client.post(SET_UP, {"code": app_code(page.split('class="key">')[1].split("<")[0])})
    assert is_in(client)
    assert other.get("/admin/", follow=True).redirect_chain[-1][0].startswith("/staff/sign-in/")


def test_factor_reset_on_the_server_ends_all_sessions(client, elsewhere, capsys):
    call_command("reset_second_factor", "chief")
    assert not is_in(client) and not is_in(elsewhere)
    assert give_password(client, "chief")["Location"] == "/admin/"
    assert client.get("/admin/")["Location"] == SET_UP


@pytest.mark.parametrize("change", ["is_active", "is_staff"])
def test_closed_account_opens_nothing(client, elsewhere, change):
    User.objects.update(**{change: False})
    for visitor in (client, elsewhere):
        assert visitor.get("/staff/second-factor/").status_code == 302
        assert visitor.get("/admin/", follow=True).redirect_chain[-1][0].startswith("/staff/sign-in/")
        assert visitor.post("/admin/markdownx/preview/", {"content": "x"}).status_code == 403
