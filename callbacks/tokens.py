"""Signed, time-stamped tokens: one ties a form to the request it makes, one opens the confirmation of a request."""

import secrets
import uuid

from django.core.signing import BadSignature, TimestampSigner

TOKEN_HOURS = 24

_form = TimestampSigner(salt="callbacks.form")
_sent = TimestampSigner(salt="callbacks.sent")


def new_nonce() -> str:
    """Random; two posts with the same one are the same request, sent twice."""
    return secrets.token_urlsafe(16)


def sign_form(nonce: str) -> str:
    return _form.sign(nonce)


def read_form(token: str, *, max_age: float | None = TOKEN_HOURS * 3600) -> str:
    """The nonce in a form's token. Raises SignatureExpired past `max_age` seconds, or BadSignature."""
    return _form.unsign(token, max_age=max_age)


def sign_sent(request_id: uuid.UUID) -> str:
    return _sent.sign(request_id.hex)


def read_sent(token: str) -> uuid.UUID:
    """The request whose confirmation this token opens. Raises SignatureExpired after 24 hours, or BadSignature."""
    try:
        return uuid.UUID(hex=_sent.unsign(token, max_age=TOKEN_HOURS * 3600))
    except ValueError:
        raise BadSignature("This token holds no request.") from None
