"""Let each code work once without a cache, and seal a new secret, which allauth leaves unencrypted in the session."""

import base64
import os
import time

from allauth.core import context
from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.hotp import HOTP
from django.db import transaction
from django.utils.crypto import constant_time_compare

from accounts import secrets

NEW_SECRET = "staff_new_totp_secret"  # noqa: S105 - its name in the session


def use_up(authenticator: Authenticator, code: str) -> bool:
    """Mark the code's time step as used. Return False if this step, or a later one, was used before.

    A used step in the future was used while the clock was wrong, and is ignored.
    """
    now = int(time.time()) // app_settings.TOTP_PERIOD
    earliest, latest = now - app_settings.TOTP_TOLERANCE, now + app_settings.TOTP_TOLERANCE
    typed = "".join(filter(str.isalnum, code))
    with transaction.atomic():
        row = Authenticator.objects.select_for_update().get(pk=authenticator.pk)
        key = base64.b32decode(secrets.unseal(row.data["secret"]), casefold=True)
        hotp = HOTP(key, app_settings.TOTP_DIGITS, SHA1(), enforce_key_length=False)  # noqa: S303 - RFC 6238
        used = row.data.get("last_step", 0)
        if used <= latest:
            earliest = max(earliest, used + 1)
        for step in range(latest, earliest - 1, -1):
            if constant_time_compare(typed, hotp.generate(step)):
                row.data["last_step"] = step
                row.save(update_fields=["data"])
                return True
    return False


def new_secret() -> str:
    """Return the secret of the app being set up in this session, the same if the page is opened again."""
    session = context.request.session
    if NEW_SECRET not in session:
        session[NEW_SECRET] = secrets.seal(base64.b32encode(os.urandom(20)).decode())
    return secrets.unseal(session[NEW_SECRET])
