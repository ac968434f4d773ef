"""No staff page opens without a second factor; each code and each recovery code works once."""

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.db import connection

from accounts import adapters, secrets
from tests.accounts.helpers import CODE, CODES, NEW_CODES, SET_UP, give_code, give_password, is_in, sign_in
from tests.factories import APP_SECRET, PASSWORD, app_code, make_staff, wrong_code

pytestmark = pytest.mark.django_db
PICTURE = "/staff/second-factor/app/picture.svg"


@pytest.fixture
def newcomer(client):
    make_staff("chief", superuser=True, second_factor=False)
    assert give_password(client, "chief")["Location"] == "/admin/"
    return client


def key_on(client) -> str:
    """The app's secret, as the page of the set-up shows it."""
    return re.search(r'class="key">([A-Z2-7]+)<', client.get(SET_UP).content.decode())[1]


def set_up(client) -> tuple[str, str]:
    """Goes through the set-up and returns the app's secret and the code that was given."""
    secret = key_on(client)
    code = app_code(secret)
    response = client.post(SET_UP, {"code": code})
    assert response["Location"] == CODES
    return secret, code


@pytest.mark.parametrize(
    "path",
    [
        "/admin/",
        "/admin/articles/article/",
        "/admin/callbacks/callbackrequest/",
        "/admin/auth/user/",
        "/admin/nowhere/",
    ],
)
def test_staff_without_a_second_factor_are_led_to_its_set_up(newcomer, path):
    for method in (newcomer.get, newcomer.post):
        response = method(path)
        assert (response.status_code, response["Location"]) == (302, SET_UP)


@pytest.mark.parametrize("path", ["/admin/markdownx/preview/", "/admin/markdownx/upload/"])
def test_scripts_without_a_second_factor_are_refused_in_words(newcomer, path):
    response = newcomer.post(path, {"content": "x"})
    assert response.status_code == 403 and len(response.content) < 100


def test_staff_without_a_second_factor_are_readers_on_readers_pages(newcomer):
    assert newcomer.get("/emergency/").wsgi_request.user.is_anonymous


def test_set_up_is_offered_at_once_and_opens_the_admin(newcomer):
    secret, _ = set_up(newcomer)
    assert is_in(newcomer) and newcomer.get(PICTURE).status_code == 404
    assert secret not in Authenticator.objects.get(type="totp").data["secret"]


def test_set_up_with_a_wrong_code_sets_nothing_up(newcomer):
    assert newcomer.post(SET_UP, {"code": wrong_code(key_on(newcomer))}).status_code == 200
    assert not Authenticator.objects.exists() and not is_in(newcomer)


def test_qr_code_is_for_this_session_only(newcomer):
    assert newcomer.get(PICTURE).status_code == 404
    page = newcomer.get(SET_UP).content.decode()
    assert f'src="{PICTURE}"' in page and "data:" not in page and "<style" not in page
    assert re.search(rf'href="otpauth://totp/[^"]*secret={key_on(newcomer)}&', page), "as a phone reloads it"
    picture = newcomer.get(PICTURE)
    assert picture["Content-Type"] == "image/svg+xml" and "no-store" in picture["Cache-Control"]
    assert b"<path" in picture.content
    newcomer.logout()
    assert newcomer.get(PICTURE).status_code == 302


def test_secrets_are_nowhere_in_the_clear(newcomer):
    secret = key_on(newcomer)
    assert secret not in str(dict(newcomer.session)), "not even while the set-up waits"
    newcomer.post(SET_UP, {"code": app_code(secret)})
    codes = re.findall(r"<code>(\d{8})</code>", newcomer.get(CODES).content.decode())
    seed = secrets.unseal(Authenticator.objects.get(type="recovery_codes").data["seed"])
    assert secrets.unseal(Authenticator.objects.get(type="totp").data["secret"]) == secret
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT CAST(data AS text) FROM mfa_authenticator UNION ALL SELECT session_data FROM django_session"
        )
        stored = " ".join(row[0] for row in cursor.fetchall())
    assert len(codes) == 10 and not [word for word in [secret, seed, *codes] if word in stored]


def test_recovery_codes_are_shown_once(newcomer):
    set_up(newcomer)
    first = newcomer.get(CODES)
    assert len(set(re.findall(r"<code>(\d{8})</code>", first.content.decode()))) == 10
    assert "no-store" in first["Cache-Control"]
    assert "<code>" not in newcomer.get(CODES).content.decode()


def test_recovery_code_works_once(newcomer):
    set_up(newcomer)
    code = re.findall(r"<code>(\d{8})</code>", newcomer.get(CODES).content.decode())[3]
    newcomer.post("/admin/logout/")
    give_password(newcomer, "chief")
    assert give_code(newcomer, code).status_code == 302 and is_in(newcomer)
    newcomer.post("/admin/logout/")
    give_password(newcomer, "chief")
    assert give_code(newcomer, code).status_code == 200 and not is_in(newcomer)


def test_code_of_the_app_works_once(client):
    make_staff()
    code = app_code()
    give_password(client)
    assert give_code(client, code).status_code == 302
    client.post("/admin/logout/")
    give_password(client)
    assert give_code(client, code).status_code == 200
    assert give_code(client, app_code(ahead=1)).status_code == 302
    client.post("/admin/logout/")
    give_password(client)
    assert give_code(client, app_code(ahead=-1)).status_code == 200, "an older one than the last that was used"


def test_code_works_after_the_clock_was_put_back(client):
    make_staff()
    app = Authenticator.objects.get(type=Authenticator.Type.TOTP)
    app.data["last_step"] = int(time.time()) // 30 + 120  # an hour ahead
    app.save()
    code = app_code()
    give_password(client)
    assert give_code(client, code).status_code == 302
    client.post("/admin/logout/")
    give_password(client)
    assert give_code(client, code).status_code == 200, "used just now"


def test_code_of_the_set_up_does_not_sign_in_again(newcomer):
    _, code = set_up(newcomer)
    newcomer.post("/admin/logout/")
    give_password(newcomer, "chief")
    assert give_code(newcomer, code).status_code == 200


@pytest.mark.parametrize("code", ["", "x" * 500, "١٢٣٤٥٦", "\x00", "-1"])
def test_nonsense_for_a_code_is_answered(client, code):
    make_staff()
    give_password(client)
    for given in (code, wrong_code()):
        assert give_code(client, given).status_code == 200 and not is_in(client)


def test_factor_cannot_be_changed_without_a_fresh_password_or_code(client, monkeypatch):
    make_staff()
    sign_in(client)
    later = adapters.time.time() + 6 * 60
    monkeypatch.setattr(adapters.time, "time", lambda: later)
    for path in ("/staff/second-factor/app/remove/", NEW_CODES):
        for method in (client.get, client.post):
            assert method(path)["Location"].startswith("/staff/confirm/")
    assert Authenticator.objects.count() == 2
    monkeypatch.undo()
    client.post(f"/staff/confirm/?next={NEW_CODES}", {"password": PASSWORD})
    assert client.get(NEW_CODES).status_code == 200


def test_move_to_another_phone_opens_nothing_until_it_is_done(client):
    make_staff()
    sign_in(client)
    client.post("/staff/second-factor/app/remove/")
    assert client.get("/admin/")["Location"] == SET_UP
    assert not Authenticator.objects.exists()
    secret, _ = set_up(client)
    assert secret != APP_SECRET and is_in(client)


def test_missing_key_is_reported_and_blocks_sign_in(client, settings):
    make_staff()
    give_password(client)
    settings.VAULT_KEYS = {9: bytes(32)}
    page = give_code(client)
    assert page.status_code == 200 and "key that protects second factors is missing" in page.content.decode()
    assert not is_in(client)


def test_one_who_is_no_longer_staff_or_active_does_not_pass_with_the_code(client):
    user = make_staff()
    give_password(client)
    User.objects.filter(pk=user.pk).update(is_active=False)
    give_code(client)
    assert not is_in(client)


@pytest.mark.parametrize("credential", ['{"id": "x"}', '{"id": "é", "rawId": "é", "response": {}}', "[]", "{"])
def test_malformed_passkey_is_refused_like_a_wrong_one(client, credential):
    make_staff()
    give_password(client)
    assert client.post(CODE, {"credential": credential}).status_code == 200 and not is_in(client)
    give_code(client)
    page = client.post("/staff/second-factor/passkeys/add/", {"credential": credential}).content.decode()
    assert "This passkey was not added. Try again." in page


def test_passkey_of_brackets_alone_is_a_bad_request(client):
    make_staff()
    give_password(client)
    assert client.post(CODE, {"credential": "[" * 9000}).status_code == 400 and not is_in(client)
    give_code(client)
    assert client.post("/staff/second-factor/passkeys/add/", {"credential": "[" * 9000}).status_code == 400
