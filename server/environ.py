"""Give the application a WSGI environ it can rely on, and finish its answers as HTTP demands."""

import re
from collections.abc import Callable, Iterable
from typing import Any

from gunicorn.http.errors import ParseException

_BOUNDARY = re.compile(r";\s*(boundary=(?:\"[^\"]*\"|[^;\s]+))", re.IGNORECASE)
_REFUSED = [("Content-Length", "0"), ("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff")]
Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


def cleaned(application: Application) -> Application:
    """Wrap an application.

    Of a Content-Type it gets the media type and the boundary: text is UTF-8 here, and some charsets that a client can
    name (hex, say) fail inside Django before any code that could answer. A request by HTTP/1.1 without a Host is
    refused, as Django would guess a name from where the server listens.
    """

    def call(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        if "HTTP_HOST" not in environ and environ.get("SERVER_PROTOCOL") == "HTTP/1.1":
            start_response("400 Bad Request", _REFUSED)
            return []
        if content_type := environ.get("CONTENT_TYPE"):
            boundary = _BOUNDARY.search(content_type)
            media_type = content_type.partition(";")[0].strip()
            environ["CONTENT_TYPE"] = f"{media_type}; {boundary[1]}" if boundary else media_type
        environ["wsgi.input"] = _Body(environ["wsgi.input"])
        response = application(environ, start_response)
        if environ["REQUEST_METHOD"] != "HEAD":
            return response
        getattr(response, "close", lambda: None)()
        return []  # Django leaves it to the server to send no body

    return call


class _Body:
    """A request's body. Where it breaks off, what has arrived is returned first, and only the next read fails.

    It fails with OSError also where its chunks are malformed: Django and the forms can handle that.
    """

    def __init__(self, body: Any) -> None:
        self._body = body
        self._error: Exception | None = None

    def read(self, *args: int) -> bytes:
        if self._error is None:
            try:
                data: bytes = self._body.read(*args)
                return data
            except (OSError, ParseException) as error:
                self._error = error
            # gunicorn collects all that is asked for, and what it had by now is in its buffers. A second read returns
            # that and no more: its parser of chunks has ended, and a connection reports its error once, then its end.
            # No other request can follow: gunicorn closes a connection once the reading of a body has failed.
            if data := self._body.read(*args):
                return data
        raise OSError("The body broke off.") from self._error

    def readline(self, *args: int) -> bytes:
        """Return nothing of a line that breaks off: no form is read by lines."""
        if self._error is None:
            try:
                line: bytes = self._body.readline(*args)
                return line
            except (OSError, ParseException) as error:
                self._error = error
        raise OSError("The body broke off.") from self._error
