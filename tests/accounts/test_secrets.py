"""Secrets at rest can be opened with their key only, and move to a new key."""

import pytest
from allauth.mfa.models import Authenticator

from accounts import secrets
from tests.accounts.helpers import is_in, sign_in
from tests.factories import APP_SECRET, make_staff
from vault import keyring
from vault.keyring import VaultError


def test_sealed_secret_is_opened_again_and_looks_different_each_time():
    assert secrets.unseal(secrets.seal(APP_SECRET)) == APP_SECRET
    assert secrets.seal(APP_SECRET) != secrets.seal(APP_SECRET)


def test_secret_sealed_by_an_earlier_release_opens(settings):
    settings.VAULT_KEYS = {1: bytes(range(32))}
    stored = "1:AAAAAAAAAAAAAAAAmPLX/C6FMY4vIaI0Mk3g5yrTnHs1sPlKS/NLqdvow9Y="
    assert secrets.unseal(stored) == "JBSWY3DPEHPK3PXP"


def test_key_is_not_the_vaults_own(settings):
    sealed = secrets.seal(APP_SECRET)
    settings.VAULT_KEYS = {1: keyring._derived_key(1, b"detoxsite: second factor of staff")}
    with pytest.raises(VaultError):
        secrets.unseal(sealed)


@pytest.mark.parametrize(
    "change", [lambda s: s[:-8] + "AAAAAAA=", lambda s: "2" + s[1:], lambda s: s[2:], lambda s: ""]
)
def test_changed_secret_is_refused(change):
    with pytest.raises(VaultError) as error:
        secrets.unseal(change(secrets.seal(APP_SECRET)))
    assert APP_SECRET not in str(error.value)


@pytest.mark.django_db
def test_rewrapping_moves_everything_to_the_current_key_once(client, settings):
    make_staff()
    make_staff("other")
    old = settings.VAULT_KEYS
    settings.VAULT_KEYS = old | {7: bytes(range(32))}
    assert secrets.rewrap_all() == 4
    assert secrets.rewrap_all() == 0
    settings.VAULT_KEYS = {7: bytes(range(32))}
    assert all(row.data.get("secret", row.data.get("seed")).startswith("7:") for row in Authenticator.objects.all())
    sign_in(client)
    assert is_in(client)


@pytest.mark.django_db
def test_rewrapping_without_the_old_key_is_an_error_and_changes_nothing(settings):
    make_staff()
    before = list(Authenticator.objects.values_list("data", flat=True))
    settings.VAULT_KEYS = {7: bytes(range(32))}
    with pytest.raises(VaultError, match="number 1"):
        secrets.rewrap_all()
    assert list(Authenticator.objects.values_list("data", flat=True)) == before
