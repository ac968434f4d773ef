"""The entry point of the production server."""

import os
import re
from collections.abc import Callable, Iterable, Iterator

from django.core.wsgi import get_wsgi_application
from django.template import engines
from django.urls import get_resolver
from gunicorn.http.errors import ParseException

from detoxsite import settings

os.umask(0o077)  # state and what people send are for this account only
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "detoxsite.settings")
if settings.METRICS_PORT:
    settings.METRICS_DIR.mkdir(parents=True, exist_ok=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(settings.METRICS_DIR)  # prometheus_client reads it when it is imported
django_application = get_wsgi_application()
# Views and templates are loaded before the server forks: once in memory, and no slow first page.
get_resolver().reverse_dict  # noqa: B018
engines["readers"].load_all()

BOUNDARY = re.compile(r";\s*(boundary=(?:\"[^\"]*\"|[^;\s]+))", re.IGNORECASE)
#: A request that does not say whom it asks, as HTTP/1.1 must, gets these headers and nothing more.
WITHOUT_HOST = [("Content-Length", "0"), ("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff")]


def _in_order(environ: dict, start_response: Callable) -> Iterable[bytes]:
    """Keeps only the media type and the boundary of what a sender claims.

    Text is UTF-8 here, and some charsets that a header can name (hex, say) fail inside Django before any of its code
    that could answer.
    """
    if content_type := environ.get("CONTENT_TYPE"):
        boundary = BOUNDARY.search(content_type)
        media_type = content_type.partition(";")[0].strip()
        environ["CONTENT_TYPE"] = f"{media_type}; {boundary[1]}" if boundary else media_type
    environ["wsgi.input"] = _Body(environ["wsgi.input"])
    if "HTTP_HOST" not in environ and environ.get("SERVER_PROTOCOL") == "HTTP/1.1":
        start_response("400 Bad Request", WITHOUT_HOST)  # Django would guess a name from where it listens
        return []
    response = django_application(environ, start_response)
    return _NoBody(response) if environ["REQUEST_METHOD"] == "HEAD" else response


class _NoBody:
    """The answer to HEAD: the headers of the page, and of the page nothing. Django leaves that to the server."""

    def __init__(self, response: Iterable[bytes]) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        return iter(())

    def close(self) -> None:
        getattr(self._response, "close", lambda: None)()


class _Body:
    """A request's body. Where it breaks off, what had arrived is handed out first, and only the next read fails.

    Fails with OSError, as a connection does, if its chunks are malformed too: Django and our forms can take that.
    """

    def __init__(self, body) -> None:
        self._body = body
        self._error: Exception | None = None

    def read(self, *args: int) -> bytes:
        self._raise_again()
        try:
            return self._body.read(*args)
        except (OSError, ParseException) as error:
            self._error = error
        # gunicorn gathers all that is asked for, and what it had by now is still in its buffers. A second read brings
        # that and no more: its parser of chunks has ended, and a connection tells its error once, and then its end.
        # No next request can follow from here: gunicorn closes a connection once the reading of a body has failed.
        if data := self._body.read(*args):
            return data
        return self._raise_again()

    def readline(self, *args: int) -> bytes:
        """No form is read by lines, so the beginning of one that breaks off is not kept."""
        self._raise_again()
        try:
            return self._body.readline(*args)
        except (OSError, ParseException) as error:
            self._error = error
        return self._raise_again()

    def _raise_again(self) -> None:
        if self._error:
            raise OSError("The body broke off.") from self._error


from guide.bare_pages import BUSY_ANSWER  # noqa: E402 - reads the settings
from pagecache.application import CachedPages  # noqa: E402 - reads the settings

application = CachedPages(_in_order)
application.busy_answer = BUSY_ANSWER
