"""Leave this page: ends what the server holds open, tells the browser to forget, and shows something plain instead."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@never_cache
@require_safe
def leave(request: HttpRequest) -> HttpResponse:
    """Goes to LEAVE_URL by a plain link, so it needs no script.

    A staff login ends on the server, whatever the browser does with the header. Of a reader the server holds nothing
    that could be ended: a file still on its way is dropped when the page goes away (callbacks.public.upload_handler).
    Over plain http browsers ignore Clear-Site-Data; there it does no harm.
    """
    response = HttpResponseRedirect(settings.LEAVE_URL, status=303)
    response.headers["Referrer-Policy"] = "no-referrer"
    if request.headers.get("Sec-Fetch-Site", "none") in {"none", "same-origin"}:  # no other site may sign staff out
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            request.session.flush()
        response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return response
