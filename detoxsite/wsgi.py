"""The entry point of the production server."""

import os
import re
from collections.abc import Callable, Iterable

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver
from gunicorn.http.errors import ParseException

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "detoxsite.settings")
django_application = get_wsgi_application()
get_resolver().reverse_dict  # noqa: B018 - loads all views before the server forks: once in memory, and no slow first page

BOUNDARY = re.compile(r";\s*(boundary=(?:\"[^\"]*\"|[^;\s]+))", re.IGNORECASE)


def _in_order(environ: dict, start_response: Callable) -> Iterable[bytes]:
    """Keeps only the media type and the boundary of what a sender claims.

    Text is UTF-8 here, and some charsets that a header can name (hex, say) fail inside Django before any of its code
    that could answer.
    """
    if content_type := environ.get("CONTENT_TYPE"):
        boundary = BOUNDARY.search(content_type)
        media_type = content_type.partition(";")[0].strip()
        environ["CONTENT_TYPE"] = f"{media_type}; {boundary[1]}" if boundary else media_type
    if "HTTP_TRANSFER_ENCODING" in environ:
        environ["wsgi.input"] = _Chunked(environ["wsgi.input"])
    return django_application(environ, start_response)


class _Chunked:
    """A chunked body. One that is malformed breaks off like a connection, which Django and our forms can take."""

    def __init__(self, body) -> None:
        self._body = body

    def read(self, *args: int) -> bytes:
        try:
            return self._body.read(*args)
        except ParseException as error:
            raise OSError("The body is malformed.") from error

    def readline(self, *args: int) -> bytes:
        try:
            return self._body.readline(*args)
        except ParseException as error:
            raise OSError("The body is malformed.") from error


from detoxsite.pages.application import CachedPages  # noqa: E402 - reads the settings

application = CachedPages(_in_order)
