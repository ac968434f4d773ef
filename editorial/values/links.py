"""Where readers may be led, whatever is in the database: the forms check it, an import or a shell may not."""

import re
from typing import Any
from urllib.parse import urlsplit

from django.db import models

#: Characters that turn the direction of text: what shows would differ from what is there.
TURNING: dict[int, Any] = dict.fromkeys([0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
#: What does not show at all, as word processors paste it: a medicine or a dose with one of them inside would not be
#: found by a check or a search. Their ends of lines are spaces.
HIDDEN = TURNING | dict.fromkeys([*range(9), *range(14, 32), 0x7F, 0xAD, 0x200B, 0x2060, 0xFEFF])
HIDDEN |= dict.fromkeys([0x0B, 0x0C, 0x2028, 0x2029], " ")


def tidy(sender: type[models.Model], instance: models.Model, **kwargs: object) -> None:
    """Take the characters that turn text or do not show out of a row that is about to be checked or saved."""
    for field in sender._meta.concrete_fields:
        if isinstance(value := getattr(instance, field.attname), str):
            setattr(instance, field.attname, value.translate(HIDDEN))


def safe_url(url: str) -> str:
    """Return a web address to link to, or an empty text for anything else."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in {"http", "https"} and parts.hostname else ""


def is_foreign_path(href: str) -> bool:
    r"""Return whether browsers leave this site for what looks like a path of this site: `//host`, `/\host`."""
    return re.sub(r"[\x00-\x20]", "", href).replace("\\", "/").startswith("//")


def is_own_picture(src: str) -> bool:
    return bool(re.fullmatch(r"/(media|static)/[\w./-]+", src)) and ".." not in src
