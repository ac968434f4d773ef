"""No start with the wrong keys: what they would seal could never be opened beside the rest."""

import io
import shutil

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.utils import timezone

from callbacks.models import CallbackRequest
from operations import keys, readiness
from operations.models import KnownKey
from tests import forks
from tests.callbacks.helpers import stored, submit
from tests.factories import make_staff
from tests.worker_process import make_place

SERVER = ["-m", "gunicorn", "--config", "server/gunicorn_conf.py", "detoxsite.wsgi"]
FIRST, OTHER = {1: b"1" * 32}, {1: b"x" * 32}
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def first_key(settings) -> None:
    settings.VAULT_KEYS = FIRST


def test_right_key_is_verified_and_recorded(settings):
    submit()
    make_staff(second_factor=True)
    keys.verify()
    assert KnownKey.objects.get(number=1).fingerprint == keys.fingerprint(FIRST[1])
    settings.VAULT_KEYS = FIRST | {2: b"2" * 32}
    keys.verify()
    assert KnownKey.objects.count() == 3


def test_other_key_of_the_same_number_is_refused_if_a_request_is_sealed(settings):
    submit()
    settings.VAULT_KEYS = OTHER
    with pytest.raises(keys.KeysError, match="Key 1 opens nothing that is under key 1"):
        keys.verify()
    assert not KnownKey.objects.exists()


def test_other_key_of_the_same_number_is_refused_if_only_a_second_factor_is_sealed(settings):
    make_staff(second_factor=True)
    settings.VAULT_KEYS = OTHER
    with pytest.raises(keys.KeysError, match="Key 1 opens nothing"):
        keys.verify()


def test_other_key_of_the_same_number_is_refused_if_nothing_is_sealed_yet(settings):
    """A second host with secrets of its own, say."""
    keys.verify()
    settings.VAULT_KEYS = OTHER
    with pytest.raises(keys.KeysError, match="Key 1 is not the one that this site has used"):
        keys.verify()


def test_other_secret_key_is_refused_until_it_is_accepted(settings):
    """On a second host, half of the private links would not open."""
    keys.verify()
    settings.SECRET_KEY = "y" * 50
    with pytest.raises(keys.KeysError, match="SECRET_KEY is not the one .* only earlier private links and sign-ins"):
        keys.verify()
    keys.accept_loss()
    keys.verify()


@pytest.mark.parametrize("seal", [submit, lambda: make_staff(second_factor=True)])
def test_missing_key_is_refused(settings, seal):
    seal()
    settings.VAULT_KEYS = {2: b"2" * 32}
    with pytest.raises(keys.KeysError, match="Key 1 is missing"):
        keys.verify()


def test_one_damaged_request_does_not_stop_the_site():
    submit(nonce="damaged")
    CallbackRequest.objects.update(sealed=b"\x01" + b"0" * 60)
    submit(nonce="whole")
    keys.verify()
    assert readiness.vault_keys(timezone.now(), {}).state == "problem"


def test_system_status_names_a_wrong_key(settings):
    submit()
    assert readiness.vault_keys(timezone.now(), {}).state == "ok"
    settings.VAULT_KEYS = OTHER
    assert "Key 1 opens nothing" in readiness.vault_keys(timezone.now(), {}).text


def test_check_distinguishes_two_keys_with_one_number(settings):
    submit(stored(), nonce="first")
    settings.VAULT_KEYS = OTHER
    submit(stored(), nonce="other")
    make_staff(second_factor=True)
    said = _rotate("--check")
    assert "Key 1: 2 requests, 2 files, 2 second factors" in said
    assert "1 of these requests CANNOT BE OPENED" in said and "1 of these files CANNOT BE OPENED" in said
    assert "second factors CANNOT" not in said


@pytest.mark.parametrize("now", [OTHER, {2: b"2" * 32}])
def test_accepted_loss_lets_the_site_be_served_again(settings, now):
    submit(nonce="lost")
    Authenticator.objects.all().delete()
    settings.VAULT_KEYS = now
    with pytest.raises(keys.KeysError):
        keys.verify()
    _rotate("--accept-loss")
    submit(nonce="new")
    keys.verify()
    settings.VAULT_KEYS = FIRST if now == OTHER else {3: b"3" * 32}
    with pytest.raises(keys.KeysError):
        keys.verify()


def test_start_and_worker_refuse_the_wrong_key(settings):
    submit()
    settings.VAULT_KEYS = OTHER
    for command in ("prepare", "run_worker", "work"):
        with pytest.raises(CommandError, match="Put the right keys back"):
            call_command(command, stdout=io.StringIO())


def _rotate(*arguments: str) -> str:
    said = io.StringIO()
    call_command("rotate_keys", *arguments, stdout=said)
    return said.getvalue()


@pytest.mark.sqlite_only("servers make no secret in any case (test_secrets_of_a_machine.py)")
def test_no_secret_is_made_beside_an_existing_database(tmp_path):
    place = make_place(tmp_path / "var")
    place.ask_for_calls(1)
    for missing in ("vault-key", "secret-key"):
        shutil.move(place.var / "secrets" / missing, tmp_path)
        for command in (["manage.py", "prepare"], ["manage.py", "serve"], SERVER):
            done = forks.run(command, place.env)
            assert done.returncode != 0 and "none is made" in done.stderr
            assert command[0] == "-m" or "Traceback" not in done.stderr
        assert not (place.var / "secrets" / missing).exists()
        shutil.move(tmp_path / missing, place.var / "secrets")
    assert "opened" in place.manage("shell", "--no-imports", "--verbosity=0", "-c", OPEN)


OPEN = """
from callbacks.models import CallbackRequest
print([request.open_details() and "opened" for request in CallbackRequest.objects.all()])
"""


@pytest.mark.sqlite_only("the keys are the host's own there")
def test_web_server_does_not_start_with_a_wrong_key(tmp_path):
    place = make_place(tmp_path / "var")
    place.ask_for_calls(1)
    done = forks.run(SERVER, place.env | {"VAULT_KEYS": "1:" + "A" * 43 + "=", "PORT": "1"})
    assert done.returncode != 0 and "Key 1 opens nothing" in done.stderr
