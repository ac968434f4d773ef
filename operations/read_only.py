"""Refuse writes with a helpful page while the database is read-only (storage/read_only.py); reading is unaffected."""

import contextlib
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.urls import reverse_lazy

from guide.bare_pages import READ_ONLY_PAGE
from storage import read_only

STAFF = ("/admin/", "/staff/")
#: Not refused here: its own error page keeps what was typed.
FORM = reverse_lazy("callbacks:contact")
_PIECE_BYTES = 64 * 1024


class ReadOnlyMiddleware:
    """Refuses staff pages, which at least write the session, and all forms but the contact form."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_reading = request.method in {"GET", "HEAD"} and not request.path_info.startswith(STAFF)
        if is_reading or not read_only.is_on():
            return self.get_response(request)
        if request.path_info == FORM:
            response = self.get_response(request)
        else:
            with contextlib.suppress(UnreadablePostError):  # a browser shows no response before it has sent everything
                while request.read(_PIECE_BYTES):
                    pass
            response = HttpResponse(READ_ONLY_PAGE, status=503, headers={"Cache-Control": "no-store"})
        if response.status_code == 503:
            response.headers["Retry-After"] = str(read_only.RETRY_AFTER_SECONDS)
        return response
