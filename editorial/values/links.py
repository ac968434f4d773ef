"""Where readers may be led, whatever is in the database: the forms check it, an import or a shell may not."""

import re
from urllib.parse import urlsplit

from django.db import models

#: Characters that turn the direction of text: what shows would differ from what is there.
TURNING = dict.fromkeys([0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])


def keep_direction(sender: type[models.Model], instance: models.Model, **kwargs: object) -> None:
    """Take the characters that turn text out of a row that is about to be saved."""
    for field in sender._meta.concrete_fields:
        if isinstance(value := getattr(instance, field.attname), str):
            setattr(instance, field.attname, value.translate(TURNING))


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
