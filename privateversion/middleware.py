"""Serve a page under its private address."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.http import HttpResponse, UnreadablePostError

from editorial.pages.reading import ReaderRequest
from privateversion import codes, rewriting

MAX_QUERY_BYTES = 8_000  # enough for a search with a page of text
#: The token of a private link and the number of a list page, which select what is shown.
KEPT_IN_QUERY = ("t", "page")
MAX_PATH = 300  # characters; no page has a longer path, and no link a longer token


class PrivateVersionMiddleware:
    """Turns `/n/<code>/` into the page's path before the view, which needs nothing for it, and rewrites the links."""

    def __init__(self, get_response: Callable[[ReaderRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: ReaderRequest) -> HttpResponse:
        request.is_private = request.path_info.startswith(codes.PREFIX)
        request.outside = rewriting.address if request.is_private else str
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
            self._replace(response, rewriting.json_response)
        return response

    def _enter(self, request: ReaderRequest) -> None:
        address = request.path_info
        asked = address.endswith(f"/{rewriting.SEARCH_SUFFIX}")
        path = codes.plain(address.removesuffix(rewriting.SEARCH_SUFFIX) if asked else address.removesuffix("/") + "/")
        if path is None:
            return  # the resolver finds no page either
        request.path = request.path_info = path
        if asked and request.method == "POST":
            request.environ["QUERY_STRING"] = request.read(MAX_QUERY_BYTES).decode("latin-1")
            request.META["QUERY_STRING"] = request.environ["QUERY_STRING"]
            request.environ["REQUEST_METHOD"] = request.method = "GET"
            request.__dict__.pop("GET", None)

    @staticmethod
    def _address(request: ReaderRequest) -> str:
        """Return this page's private address, without search words; empty for staff pages."""
        if request.path_info.startswith(rewriting.FILES) or len(request.path_info) > MAX_PATH:
            return ""
        kept = {name: request.GET[name] for name in KEPT_IN_QUERY if 0 < len(request.GET.get(name, "")) <= MAX_PATH}
        if kept.get("page", "").startswith("/"):  # the page that a report is on
            kept["page"] = rewriting.address(kept["page"])
        return codes.private(request.path_info) + (f"?{urlencode(kept)}" if kept else "")

    @staticmethod
    def _replace(response: HttpResponse, rewrite: Callable[[str], str]) -> None:
        response.content = rewrite(response.content.decode(response.charset))
        if response.has_header("Content-Length"):
            response.headers["Content-Length"] = str(len(response.content))
