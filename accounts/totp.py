"""What allauth leaves to a cache, or to the session in the clear: a code works once; a new secret waits sealed."""

from allauth.core import context
from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth
from django.db import transaction
from django.http import HttpRequest

from accounts import secrets


def use_up(authenticator: Authenticator, code: str) -> bool:
    """Marks the code's time step as used, for all processes. False if it, or a later one, was used before.

    A used step that is still to come was used while the clock was wrong: it counts for nothing.
    """
    steps = list(auth.yield_hotp_counters_from_time())
    with transaction.atomic():
        row = Authenticator.objects.select_for_update().get(pk=authenticator.pk)
        secret = secrets.unseal(row.data["secret"])
        last = row.data.get("last_step", 0)
        fresh = [
            step
            for step in steps
            if not step <= last <= max(steps)
            and compare_user_code(actual=code, expected=auth.format_hotp_value(auth.hotp_value(secret, step)))
        ]
        if not fresh:
            return False
        row.data["last_step"] = max(fresh)
        row.save(update_fields=["data"])
    return True


def waiting_secret(fresh: bool = False) -> str:
    """The secret of the app that is being set up in this session, made where there is none or `fresh` is asked for."""
    session = context.request.session
    sealed = None if fresh else session.get(auth.SECRET_SESSION_KEY)
    if not sealed:
        sealed = session[auth.SECRET_SESSION_KEY] = secrets.seal(auth.generate_totp_secret())
    return secrets.unseal(sealed)


def is_waiting(request: HttpRequest) -> bool:
    return auth.SECRET_SESSION_KEY in request.session
