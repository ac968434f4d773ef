"""Read the environment with environs. A malformed variable stops the start with an error that says what it must be.

An error never quotes the value, which may hold a password. An empty variable counts as unset.
"""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit
from zoneinfo import ZoneInfo

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email
from environs import Env, validate

#: All variables read so far, with their defaults.
NAMES: dict[str, object] = {}
_SOCKET_PATH_BYTES = 107  # Linux's limit
_env = Env()
T = TypeVar("T")


def _read(parse: Callable[..., T], name: str, default: T, must: str, **options: Any) -> T:
    """Raise ImproperlyConfigured, "NAME must ...", where `parse(name, **options)` raises ValueError."""
    NAMES[name] = default
    if not os.environ.get(name, "").strip():
        return default
    try:
        return parse(name, **options)
    except ValueError:
        pass  # not raised from here: a chained exception would quote the value
    raise ImproperlyConfigured(f"{name} must {must}.")


def flag(name: str, default: bool) -> bool:
    return _read(_env.bool, name, default, "be 1 or 0")


def integer(name: str, default: int, low: int, high: int) -> int:
    must = f"be a whole number from {low} to {high}"
    return _read(_env.int, name, default, must, validate=validate.Range(low, high))


def path(name: str, default: Path) -> Path:
    return Path(text(name, str(default), r"(?!\w+:/)[^~\s].*", "be a path like /srv/detox, without ~ or ://")).resolve()


def text(name: str, default: str, pattern: str = ".+", must: str = "be one line") -> str:
    """Read text that fits a pattern as a whole."""
    fits = validate.Regexp(rf"\s*(?:{pattern})\s*\Z", re.ASCII)
    return _read(_env.str, name, default, must, validate=fits).strip()


def host(name: str, default: str) -> str:
    """Read where to listen."""
    pattern = r"[\w.-]+|[\da-fA-F]*(:[\da-fA-F]*){2,7}"
    return text(name, default, pattern, "be an address of this machine like 127.0.0.1, without a port")


def time_zone(name: str, default: str) -> str:
    def parse(name: str) -> str:
        try:
            return ZoneInfo(_env.str(name).strip()).key
        except (KeyError, OSError) as error:
            raise ValueError from error

    return _read(parse, name, default, "be the name of a time zone like America/Boise")


def names(name: str) -> list[str]:
    """Read a comma-separated list, by default an empty one."""
    items: list[str] = _read(_env.list, name, [], "be a comma-separated list")
    return [item.strip() for item in items if item.strip()]


def hosts(name: str) -> list[str]:
    """Read comma-separated host names, by default none."""
    found = names(name)
    if not all(re.fullmatch(r"\*|\.?[\w-][\w.-]*|\[[\da-fA-F:]+\]", each, re.ASCII) for each in found):
        raise ImproperlyConfigured(f"{name} must list host names without https:// or a port, separated by commas.")
    return found


def addresses(name: str, must: str = "list mail addresses, separated by commas") -> list[str]:
    """Read comma-separated mail addresses, by default none."""
    found = names(name)
    try:
        for address in found:
            validate_email(address)
    except ValidationError:
        raise ImproperlyConfigured(f"{name} must {must}.") from None
    return found


def sender(name: str, *, required: bool) -> str:
    """Read the one address that mail comes from."""
    must = "be one mail address, the one that mail to staff comes from"
    found = addresses(name, must)
    if len(found) > 1 or (required and not found):
        raise ImproperlyConfigured(f"{name} must {must}.")
    return found[0] if found else ""


@dataclass(frozen=True)
class Server:
    """The parts of a URL, with the login decoded."""

    scheme: str
    host: str
    port: int
    path: str = ""
    user: str = ""
    password: str = field(default="", repr=False)
    options: dict[str, str] = field(default_factory=dict)


def server(name: str, ports: dict[str, int], fits: Callable[[Server], object], must: str) -> Server | None:
    """Read scheme://user:password@host:port/path?options, by default None. `ports`: the schemes and their ports."""

    def parse(name: str) -> Server:
        parts = urlsplit(raw := _env.str(name).strip())
        options = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
        host, port = parts.hostname or "", parts.port
        path = unquote(parts.path.removeprefix("/"), errors="strict")
        user, password = (unquote(part or "", errors="strict") for part in (parts.username, parts.password))
        if parts.scheme not in ports or port == 0 or not re.fullmatch(r"[\w.-]+|[\da-f:]+", host, re.A) or "#" in raw:
            raise ValueError
        found = Server(parts.scheme, host, port or ports[parts.scheme], path, user, password, options)
        if not fits(found):
            raise ValueError
        return found

    return _read(parse, name, None, must)


def site_url(name: str, default: str) -> str:
    """Read scheme and host."""
    must = "look like https://example.org, without a path, a login or an underscore"  # Django serves no such host
    ports = {"http": 80, "https": 443}
    if not server(name, ports, lambda at: "_" not in at.host and at == Server(at.scheme, at.host, at.port), must):
        return default
    parts = urlsplit(os.environ[name].strip())
    return f"{parts.scheme}://{parts.netloc}"


def store() -> dict[str, str] | None:
    """Read the S3_ variables as options of storage.s3, by default None. "location" is a folder in the bucket."""
    found = {option: text(name, "", pattern, must) for option, (name, pattern, must) in _STORE.items()}
    if not any(found.values()):
        return None
    for option, (name, _, must) in _STORE.items():
        if not found[option] and option != "region_name":
            raise ImproperlyConfigured(f"{name} must {must}; the S3_ variables go together.")
    bucket, _, location = found["bucket_name"].partition("/")
    region, endpoint = found["region_name"] or "us-east-1", found["endpoint_url"].rstrip("/")
    return found | {"region_name": region, "endpoint_url": endpoint, "bucket_name": bucket, "location": location}


_STORE = {
    "endpoint_url": ("S3_ENDPOINT", r"https?://[\w.-]+(:\d{1,5})?/?", "look like https://s3.example"),
    "region_name": ("S3_REGION", r"[\w-]{0,40}", "be the name of a region like eu-central-1, or be left out"),
    "bucket_name": ("S3_BUCKET", r"[a-z\d][a-z\d.-]{1,61}[a-z\d](/[\w-]+)*", "name a bucket, or guide/live: a folder"),
    "access_key": ("S3_ACCESS_KEY", r"\S+", "hold the id of the key"),
    "secret_key": ("S3_SECRET_KEY", r"\S+", "hold the secret of the key"),
}


def clamd(name: str) -> str | tuple[str, int] | None:
    """Read where ClamAV's daemon listens: unix:/path gives the path, tcp:host:port host and port."""

    def parse(name: str) -> str | tuple[str, int]:
        kind, _, rest = _env.str(name).strip().partition(":")
        if kind == "unix" and rest.startswith("/") and len(os.fsencode(rest)) <= _SOCKET_PATH_BYTES:
            return rest
        tcp = re.fullmatch(r"(?:([A-Za-z\d._-]+)|\[([\da-fA-F:.]+)\]):(\d{1,5})", rest, re.ASCII)
        if kind != "tcp" or not tcp or not 1 <= int(tcp[3]) <= 65535:
            raise ValueError
        return tcp[1] or tcp[2], int(tcp[3])

    return _read(parse, name, None, "look like unix:/run/clamd.sock or tcp:127.0.0.1:3310")
