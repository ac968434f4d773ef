"""The format of feeds."""

import re
from typing import Any

from django.utils.feedgenerator import Atom1Feed

from editorial.values import languages

#: Not allowed in XML, even escaped; texts pasted from a word processor may have them.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class Atom(Atom1Feed):
    """Atom without the characters that XML forbids: one of them would break the whole feed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["language"] = languages.TAGS[languages.active()]
        super().__init__(*args, **{name: _plain(value) for name, value in kwargs.items()})

    def add_item(self, *args: Any, **kwargs: Any) -> None:
        super().add_item(*args, **{name: _plain(value) for name, value in kwargs.items()})


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return _CONTROLS.sub("", value)
    return [_plain(part) for part in value] if isinstance(value, list | tuple) else value
