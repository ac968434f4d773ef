"""The signed, timestamped token that ties a form to its request without a cookie."""

import secrets
import time

from django.core.signing import TimestampSigner, b62_decode
from django.utils.crypto import salted_hmac

TOKEN_HOURS = 24
#: How long to wait if the address has just sent many requests.
WAIT_SECONDS = 30

_SALT, _WAITING = "callbacks.form", "wait-"


def new_nonce() -> str:
    """Return random text; posts with the same nonce are one request."""
    return secrets.token_urlsafe(16)


def waiting(nonce: str) -> str:
    """Return the nonce that replaces this one during a wait: always the same."""
    return _WAITING + salted_hmac("callbacks.waiting", nonce).hexdigest()[:40]


def is_waiting(nonce: str) -> bool:
    return nonce.startswith(_WAITING)


def sign_form(nonce: str) -> str:
    return TimestampSigner(salt=_SALT).sign(nonce)


def read_form(token: str, *, max_age: int | None = TOKEN_HOURS * 3600) -> tuple[str, float]:
    """Return a token's nonce and its age in seconds. Raises SignatureExpired past `max_age`, or BadSignature."""
    nonce = TimestampSigner(salt=_SALT).unsign(token, max_age=max_age)
    return nonce, max(0.0, time.time() - b62_decode(token.split(":")[-2]))
