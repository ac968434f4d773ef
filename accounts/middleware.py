"""Guard the staff pages: end sessions, and require a second factor."""

import re
from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth import logout
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, UnreadablePostError
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import add_never_cache_headers

from accounts import sessions
from accounts.lockout import BROWSER_COOKIE, BROWSER_META, KNOWN_FOR

ADMIN, STAFF = "/admin/", "/staff/"
#: Called by scripts, which could not show a page.
_FOR_SCRIPTS = "/admin/markdownx/"
_SIGN_OUT = "/admin/logout/"
#: What the lists' own filters and dates use, and ranges of dates that somebody may type.
_LOOKUPS = {"exact", "isnull", "gte", "lt", "year", "month", "day"}
MAX_QUERY_LENGTH = 1_500  # characters
PRESS_AGAIN = "Nothing was done: that page opens only by its button. Press the button again."
CUT_SHORT = "The form did not arrive complete, so nothing was saved. Go back and send it again."


class StaffMiddleware:
    """Ends sessions, and lets staff without a second factor do nothing but set one up.

    A request without a session cookie passes unchanged, so readers' pages do not vary by it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith((ADMIN, STAFF)) and _is_truncated(request):
            return HttpResponse(CUT_SHORT, status=400, content_type="text/plain")
        if request.path_info.startswith(ADMIN) and _has_unsafe_query(request):
            return HttpResponse("Lists cannot be filtered by that.", status=400, content_type="text/plain")
        refusal = self._check(request) if settings.SESSION_COOKIE_NAME in request.COOKIES else None
        response = refusal or self.get_response(request)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED and _is_button_address(request):
            messages.warning(request, PRESS_AGAIN)
            response = HttpResponseRedirect(_page_of(request), status=303)
        if browser := request.META.get(BROWSER_META):
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

    def process_view(self, request: HttpRequest, *view: object) -> HttpResponse | None:
        """Refuse what cannot be the key of a row, as a forged form may send it: the admin would raise ValueError."""
        chosen = request.POST.getlist(ACTION_CHECKBOX_NAME) if request.path_info.startswith(ADMIN) else ()
        if all(re.fullmatch(r"\d{1,18}", key, re.ASCII) for key in chosen):
            return None
        return HttpResponse("There are no such rows.", status=400, content_type="text/plain")

    def _check(self, request: HttpRequest) -> HttpResponse | None:
        if not request.user.is_authenticated:
            return None
        factors = sessions.factors_of(request.user)
        if not request.user.is_staff or sessions.has_ended(request, factors):
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
            request.user = AnonymousUser()  # treated like any reader
        return None


def _has_unsafe_query(request: HttpRequest) -> bool:
    """Return whether the query has what breaks a list: the admin accepts any lookup.

    One regular expression can occupy a processor forever, PostgreSQL refuses zero bytes, SQLite more than 64 bits or
    words by the thousand, Python other years, and Django half a range.
    """
    query = request.META.get("QUERY_STRING", "")
    if "%00" in query or len(query) > MAX_QUERY_LENGTH:
        return True
    for name, found in request.GET.lists():
        _, is_lookup, lookup = name.rpartition("__")
        if is_lookup and lookup not in _LOOKUPS:
            return True
        bad = r"^(?![12]\d{3}$)" if is_lookup and "year" in name else r"\d{19}"
        if name != "q" and any(re.search(bad, value) for value in found):
            return True
    return False


def _is_button_address(request: HttpRequest) -> bool:
    """Return whether the address of a button is opened as a page: after signing in again, or by a phone's reload."""
    path = request.path_info
    return request.method == "GET" and path.startswith(ADMIN) and not path.startswith(_FOR_SCRIPTS)


def _page_of(request: HttpRequest) -> str:
    """Return the address of the row whose button this is, or of its list."""
    app, model, *others = request.path_info.split("/")[2:]
    kwargs = request.resolver_match.kwargs if request.resolver_match else {}
    row = kwargs.get("pk") or kwargs.get("object_id")
    parts = [app, model, row] if others else []
    return reverse("admin:index") + "".join(f"{part}/" for part in parts if part)


def _is_truncated(request: HttpRequest) -> bool:
    """Return whether the body is shorter than announced; Django would accept it, and save a truncated text."""
    if request.method != "POST" or request.content_type != "application/x-www-form-urlencoded":
        return False
    announced = request.META.get("CONTENT_LENGTH") or ""
    try:
        return announced.isdecimal() and len(request.body) < int(announced)
    except UnreadablePostError:  # the connection broke
        return True
