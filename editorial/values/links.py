"""Check URLs and text direction at output and save, as imports and shells bypass the forms."""

import re
import unicodedata
from typing import Any
from urllib.parse import urlsplit

from django.db import models

#: Characters that change the direction of text, so that it looks different from what it is.
BIDI_CONTROLS: dict[int, Any] = dict.fromkeys([0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
#: Invisible characters, as pasted from word processors, which would hide a medicine or a dose from checks and search.
#: Special line endings become spaces.
INVISIBLE = BIDI_CONTROLS | dict.fromkeys([*range(9), *range(14, 32), 0x7F, 0xAD, 0x200B, 0x2060, 0xFEFF])
INVISIBLE |= dict.fromkeys([0x0B, 0x0C, 0x2028, 0x2029], " ")


def tidied(text: str) -> str:
    """Return a text without hidden characters, and with one character for each accented letter."""
    return unicodedata.normalize("NFC", text.translate(INVISIBLE))


def tidy(sender: type[models.Model], instance: models.Model, **kwargs: object) -> None:
    """Remove invisible and direction-changing characters from a row before it is checked or saved."""
    for field in sender._meta.concrete_fields:
        if isinstance(value := getattr(instance, field.attname), str):
            setattr(instance, field.attname, tidied(value))


def safe_url(url: str) -> str:
    """Return the URL if it is safe to link to, otherwise ""."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in {"http", "https"} and parts.hostname else ""


def is_foreign_path(href: str) -> bool:
    r"""Return whether a seeming path leads to another host: `//host`, `/\host`."""
    return re.sub(r"[\x00-\x20]", "", href).replace("\\", "/").startswith("//")


def is_own_picture(src: str) -> bool:
    return bool(re.fullmatch(r"/(media|static)/[\w./-]+", src)) and ".." not in src
