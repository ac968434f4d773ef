"""Keep the secrets of second factors sealed in the database: the app's, and the seed of the recovery codes."""

from allauth.mfa.models import Authenticator
from django.db import transaction

from vault import keyring

#: Where allauth keeps a secret in Authenticator.data.
_SEALED_FIELDS = ("secret", "seed")
_PURPOSE = b"detoxsite: second factor of staff"


def seal(text: str) -> str:
    """Encrypt a secret under the vault's current key."""
    return keyring.seal_text(text, purpose=_PURPOSE)


def unseal(sealed: str) -> str:
    """Return what `seal` was given. Raises VaultError in every other case."""
    return keyring.open_text(sealed, purpose=_PURPOSE)


def key_numbers(row: Authenticator) -> set[int]:
    """Return the numbers of the keys that a factor's secrets are under. Raises VaultError if one is not sealed."""
    return {keyring.leading_number(sealed) for sealed in _sealed(row).values()}


def open_all(row: Authenticator) -> None:
    """Check that a factor's secrets open. Raises VaultError."""
    for sealed in _sealed(row).values():
        unseal(sealed)


def rewrap_all() -> int:
    """Move all secrets to the current key row by row, so that it can be stopped; return how many. Raises VaultError."""
    changed = 0
    for pk in Authenticator.objects.values_list("pk", flat=True):
        with transaction.atomic():
            row = Authenticator.objects.select_for_update().filter(pk=pk).first()
            if row and key_numbers(row) - {keyring.current_number()}:
                row.data |= {name: seal(unseal(sealed)) for name, sealed in _sealed(row).items()}
                row.save(update_fields=["data"])
                changed += 1
    return changed


def _sealed(row: Authenticator) -> dict[str, str]:
    return {name: row.data[name] for name in _SEALED_FIELDS if name in row.data}
