"""The private link to a request. Its secret follows from the form's nonce; only hashes of both are kept.

The same form sent twice thus leads to the same link, though nothing we store could give it away.
"""

import hashlib
import hmac
import re
from urllib.parse import unquote

from django.conf import settings

LINK_DAYS = 30
#: No vowels, so no words; no sign at which a phone or a mail program ends a link; nothing that is taken for something
#: else in a photo of the page (0 O, 1 I L, 5 S, 8 B, 2 Z). Capitals mean the same.
LETTERS = "34679cdfghjkmnpqrtwxy"
#: 131 bits: not to be guessed.
LENGTH = 30
_LONGEST = 300  # characters of an address that are looked at
#: The first links had capitals, dashes and underscores; the last of them runs out 30 days after the change.
_EARLIER = re.compile(r"[^\w-]*([\w-]{23,24})", re.ASCII)


def form_key(nonce: str) -> str:
    """What is kept of a form's nonce: enough to know the form again."""
    return _hash("form", nonce)


def secret(nonce: str) -> str:
    """What stands in the private link: random to whoever lacks the nonce or this site's key."""
    digest = hmac.digest(settings.SECRET_KEY.encode(), f"callbacks.link|{nonce}".encode(), hashlib.sha256)
    number, letters = int.from_bytes(digest), []
    for _ in range(LENGTH):
        number, place = divmod(number, len(LETTERS))
        letters.append(LETTERS[place])
    return "".join(letters)


def readings(typed: str) -> list[str]:
    """The secrets that an address may have held before phones and mail programs did to it what they do.

    They break it, add a dot, a bracket, a blank or a parameter, make capitals of it, or put "3D" before it.
    """
    letters = re.sub(r"[^a-z0-9]", "", unquote(typed[:_LONGEST]).lower())
    found = [part[:LENGTH] for part in (letters, letters.removeprefix("3d")) if len(part) >= LENGTH]
    if earlier := _EARLIER.match(typed):
        found += [earlier[1]] if len(earlier[1]) == 24 else [f"{earlier[1]}-", f"{earlier[1]}_"]  # the end was cut off
    return list(dict.fromkeys(found))


def typed_in(query: str) -> str:
    """What stands for the secret in an address's query, though programs wrote it "T=", "amp;t=" or "t%3D"."""
    return re.sub(r"(?i)^(?:.*&)?(?:amp;)?t(?:=|%3d)", "", query[:_LONGEST])


def link_hash(link_secret: str) -> str:
    """What is kept of a private link."""
    return _hash("link", link_secret)


def _hash(kind: str, value: str) -> str:
    return hashlib.sha256(f"callbacks.{kind}|{value}".encode()).hexdigest()
