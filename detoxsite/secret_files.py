"""Read secrets from the environment or from files, which `manage.py prepare` creates once."""

import base64
import contextlib
import os
import re
import secrets
from pathlib import Path

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured

from detoxsite import env
from storage import durable

#: The shortest secret: 256 random bits in base64.
CHARACTERS = 43
SIGNING_KEY_BYTES = 32


def secret(name: str, path: Path) -> str:
    """Read a secret; "" if there is none yet."""
    value = env.text(name, "") or _read(name, path)
    if value and len(value) < CHARACTERS:
        raise ImproperlyConfigured(f"{name} must hold at least {CHARACTERS} characters of randomness.")
    return value


def vault_keys(name: str, path: Path) -> dict[int, bytes]:
    """Read "1:<base64>" keys by number, separated by commas or newlines; {} if there are none yet."""
    value = env.text(name, "")
    stored = value or _read(name, path)
    if stored and not value and ":" not in stored:
        stored = f"1:{stored[:CHARACTERS]}="  # as make() writes it: the first key is the beginning of 48 bytes
    keys: dict[int, bytes] = {}
    try:
        for item in filter(None, map(str.strip, re.split("[,\n]", stored))):
            number, _, key = item.partition(":")
            if not re.fullmatch("[0-9]{1,5}", number) or not 1 <= int(number) <= 65535 or int(number) in keys:
                raise ValueError
            keys[int(number)] = base64.b64decode(key, altchars=b"-_", validate=True)
    except ValueError:
        keys = {}
    if stored and (not keys or any(len(key) != 32 for key in keys.values())):
        where = f"{name} must" if value else f"{name} is not set, and {path} must"
        raise ImproperlyConfigured(f"{where} list number:key pairs by commas or lines, each key 32 bytes in base64.")
    return keys


def signing_key(name: str, path: Path) -> bytes:
    """Read a key of 32 bytes from base64; b"" if there is none."""
    stored = env.text(name, "") or _read(name, path)
    try:
        key = base64.b64decode(f"{stored[:CHARACTERS]}=", altchars=b"-_", validate=True) if stored else b""
    except ValueError:
        key = b""
    if stored and len(key) != SIGNING_KEY_BYTES:
        raise ImproperlyConfigured(f"{name} must hold 32 bytes in base64.")
    return key


def _read(name: str, path: Path) -> str:
    try:
        if found := path.read_text().strip():
            return found
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise ImproperlyConfigured(f"{name} is not set, and {path} cannot be read: {error.strerror}.") from error
    raise ImproperlyConfigured(f"{name} is not set, and {path} is empty. Restore it from where the keys are kept.")


def make(path: Path) -> None:
    """Create a secret unless it exists. Processes that start at once get the same one."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with durable.file_lock(path.parent):
        if not path.exists():
            with durable.replace(path) as file:
                file.write(secrets.token_urlsafe(48).encode())


def make_missing() -> None:
    """Create the secrets of a new machine and set them in this process's settings.

    Raises ImproperlyConfigured if existing data needs the missing secret, or if it cannot be written.
    """
    if _why_no_new_one():
        require()
    for name, path in _absent().items():
        try:
            make(path)
        except OSError as error:
            raise ImproperlyConfigured(f"{name} is not set, and {path} cannot be made: {error.strerror}.") from error
    if not settings.SIGNING_KEY and not settings.HAS_SERVER:  # several hosts must not sign with different keys
        with contextlib.suppress(OSError):  # then the open data is served unsigned
            make(settings.SIGNING_KEY_FILE)
        settings.SIGNING_KEY = signing_key("GUIDE_SIGNING_KEY", settings.SIGNING_KEY_FILE)
    with contextlib.suppress(OSError):  # a copy put back, perhaps with rights for all
        settings.VAULT_KEY_FILE.parent.chmod(0o700)
    settings.SECRET_KEY = secret("SECRET_KEY", settings.SECRET_KEY_FILE)
    settings.VAULT_KEYS = vault_keys("VAULT_KEYS", settings.VAULT_KEY_FILE)


def require() -> None:
    """Raise ImproperlyConfigured, with what to do, if there are no secrets."""
    for name, path in _absent().items():
        advice = "on a new machine `manage.py prepare` makes it; before a restore, put the old one back."
        if reason := _why_no_new_one():
            advice = f"none is made: {reason}"
        raise ImproperlyConfigured(f"{name} is not set, {path} is missing, and {advice}")


@register
def check_secrets(**kwargs: object) -> list[CheckMessage]:
    try:
        require()
    except ImproperlyConfigured as error:
        return [Error(str(error), id="detoxsite.E001")]
    return []


def _absent() -> dict[str, Path]:
    files = {"SECRET_KEY": settings.SECRET_KEY_FILE, "VAULT_KEYS": settings.VAULT_KEY_FILE}
    return {name: path for name, path in files.items() if not os.environ.get(name, "").strip() and not path.exists()}


def _why_no_new_one() -> str:
    """Return why a missing secret must be restored, not created: sealed data needs the old one. "" on a new machine."""
    if settings.HAS_SERVER:
        return "hosts that share a database share it too. Copy it from another host."
    database = settings.VAR_DIR / "db.sqlite3"
    if database.exists():
        return f"{database} was made with it. Restore it from where the keys are kept (docs/operators.md, Keys)."
    return ""
