"""Reads from the environment where the servers for state are; detoxsite.env reads the rest.

Each variable holds a password, so an error names the variable and quotes nothing of it.
"""

import os
import re
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")


@dataclass(frozen=True)
class Database:
    """A PostgreSQL server and the database on it. `root_certificate`: a file with whom to trust, or "system"."""

    host: str
    port: int
    name: str
    user: str
    password: str = field(repr=False)
    ssl_mode: str
    root_certificate: str


def database(name: str) -> Database | None:
    """postgres://user:password@host:port/name?sslmode=…&sslrootcert=…; None where the variable is unset.

    Without `sslmode` it is verify-full, but on this machine, where no line can be tapped, `prefer`. Raises
    ImproperlyConfigured on anything else.
    """
    raw = os.environ.get(name, "").strip()
    if not raw:
        return None
    try:
        parts = urlsplit(raw)
        options = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
        host = parts.hostname or ""
        is_local = host in {"localhost", "127.0.0.1", "::1"}
        ssl_mode = options.pop("sslmode", "prefer" if is_local else "verify-full")
        root = options.pop("sslrootcert", "system" if ssl_mode == "verify-full" else "")
        found, user, password = (
            unquote(part or "", errors="strict")
            for part in (parts.path.removeprefix("/"), parts.username, parts.password)
        )
        is_plain = (
            parts.scheme in {"postgres", "postgresql"}
            and re.fullmatch(r"[\w.-]+|[\da-f:]+", host)
            and re.fullmatch(r"[\w.-]{1,63}", found)
            and "#" not in raw
        )
        if is_plain and user and parts.port != 0 and ssl_mode in SSL_MODES and not options:
            return Database(host, parts.port or 5432, found, user, password, ssl_mode, root)
    except ValueError:
        pass
    raise ImproperlyConfigured(
        f"{name} must look like postgres://user:password@db.example:5432/name?sslmode=verify-full (sslmode and "
        "sslrootcert may follow the name); write special characters of the password as %XX."
    )


@dataclass(frozen=True)
class Store:
    """An S3-compatible store. `folder` is where in the bucket ours begins, without slashes around it, or empty."""

    endpoint: str
    region: str
    bucket: str
    folder: str
    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)


def store(prefix: str) -> Store | None:
    """From prefix_ENDPOINT, _BUCKET, _REGION, _ACCESS_KEY and _SECRET_KEY; None where no endpoint is set.

    The bucket may be followed by a folder: `guide/live`. Raises ImproperlyConfigured where one is malformed or missing,
    or where another is set and the endpoint is not.
    """
    found = {part: os.environ.get(f"{prefix}_{part}", "").strip() for part in _STORE}
    if not any(found.values()):
        return None
    for part, (pattern, example) in _STORE.items():
        if not re.fullmatch(pattern, found[part], re.ASCII):
            raise ImproperlyConfigured(f"{prefix}_{part} must {example}; the other {prefix}_ variables go with it.")
    bucket, _, folder = found["BUCKET"].partition("/")
    region = found["REGION"] or "us-east-1"
    return Store(found["ENDPOINT"].rstrip("/"), region, bucket, folder, found["ACCESS_KEY"], found["SECRET_KEY"])


_STORE = {
    "ENDPOINT": (r"https?://[\w.-]+(:\d{1,5})?/?", "look like https://s3.example"),
    "BUCKET": (r"[a-z\d][a-z\d.-]{1,61}[a-z\d](/[\w-]+)*", "name a bucket, and perhaps a folder in it: guide/live"),
    "REGION": (r"[\w-]{0,40}", "be a region's name like eu-central-1, or be left out"),
    "ACCESS_KEY": (r"\S+", "hold the key's id"),
    "SECRET_KEY": (r"\S+", "hold the key's secret"),
}
