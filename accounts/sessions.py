"""End a staff session when idle, at its hard limit, and when the user's second factor changes elsewhere.

When the password changes, Django ends the other sessions: each is tied to the password's hash.
"""

import time

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpRequest

_BEGAN, _SEEN, _FACTORS = "staff_began", "staff_seen", "staff_factors"
_CLOCK_SKEW = 300  # seconds that the clocks of several hosts may differ by
_SEEN_EVERY = 30  # seconds between writes of the last activity


def begin(sender: type, request: HttpRequest, user: User, **kwargs) -> None:
    """Start a session; a receiver of user_logged_in."""
    request.session[_BEGAN] = request.session[_SEEN] = now()
    request.session[_FACTORS] = factors_of(user)


def has_ended(request: HttpRequest, factors: list) -> bool:
    """Return whether this session has ended, given the user's current factors. If not, record the activity."""
    session = request.session
    began, seen, time_now = session.get(_BEGAN, 0), session.get(_SEEN, 0), now()
    if time_now < began - _CLOCK_SKEW:
        return True  # otherwise it would last longer by as much as the clock was put back
    if time_now - began >= settings.STAFF_SESSION_HOURS * 3600 or time_now - seen >= settings.STAFF_IDLE_MINUTES * 60:
        return True
    if session.get(_FACTORS) != factors:
        return True
    if abs(time_now - seen) >= _SEEN_EVERY:  # the clock may have been put back
        session[_SEEN] = time_now
    return False


def keep_this_one(request: HttpRequest) -> None:
    """Continue this session under a new key after the factors have changed, and end the user's others."""
    request.session[_FACTORS] = factors_of(request.user)
    request.session.cycle_key()


def factors_of(user: User | AnonymousUser) -> list[list]:
    """Return number and type of each factor. A factor that is reset gets a new number."""
    return [list(row) for row in Authenticator.objects.filter(user=user).order_by("pk").values_list("pk", "type")]


def has_second_factor(factors: list[list]) -> bool:
    """Return whether there is an app or a passkey: recovery codes only replace a lost one."""
    return any(kind != Authenticator.Type.RECOVERY_CODES for _, kind in factors)


def now() -> float:
    return time.time()
