"""The private link to a request. Its secret follows from the form's nonce; only hashes of both are kept.

The same form sent twice thus leads to the same link, though nothing we store could give it away.
"""

import base64
import hashlib
import hmac

from django.conf import settings

LINK_DAYS = 30
#: 144 bits: not to be guessed, and short enough to be read from a photo of the page.
SECRET_BYTES = 18


def form_key(nonce: str) -> str:
    """What is kept of a form's nonce: enough to know the form again."""
    return _hash("form", nonce)


def secret(nonce: str) -> str:
    """What stands in the private link: random to whoever lacks the nonce or this site's key."""
    digest = hmac.digest(settings.SECRET_KEY.encode(), f"callbacks.link|{nonce}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest[:SECRET_BYTES]).decode().rstrip("=")


def link_hash(link_secret: str) -> str:
    """What is kept of a private link."""
    return _hash("link", link_secret)


def _hash(kind: str, value: str) -> str:
    return hashlib.sha256(f"callbacks.{kind}|{value}".encode()).hexdigest()
