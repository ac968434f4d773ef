"""The private link to a request. Its secret is derived from the form's nonce; only hashes of both are stored.

So the same form sent twice gives the same link, and nothing stored reveals it.
"""

import hashlib
import hmac
import re
from urllib.parse import unquote

from django.conf import settings

LINK_DAYS = 30
#: No vowels, so no words; no punctuation, which may end a link in a mail program; nothing easily misread (0 O, 1 I L,
#: 5 S, 8 B, 2 Z). Case does not matter.
LETTERS = "34679cdfghjkmnpqrtwxy"
#: 131 bits.
LENGTH = 30
_MAX_LENGTH = 300  # characters of an address that are parsed
#: Early links had capitals, dashes and underscores; delete this LINK_DAYS after the release that changed them.
_EARLIER = re.compile(r"[^\w-]*([\w-]{23,24})", re.ASCII)


def form_key(nonce: str) -> str:
    """Return the hash under which a form's nonce is stored."""
    return _hash("form", nonce)


def secret(nonce: str) -> str:
    """Return the private link's secret: unguessable without the nonce and this site's key."""
    digest = hmac.digest(settings.SECRET_KEY.encode(), f"callbacks.link|{nonce}".encode(), hashlib.sha256)
    number, base = int.from_bytes(digest), len(LETTERS)
    return "".join(LETTERS[number // base**place % base] for place in range(LENGTH))


def possible_secrets(typed: str) -> list[str]:
    """Return the possible secrets in a link that a phone or mail program broke, extended, uppercased or escaped."""
    letters = re.sub(r"[^a-z0-9]", "", unquote(typed[:_MAX_LENGTH]).lower())
    found = [part[:LENGTH] for part in (letters, letters.removeprefix("3d")) if len(part) >= LENGTH]
    if earlier := _EARLIER.match(typed):
        old = earlier[1]
        found += [old] if len(old) == 24 else [f"{old}-", f"{old}_"]  # its last character was cut off
    return list(dict.fromkeys(found))


def secret_in(query: str) -> str:
    """Return the secret in a query, also if a program changed "t=" to "T=", "amp;t=" or "t%3D"."""
    return re.sub(r"(?i)^(?:.*&)?(?:amp;)?t(?:=|%3d)", "", query[:_MAX_LENGTH])


def link_hash(link_secret: str) -> str:
    """Return the hash under which a private link is stored."""
    return _hash("link", link_secret)


def _hash(kind: str, value: str) -> str:
    return hashlib.sha256(f"callbacks.{kind}|{value}".encode()).hexdigest()
