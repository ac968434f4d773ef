"""Decide which requests may be answered from the cache, and which responses may be cached.

Anything that a response may depend on is in the key (host, path, page number) or sends the request to Django.
"""

import io
import re
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError
from django.urls import Resolver404, resolve

from editorial.values import languages
from privateversion import codes

#: No escapes and no empty segments: each path has one spelling.
PATH = re.compile(r"/(?:[\w.-]+/)*[\w.-]*", re.ASCII)
QUERY = re.compile(r"(?:page|p)=[1-9][0-9]{0,4}")
MAX_TARGET = 320
_CREDENTIALS = ("HTTP_COOKIE", "HTTP_AUTHORIZATION")


def hosts() -> frozenset[str]:
    """Return the Host headers that readers send. Requests with any other go to Django."""
    site = urlsplit(settings.SITE_URL)
    names = [name for name in settings.ALLOWED_HOSTS if not name.startswith((".", "*"))]
    ports = {site.port, settings.PORT} if not settings.HTTPS else {site.port}
    return frozenset(f"{name}:{port}" if port else name for name in names for port in {None, *ports})


def target_of(environ: dict, known_hosts: frozenset[str]) -> str | None:
    """Return the path and query of a request that may be answered from the cache, or None."""
    path, query = environ.get("PATH_INFO", ""), environ.get("QUERY_STRING", "")
    target = f"{path}?{query}" if query else path
    is_plain = (
        environ.get("REQUEST_METHOD") in {"GET", "HEAD"}
        and environ.get("HTTP_HOST") in known_hosts
        and not environ.get("SCRIPT_NAME")
        and not any(name in environ for name in _CREDENTIALS)
        and environ.get("CONTENT_LENGTH") in {None, "", "0"}
        and "HTTP_TRANSFER_ENCODING" not in environ
        and len(target) <= MAX_TARGET
        and PATH.fullmatch(path)
        and (not query or QUERY.fullmatch(query))
        and environ.get("RAW_URI", target) == target
    )
    return target if is_plain and _is_own_scheme(environ) else None


def _is_own_scheme(environ: dict) -> bool:
    """Return whether the request used the scheme of SITE_URL, by the header that Django trusts for it."""
    forwarded = environ.get("HTTP_X_FORWARDED_PROTO")
    if settings.HTTPS:
        return forwarded == "https"
    return forwarded is None and environ["wsgi.url_scheme"] == "http"


def is_reading_page(target: str) -> bool:
    """Return whether the view declares its page the same for everybody (editorial.pages.reading)."""
    path, _, query = target.partition("?")
    try:
        own = codes.plain(path) if is_private(path) else path
        if own is None:
            return False
        with languages.override(languages.of_path(own)):
            known = getattr(resolve(own).func, "reading_query", None)
    except (Resolver404, DatabaseError):  # Django renders an error page for both
        return False
    return known is not None and (not query or query.partition("=")[0] in known)


def is_private(target: str) -> bool:
    return target.startswith(codes.PREFIX)


def bare(environ: dict) -> dict:
    """Return a GET with only what is in the key, so that nothing else can affect the page."""
    kept = {
        name: value
        for name, value in environ.items()
        if not name.startswith("HTTP_") and name not in {"CONTENT_LENGTH", "CONTENT_TYPE", "REMOTE_USER"}
    }
    kept |= {"REQUEST_METHOD": "GET", "HTTP_HOST": environ["HTTP_HOST"], "wsgi.input": io.BytesIO()}
    kept["wsgi.url_scheme"] = "https" if settings.HTTPS else "http"
    if settings.HTTPS:
        kept["HTTP_X_FORWARDED_PROTO"] = "https"
    return kept


def may_be_cached(status: str, headers: list[tuple[str, str]]) -> bool:
    """Return whether the response is what the view promised: a complete page that depends on no cookie or session."""
    names = {name.lower(): value.lower() for name, value in headers}
    control = names.get("cache-control", "")
    return (
        status.startswith("200 ")
        and "set-cookie" not in names
        and not any(word in control for word in ("no-store", "private"))
        and {part.strip() for part in names.get("vary", "").split(",")} <= {"", "accept-encoding"}
    )
