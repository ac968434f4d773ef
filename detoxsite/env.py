"""Reads the environment strictly: a malformed variable stops the start with an error that names it."""

import base64
import os
import re
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email

_SOCKET_PATH = 107  # bytes: what Linux takes as the path of a socket


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


def one_of(name: str, choices: tuple[str, ...]) -> str:
    """One of a few words, the first by default. Raises ImproperlyConfigured on anything else."""
    raw = os.environ.get(name, "").strip().lower() or choices[0]
    if raw not in choices:
        raise ImproperlyConfigured(f"{name} must be {' or '.join(choices)}, not {raw!r}.")
    return raw


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


def addresses(name: str) -> list[str]:
    """Mail addresses split by commas, none by default. Raises ImproperlyConfigured where one is malformed."""
    found = names(name, [])
    try:
        for address in found:
            validate_email(address)
    except ValidationError:
        raise ImproperlyConfigured(f"{name} must list mail addresses split by commas; {address!r} is none.") from None
    return found


def sender(name: str, *, required: bool) -> str:
    """The one mail address that mail comes from. Raises ImproperlyConfigured where it is malformed or missing."""
    found = addresses(name)
    if len(found) > 1 or (required and not found):
        raise ImproperlyConfigured(f"{name} must be one mail address, the one that mail to staff comes from.")
    return found[0] if found else ""


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed over. `security` is "" (none), "tls" from the first byte on, or "starttls"."""

    host: str
    port: int
    security: str
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)


_MAIL_SCHEMES = {"smtp": ("", 25), "smtps": ("tls", 465), "smtp+tls": ("starttls", 587)}


def mail_server(name: str) -> MailServer | None:
    """smtp://, smtps:// or smtp+tls://, then user:password@host:port; user, password and port may be left out.

    None without the variable. Raises ImproperlyConfigured on anything else, and quotes nothing: it holds a password.
    """
    raw = os.environ.get(name, "").strip()
    if not raw:
        return None
    try:
        parts = urlsplit(raw)
        security, port = _MAIL_SCHEMES[parts.scheme]
        if not re.fullmatch(r"[\w.-]+|[\da-f:]+", parts.hostname or "") or parts.path.strip("/") or "?" in raw:
            raise ValueError
        if bool(parts.username) != bool(parts.password) or "#" in raw or parts.port == 0:
            raise ValueError
        user, password = unquote(parts.username or "", errors="strict"), unquote(parts.password or "", errors="strict")
        return MailServer(parts.hostname, parts.port or port, security, user, password)
    except (ValueError, KeyError):
        pass
    raise ImproperlyConfigured(
        f"{name} must look like smtp+tls://user:password@mail.example:587 (or smtps://, or smtp://); "
        "write special characters of the password as %XX."
    )


def leave_url(name: str, default: str) -> str:
    """A page elsewhere that a reader is taken to: https, a host name, no login in it, nothing that could end a link.

    Raises ImproperlyConfigured on anything else.
    """
    raw = os.environ.get(name, "").strip() or default
    if not re.fullmatch(r"https://[a-zA-Z0-9.-]+\.[a-zA-Z]{2,}(:\d{1,5})?(/[\w./~%-]*)?", raw):
        raise ImproperlyConfigured(f"{name} must be a plain https address like https://www.weather.gov/, not {raw!r}.")
    return raw


def secret(name: str, path: Path, *, none_made: str = "") -> str:
    """A secret from the environment or, failing that, from a file made once that only its owner can read.

    `none_made`: why a new one would not do, where one must exist already. Raises ImproperlyConfigured where that one is
    missing, or where the file cannot be made or read, or holds too little.
    """
    value = os.environ.get(name, "").strip()
    if not value and none_made and not path.exists():
        raise ImproperlyConfigured(f"{name} is not set and {path} is not there, and none is made: {none_made}")
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


def vault_keys(name: str, path: Path, *, none_made: str = "") -> dict[int, bytes]:
    """Keys that protect what people send: "1:<base64>,2:<base64>", each 32 bytes; the highest number is in use.

    Without the variable they are read from `path`, one to a line, where the first is made once (`none_made` as in
    `secret`). Raises ImproperlyConfigured on a malformed list.
    """
    raw = os.environ.get(name, "").strip()
    try:
        if raw:
            return _numbered_keys(raw.split(","))
        stored = secret(name, path, none_made=none_made)
        if ":" in stored:
            return _numbered_keys(stored.splitlines())
        return {1: _key(stored[:43] + "=")}  # the first key, made at the first start, is the beginning of 48 bytes
    except ValueError as error:
        where = name if raw else f"{name} is not set, and {path}"
        raise ImproperlyConfigured(
            f"{where} must list number:key pairs {'split by commas' if raw else 'one to a line'}, "
            "each key 32 bytes in base64."
        ) from error


def _numbered_keys(items: list[str]) -> dict[int, bytes]:
    keys: dict[int, bytes] = {}
    for item in filter(str.strip, items):
        number, _, text = item.strip().partition(":")
        if not re.fullmatch("[0-9]{1,5}", number) or not 1 <= int(number) <= 65535 or int(number) in keys:
            raise ValueError("a number is malformed or there twice")
        keys[int(number)] = _key(text)
    if not keys:
        raise ValueError("there is none")
    return keys


def _key(text: str) -> bytes:
    key = base64.b64decode(text, altchars=b"-_", validate=True)
    if len(key) != 32:
        raise ValueError("a key has the wrong length")
    return key


def clamd(name: str) -> str | tuple[str, int] | None:
    """Where ClamAV's daemon listens: "unix:/path" gives the path, "tcp:host:port" host and port; unset gives None.

    Raises ImproperlyConfigured on anything else.
    """
    raw = os.environ.get(name, "").strip()
    if not raw:
        return None
    if (path := raw.removeprefix("unix:")) != raw and path.startswith("/") and len(os.fsencode(path)) <= _SOCKET_PATH:
        return path
    tcp = re.fullmatch(r"tcp:(?:([A-Za-z\d._-]+)|\[([\da-fA-F:.]+)\]):(\d{1,5})", raw, re.ASCII)
    if tcp and 1 <= int(tcp[3]) <= 65535:
        return tcp[1] or tcp[2], int(tcp[3])
    raise ImproperlyConfigured(f"{name} must look like unix:/run/clamd.sock or tcp:127.0.0.1:3310, not {raw!r}.")
