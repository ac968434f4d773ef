"""Reads the environment strictly: a malformed variable stops the start with an error that names it."""

import base64
import os
import re
import secrets
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured


def flag(name: str, default: bool) -> bool:
    """A yes-or-no variable: 1, true, yes or 0, false, no. Raises ImproperlyConfigured on anything else."""
    raw = os.environ.get(name, "").strip().lower()
    if not raw:
        return default
    if raw in {"1", "true", "yes", "on"}:
        return True
    if raw in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {raw!r}.")


def whole_number(name: str, default: int, low: int, high: int) -> int:
    """A whole number from low to high. Raises ImproperlyConfigured on anything else."""
    raw = os.environ.get(name, "").strip() or str(default)
    if not raw.isascii() or not raw.isdigit() or not low <= int(raw) <= high:
        raise ImproperlyConfigured(f"{name} must be a whole number from {low} to {high}, not {raw!r}.")
    return int(raw)


def names(name: str, default: list[str]) -> list[str]:
    """A comma-separated list."""
    raw = os.environ.get(name, "")
    return [item.strip() for item in raw.split(",") if item.strip()] or default


def site_url(name: str, default: str) -> str:
    """The public address readers use: scheme and host, no path. Raises ImproperlyConfigured if it is not."""
    raw = os.environ.get(name, "").strip().rstrip("/") or default
    try:
        parts = urlsplit(raw)
        valid = parts.scheme in {"http", "https"} and re.fullmatch(r"[\w.-]+|[\da-f:]+", parts.hostname or "")
        valid = valid and raw == f"{parts.scheme}://{parts.netloc}"
        parts.port  # noqa: B018 - raises ValueError on a port that is no number
    except ValueError:
        valid = False
    if not valid:
        raise ImproperlyConfigured(f"{name} must look like https://example.org, without a path, not {raw!r}.")
    return raw


def contact(name: str, default: str) -> str:
    """Where to write to: an https, http, mailto or tel address. Raises ImproperlyConfigured on anything else."""
    raw = os.environ.get(name, "").strip() or default
    if not re.fullmatch(r"(https?://|mailto:|tel:)[^\s]+", raw):
        raise ImproperlyConfigured(f"{name} must begin with https://, mailto: or tel:, not be {raw!r}.")
    return raw


def leave_url(name: str, default: str) -> str:
    """A page elsewhere that a reader is taken to: https, a host name, no login in it, nothing that could end a link.

    Raises ImproperlyConfigured on anything else.
    """
    raw = os.environ.get(name, "").strip() or default
    if not re.fullmatch(r"https://[a-zA-Z0-9.-]+\.[a-zA-Z]{2,}(:\d{1,5})?(/[\w./~%-]*)?", raw):
        raise ImproperlyConfigured(f"{name} must be a plain https address like https://www.weather.gov/, not {raw!r}.")
    return raw


def secret(name: str, path: Path) -> str:
    """A secret from the environment or, failing that, from a file made once that only its owner can read.

    Raises ImproperlyConfigured where the file cannot be made or read, or holds too little.
    """
    value = os.environ.get(name, "").strip()
    if not value:
        try:
            value = _read_or_make(path)
        except OSError as error:
            raise ImproperlyConfigured(f"{name} is not set and {path} cannot be used: {error}.") from error
    if len(value) < 43:
        raise ImproperlyConfigured(f"{name} must hold at least 43 characters of randomness.")
    return value


def _read_or_make(path: Path) -> str:
    """Two processes that start at once must agree: the file appears whole, under its name, once."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass  # another process was first; use its secret
        finally:
            draft.unlink()
    return path.read_text().strip()


def vault_keys(name: str, path: Path) -> dict[int, bytes]:
    """Keys that protect what people send: "1:<base64>,2:<base64>", each 32 bytes; the highest number is in use.

    Without the variable one key is made, once, at `path`. Raises ImproperlyConfigured on a malformed list.
    """
    raw = os.environ.get(name, "").strip()
    if not raw:
        try:
            return {1: base64.urlsafe_b64decode(secret(name, path))[:32]}
        except ValueError as error:
            raise ImproperlyConfigured(f"{name} is not set and {path} holds no key.") from error
    keys = {}
    try:
        for item in raw.split(","):
            number, _, text = item.strip().partition(":")
            key = base64.b64decode(text, altchars=b"-_", validate=True)
            if len(key) != 32 or not 1 <= int(number) <= 65535 or int(number) in keys:
                raise ValueError
            keys[int(number)] = key
    except ValueError as error:
        raise ImproperlyConfigured(
            f"{name} must list number:key pairs split by commas, each key 32 bytes in base64."
        ) from error
    return keys
