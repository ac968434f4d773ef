"""Clean the WSGI environ before the application sees it, and complete its responses."""

import io
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

    It gets only the media type and the boundary of a Content-Type: text is UTF-8 here, and some charsets that a client
    can name (hex, say) fail inside Django before any code that could respond. An HTTP/1.1 request without a Host is
    refused: Django would guess a name from the address that the server listens on.
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
        return []  # Django leaves dropping the body to the server

    return call


class _Body(io.IOBase):
    """A request's body. If it is truncated, what has arrived is returned first, and only the next read fails.

    It also fails with OSError if its chunks are malformed: Django and the forms can handle that.
    """

    def __init__(self, body: Any) -> None:
        self._body = body
        self._error: Exception | None = None

    def read(self, *args: int) -> bytes:
        if self._error is None:
            try:
                return self._body.read(*args)
            except (OSError, ParseException) as error:
                self._error = error
            # gunicorn buffers up to the number of bytes requested. A second read returns what it has: its chunk parser
            # has ended, and a connection reports an error once, then end of file. No other request can follow, as
            # gunicorn closes a connection once reading a body has failed.
            if data := self._body.read(*args):
                return data
        raise OSError("The body broke off.") from self._error
