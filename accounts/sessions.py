"""When a staff session ends: after idling, at its hard limit, and when the user's second factor changes elsewhere.

A changed password ends the others by itself: Django ties each session to the password's hash.
"""

import time

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest

_BEGAN, _SEEN, _FACTORS = "staff_began", "staff_seen", "staff_factors"
#: So often is it written down, in seconds, that somebody is still there.
_SEEN_EVERY = 30


def begin(sender: type, request: HttpRequest, user: User, **kwargs) -> None:
    """Signal: somebody signed in."""
    request.session[_BEGAN] = request.session[_SEEN] = now()
    request.session[_FACTORS] = factors_of(user)


def is_over(request: HttpRequest, factors: list) -> bool:
    """Whether this session has ended, given the user's factors of now. Otherwise notes that somebody is there."""
    session = request.session
    began, seen, time_now = session.get(_BEGAN, 0), session.get(_SEEN, 0), now()
    if time_now - began >= settings.STAFF_SESSION_HOURS * 3600 or time_now - seen >= settings.STAFF_IDLE_MINUTES * 60:
        return True
    if session.get(_FACTORS) != factors:
        return True
    if time_now - seen >= _SEEN_EVERY:
        session[_SEEN] = time_now
    return False


def keep_this_one(request: HttpRequest) -> None:
    """The user's factors changed in this session: it goes on under a new key, all others of the user end."""
    request.session[_FACTORS] = factors_of(request.user)
    request.session.cycle_key()


def factors_of(user: User) -> list[list]:
    """Number and type of each factor. A factor that is reset gets a new number."""
    return [list(row) for row in Authenticator.objects.filter(user=user).order_by("pk").values_list("pk", "type")]


def has_second_factor(factors: list[list]) -> bool:
    """Recovery codes alone are none: they only stand in for a lost app."""
    return any(kind == Authenticator.Type.TOTP for _, kind in factors)


def now() -> float:
    return time.time()
