"""/healthz for a load balancer: show that this web process responds; it probes nothing."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

PATH = "/healthz"
#: As inner middleware would have set.
HEADERS = {
    "Content-Length": "2",
    "Cache-Control": "no-store",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class HealthMiddleware:
    """Answer before anything that needs the right host name, TLS or the database; count and log nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info != PATH:
            return self.get_response(request)
        if request.method not in {"GET", "HEAD"}:
            return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
        return HttpResponse("ok", content_type="text/plain", headers=HEADERS)
