"""The languages of the guide, by path: English at the root, others under their code, as in /es/."""

import unicodedata

from django.conf import settings
from django.utils import translation

ENGLISH = "en"
#: The link text of each language, by code; and below, its `lang` attribute.
NAMES = dict(settings.LANGUAGES)
OTHERS = [code for code in NAMES if code != ENGLISH]
TAGS = {ENGLISH: "en-US", "es": "es-US"}


def of_path(path: str) -> str:
    """Return the language of the page at a path."""
    first = path.lstrip("/").partition("/")[0]
    return first if first in OTHERS else ENGLISH


def active() -> str:
    """Return the active language."""
    return (translation.get_language() or ENGLISH).partition("-")[0]


def override(language: str) -> translation.override:
    """Activate a language inside a `with` block."""
    return translation.override(settings.LANGUAGE_CODE if language == ENGLISH else language)


def without_accents(text: str) -> str:
    """Remove accents, which people often omit."""
    if text.isascii():
        return text
    return "".join(mark for mark in unicodedata.normalize("NFKD", text) if not unicodedata.combining(mark))
