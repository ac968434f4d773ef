"""The cached site inside a test's process: called as a server would, with its renderings counted."""

import io
from collections.abc import Callable

from django.core.wsgi import get_wsgi_application

from pagecache.application import CachedPages

HOST = "127.0.0.1"
#: Reading pages whose response is personal or depends on the time.
NOT_CACHED = {"/phases/now/", "/phases/now/check-in/", "/search/?q=withdrawl", "/contact/", "/feedback/"}


class CachedSite:
    """The site behind its page cache. `rendered` has the path of each request that came through to Django."""

    def __init__(self) -> None:
        self.rendered: list[str] = []
        self._django = get_wsgi_application()
        self.pages = CachedPages(self._through)
        self.cache = self.pages.cache
        self.cache._pid = -1
        self.cache._poll = lambda: None  # a test refreshes by itself, on its own connection

    def _through(self, environ: dict, start_response: Callable):
        self.rendered.append(environ["PATH_INFO"])
        return self._django(environ, start_response)

    def get(self, target: str, method: str = "GET", **environ: str) -> tuple[str, dict[str, str], bytes]:
        """Status line, headers by lower-case name, body. `environ` as WSGI names it."""
        path, _, query = target.partition("?")
        answer = {}

        def start(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> None:
            answer["start"] = status, {name.lower(): value for name, value in headers}

        base = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SCRIPT_NAME": "",
            "HTTP_HOST": HOST,
            "SERVER_NAME": HOST,
            "SERVER_PORT": "80",
            "REMOTE_ADDR": HOST,
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(),
        }
        parts = self.pages(base | environ, start)
        body = b"".join(parts)
        getattr(parts, "close", lambda: None)()
        return *answer["start"], body

    def trust(self) -> None:
        """Serve cached pages from now on without another version check, however slow the machine is."""
        self.cache._fresh_until = self.cache._ends_at = float("inf")

    def wire(self, *lines: str, host: str = HOST, line: str = "GET / HTTP/1.1") -> tuple[bytes, bool] | None:
        """What goes out for the bytes of a request, and whether the connection stays; None: the ordinary way."""
        head = "\r\n".join([line, f"Host: {host}", *lines]) + "\r\n\r\n"
        answer = self.pages.cached_response(head.encode("latin-1"))
        return answer and (b"".join(answer[0]), answer[1])


def times(site: CachedSite, target: str, **environ: str) -> int:
    """How often Django is asked for two requests."""
    before = len(site.rendered)
    site.get(target, **environ)
    site.get(target, **environ)
    return len(site.rendered) - before
