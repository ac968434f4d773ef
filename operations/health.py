"""/healthz shows that this web process responds; /healthz/database, for balancers, that it reaches the database."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin

PATH, WITH_DATABASE = "/healthz", "/healthz/database"
#: As inner middleware would set them.
HEADERS = {
    "Content-Length": "2",
    "Cache-Control": "no-store",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class HealthMiddleware(MiddlewareMixin):
    """Answer before anything that needs the right host name, TLS or the database; count and log nothing."""

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        if request.path_info not in {PATH, WITH_DATABASE}:
            return None
        if request.method not in {"GET", "HEAD"}:
            return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
        if request.path_info == WITH_DATABASE and not _database_responds():
            response = HttpResponse("no", status=503, content_type="text/plain", headers=HEADERS)
            response._has_been_logged = True  # type: ignore[attr-defined]  # asked every few seconds
            return response
        return HttpResponse("ok", content_type="text/plain", headers=HEADERS)


def _database_responds() -> bool:
    try:
        connection.close_if_unusable_or_obsolete()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        connection.close()
        return False
    return True
