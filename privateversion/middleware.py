"""Serves a page under its private address."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, UnreadablePostError

from privateversion import codes, rewriting

LONGEST_QUESTION = 8_000  # bytes; a search of a whole page of text is still answered
#: The secret of a private link and the page of a list: without them the address leads elsewhere.
KEPT_IN_QUERY = ("t", "page")
#: Characters. No page of ours has a longer path.
LONGEST_PATH = 300


class PrivateVersionMiddleware:
    """Turns `/n/<code>/` into the page's own path on the way in and keeps its links inside on the way out.

    Views know nothing of it. Templates ask `request.is_private`, and `request.private_address` leads there.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.is_private = request.path_info.startswith(codes.PREFIX)
        request.outside = rewriting.address if request.is_private else str  # an address, for a link from a saved file
        if not request.is_private:
            request.private_address = self._address(request)
            return self.get_response(request)
        try:
            self._enter(request)
        except UnreadablePostError:
            return HttpResponse(status=408)
        response = self.get_response(request)
        response.headers["X-Robots-Tag"] = "noindex"
        response.headers["Referrer-Policy"] = "no-referrer"
        if response.has_header("Location"):
            response.headers["Location"] = rewriting.address(response.headers["Location"])
        if response.streaming:
            return response
        kind = response.headers.get("Content-Type", "")
        if kind.startswith("text/html") and not response.has_header("Content-Disposition"):
            self._replace(response, rewriting.html)
        elif kind.startswith("application/json"):
            self._replace(response, rewriting.answer)
        return response

    def _enter(self, request: HttpRequest) -> None:
        address = request.path_info
        asked = address.endswith(f"/{rewriting.ASKED}")
        path = codes.plain(address.removesuffix(rewriting.ASKED) if asked else address.removesuffix("/") + "/")
        if path is None:
            return  # no page has this code, so the resolver finds none either
        request.path = request.path_info = path
        if asked and request.method == "POST":
            request.environ["QUERY_STRING"] = request.read(LONGEST_QUESTION).decode("latin-1")
            request.META["QUERY_STRING"] = request.environ["QUERY_STRING"]
            request.environ["REQUEST_METHOD"] = request.method = "GET"
            request.__dict__.pop("GET", None)

    @staticmethod
    def _address(request: HttpRequest) -> str:
        """Where this page's private version is: none for staff's pages. What was searched for stays behind."""
        if request.path_info.startswith(rewriting.FILES) or len(request.path_info) > LONGEST_PATH:
            return ""
        kept = {name: request.GET[name] for name in KEPT_IN_QUERY if name in request.GET}
        return codes.private(request.path_info) + (f"?{urlencode(kept)}" if kept else "")

    @staticmethod
    def _replace(response: HttpResponse, rewrite: Callable[[str], str]) -> None:
        response.content = rewrite(response.content.decode(response.charset))
        if response.has_header("Content-Length"):
            response.headers["Content-Length"] = str(len(response.content))
