"""Guessing is slowed; keeping a colleague out by guessing is not possible for long, nor at the usual desk at all."""

import pytest
from django.db import connection
from django.test import Client

from accounts import lockout
from accounts.models import KnownAddress
from tests.accounts.helpers import CODE, DESK, TOO_MANY, WRONG, give_code, give_password, is_in, sign_in
from tests.factories import app_code, make_staff, wrong_code

pytestmark = pytest.mark.django_db
ATTACKER = "203.0.113.66"


@pytest.fixture
def low_limits(monkeypatch) -> None:
    """Far below the real ones, since each try is a request."""
    assert (lockout.ACCOUNT_LIMIT, lockout.ADDRESS_LIMIT, lockout.KNOWN_PAIR_LIMIT) == (50, 100, 20)
    monkeypatch.setattr(lockout, "ACCOUNT_LIMIT", 6)
    monkeypatch.setattr(lockout, "ADDRESS_LIMIT", 8)
    monkeypatch.setattr(lockout, "KNOWN_PAIR_LIMIT", 7)


def fail(times: int, username: str = "editor", address: str = ATTACKER) -> list[str]:
    """What each of this number of wrong tries is told."""
    answers = []
    for _ in range(times):
        response = give_password(Client(), username, "wrong", address)
        assert response.status_code == 200
        html = response.content.decode()
        answers.append(TOO_MANY if TOO_MANY in html else WRONG)
        assert answers[-1] in html
    return answers


@pytest.mark.parametrize("username", ["editor", "nobody", "EDITOR"])
def test_sixth_wrong_password_is_not_even_looked_at(client, username):
    make_staff()
    assert fail(7, username) == [WRONG] * 5 + [TOO_MANY] * 2


def test_right_password_is_refused_while_the_pair_waits_and_taken_after(client, clock):
    make_staff()
    fail(5)
    assert TOO_MANY in give_password(client, address=ATTACKER).content.decode()
    clock.forward(minutes=5, seconds=1)
    assert give_password(client, address=ATTACKER)["Location"] == CODE


def test_other_accounts_and_other_addresses_do_not_wait(client):
    make_staff()
    make_staff("other")
    fail(6)
    assert give_password(client, "other", address=ATTACKER)["Location"] == CODE
    assert give_password(Client(), address=DESK)["Location"] == CODE


def test_ipv6_neighbors_of_one_network_count_as_one(client):
    make_staff()
    fail(5, address="2001:db8::1")
    assert fail(1, address="2001:db8::2") == [TOO_MANY]
    assert fail(1, address="2001:db8:0:1::1") == [WRONG]


def test_right_password_clears_the_count(client):
    make_staff()
    fail(4, address=DESK)
    give_password(client, address=DESK)
    assert fail(4, address=DESK) == [WRONG] * 4


def from_everywhere(times: int, username: str = "editor") -> list[str]:
    return [fail(1, username, f"203.0.113.{number}")[0] for number in range(times)]


def test_guesses_from_many_addresses_have_a_limit_over_all(low_limits):
    make_staff()
    assert from_everywhere(8) == [WRONG] * 6 + [TOO_MANY] * 2


def test_colleague_at_the_usual_desk_is_not_kept_out(client, low_limits):
    make_staff()
    sign_in(client)
    client.post("/admin/logout/")
    assert from_everywhere(7)[-1] == TOO_MANY
    fail(8)
    assert give_password(client, address=DESK)["Location"] == CODE


def test_colleague_at_a_new_desk_waits_five_minutes_at_most(client, clock, low_limits):
    make_staff()
    assert from_everywhere(7)[-1] == TOO_MANY
    assert TOO_MANY in give_password(client, address=DESK).content.decode()
    clock.forward(minutes=5, seconds=1)
    assert give_password(client, address=DESK)["Location"] == CODE


def test_desk_is_known_only_after_the_second_factor_and_for_thirty_days(client, clock):
    make_staff()
    give_password(client, address=DESK)
    assert not KnownAddress.objects.exists()
    assert give_code(client).status_code == 302
    assert lockout.Attempt("Editor", DESK).known and not lockout.Attempt("editor", ATTACKER).known
    clock.forward(days=30, seconds=1)
    assert not lockout.Attempt("editor", DESK).known
    lockout.Attempt("other", DESK).remember()
    assert KnownAddress.objects.count() == 1, "old ones are deleted"


def test_known_browser_signs_in_despite_a_colleague_at_the_same_address(client, low_limits):
    make_staff()
    sign_in(client)
    client.post("/admin/logout/")
    assert fail(9, address=DESK)[-1] == TOO_MANY
    assert TOO_MANY in give_password(Client(), address=DESK).content.decode()
    assert give_password(client, address=DESK)["Location"] == CODE
    assert client.cookies["staff-browser"]["httponly"] and client.cookies["staff-browser"]["path"] == "/staff/"


def test_browser_of_one_account_is_not_known_for_another(client):
    make_staff()
    make_staff("other")
    sign_in(client)
    browser = client.cookies["staff-browser"].value
    assert lockout.Attempt("editor", ATTACKER, browser).known
    assert not lockout.Attempt("other", ATTACKER, browser).known
    assert not lockout.Attempt("editor", ATTACKER, "made up").known


def test_known_browser_may_not_guess_without_end(client):
    make_staff()
    sign_in(client)
    client.post("/admin/logout/")
    answers = [give_password(client, password="wrong", address=DESK).content.decode() for _ in range(7)]
    assert [TOO_MANY in answer for answer in answers] == [False] * 5 + [True] * 2


def test_one_address_that_tries_many_accounts_is_slowed(low_limits):
    answers = [fail(1, f"name-{number}")[0] for number in range(10)]
    assert answers == [WRONG] * 8 + [TOO_MANY] * 2


def test_sixth_wrong_code_is_refused_from_any_sender(client, clock, caplog):
    make_staff()
    other = Client()
    give_password(client)
    give_password(other)
    for number in range(5):
        assert TOO_MANY not in give_code(client if number % 2 else other, wrong_code()).content.decode()
    assert TOO_MANY in give_code(client).content.decode(), "even the right one"
    assert TOO_MANY in give_code(other).content.decode()
    assert not is_in(client) and "whose password was right" in caplog.text
    clock.forward(minutes=5, seconds=1)
    assert give_code(client).status_code == 302


def test_codes_cannot_be_guessed_at_the_confirmation_either(client):
    make_staff()
    sign_in(client)
    for _ in range(5):
        client.post("/staff/confirm/code/", {"code": wrong_code()})
    assert TOO_MANY in client.post("/staff/confirm/code/", {"code": app_code(ahead=1)}).content.decode()


@pytest.mark.parametrize(("path", "field"), [("/staff/confirm/", "password"), ("/staff/password/", "oldpassword")])
def test_password_cannot_be_guessed_in_an_open_session(client, path, field):
    make_staff()
    sign_in(client)
    extra = {"password1": "another long password", "password2": "another long password"}
    for _ in range(5):
        assert TOO_MANY not in client.post(path, {field: "wrong", **extra}).content.decode()
    assert TOO_MANY in client.post(path, {field: "wrong", **extra}).content.decode()


def test_counters_and_known_addresses_identify_nobody(client):
    make_staff("a-telling-name")
    fail(2, "a-telling-name")
    sign_in(client, "a-telling-name")
    for table in ("limits_counter", "accounts_knownaddress"):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {table}")
            rows = str(cursor.fetchall())
        assert rows != "[]"
        assert "telling" not in rows and DESK not in rows and ATTACKER not in rows
