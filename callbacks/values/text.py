"""Sanitize untrusted text: remove invisible and direction-changing characters."""

import re
import unicodedata

from django import forms

#: Control and format characters, halves of surrogate pairs, line and paragraph separators.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
#: Visible format characters: Arabic and other signs before a number.
_SEEN = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u0890\u0891\u08e2\U000110bd\U000110cd")
#: Default_Ignorable_Code_Point outside the format characters, blank braille, and the keycap of 1️⃣ (its other half
#: is ignorable).
_IGNORABLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u20e3\u2800\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8\U000e0000-\U000e0fff]"
)
_BREAKS = re.compile(r"[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]+")
_JOINERS = "\u200c\u200d"
#: Joiners belong between letters of scripts that use them, and between the parts of one emoji.
_JOINED = "[\u0590-\u1fff\u2070-\u2fff\u3001-\U0010ffff]"
_LOOSE_JOINER = re.compile(f"(?<!{_JOINED})[{_JOINERS}]|[{_JOINERS}](?![{_JOINERS}]*{_JOINED})")


def visible(value: str, *, keep: str = "") -> str:
    """Remove invisible characters except those in `keep`, and joiners in names and emoji; line breaks become spaces."""
    value = _BREAKS.sub(lambda found: "".join(each for each in found[0] if each in keep) or " ", value)
    kept = {*keep, *_JOINERS, *_SEEN}
    text = _IGNORABLE.sub("", value)
    seen = (each for each in text if each in kept or unicodedata.category(each) not in _UNSEEN)
    return _LOOSE_JOINER.sub("", "".join(seen))


class VisibleField(forms.CharField):
    """Text in any script, without invisible characters except those in `keep`."""

    widget = forms.TextInput({"autocomplete": "off"})

    def __init__(self, *, keep: str = "", **kwargs) -> None:
        super().__init__(**kwargs)
        self.keep = keep

    def to_python(self, value: object) -> str:
        return super().to_python(visible(str(value or "").replace("\r\n", "\n"), keep=self.keep)) or ""
