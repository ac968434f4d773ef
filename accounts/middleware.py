"""The gate before everything that staff see."""

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.shortcuts import redirect
from django.utils.cache import add_never_cache_headers

from accounts import sessions
from accounts.lockout import BROWSER_COOKIE, KNOWN_FOR

ADMIN, STAFF = "/admin/", "/staff/"
#: Asked for by scripts, which would show a page as the answer.
_FOR_SCRIPTS = "/admin/markdownx/"
_SIGN_OUT = "/admin/logout/"
CUT_SHORT = "The form was cut off on its way, and nothing of it was saved. Go back and send it again."


class StaffMiddleware:
    """Ends sessions that are over, and keeps who has no second factor from all but its set-up.

    A request without a session cookie passes untouched, so readers' pages do not vary by it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith((ADMIN, STAFF)) and _is_cut_short(request):
            return HttpResponse(CUT_SHORT, status=400, content_type="text/plain")
        if request.path_info.startswith(ADMIN) and any(name.endswith("regex") for name in request.GET):
            # Django's lists take any lookup on their own fields, and one pattern can keep a processor for ever.
            return HttpResponse("Lists are not filtered by patterns.", status=400, content_type="text/plain")
        refusal = self._check(request) if settings.SESSION_COOKIE_NAME in request.COOKIES else None
        response = refusal or self.get_response(request)
        if browser := getattr(request, "browser", ""):
            response.set_cookie(
                BROWSER_COOKIE,
                browser,
                max_age=KNOWN_FOR,
                path=STAFF,
                secure=settings.HTTPS,
                httponly=True,
                samesite="Lax",
            )
        if request.path_info.startswith((ADMIN, STAFF)) and "no-store" not in response.get("Cache-Control", ""):
            add_never_cache_headers(response)
        return response

    def _check(self, request: HttpRequest) -> HttpResponse | None:
        if not request.user.is_authenticated:
            return None
        factors = sessions.factors_of(request.user)
        if not request.user.is_staff or sessions.is_over(request, factors):
            logout(request)
            if request.path_info.startswith(ADMIN):
                messages.info(request, "Your session has ended. Please sign in again.")
            return None
        if sessions.has_second_factor(factors) or request.path_info == _SIGN_OUT:
            return None
        if request.path_info.startswith(_FOR_SCRIPTS):
            return HttpResponse("Set up your second factor first.", status=403, content_type="text/plain")
        if request.path_info.startswith(ADMIN):
            return redirect("mfa_activate_totp")
        if not request.path_info.startswith(STAFF):
            request.user = AnonymousUser()  # a reader like any other
        return None


def _is_cut_short(request: HttpRequest) -> bool:
    """Whether less has come than was announced: Django takes it for the whole, and a text would be saved short."""
    if request.method != "POST" or request.content_type != "application/x-www-form-urlencoded":
        return False
    announced = request.META.get("CONTENT_LENGTH") or ""
    try:
        return announced.isdecimal() and len(request.body) < int(announced)
    except UnreadablePostError:  # nothing came, or it broke off between two reads
        return True
