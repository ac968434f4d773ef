"""The languages of the guide: English at the root, others under their code, as in /es/. The path alone decides."""

from django.conf import settings
from django.utils import translation

ENGLISH = "en"
#: What readers see on a link to the language, by its code, and what `lang` says of a page in it.
NAMES = dict(settings.LANGUAGES)
OTHERS = [code for code in NAMES if code != ENGLISH]
TAGS = {ENGLISH: "en-US", "es": "es-US"}


def of_path(path: str) -> str:
    """Return the language of the page at a path."""
    first = path.lstrip("/").partition("/")[0]
    return first if first in OTHERS else ENGLISH


def active() -> str:
    """Return the language of the page that is being made."""
    return (translation.get_language() or ENGLISH).partition("-")[0]


def speaking(language: str) -> translation.override:
    """Make what runs inside this `with` block speak a language."""
    return translation.override(settings.LANGUAGE_CODE if language == ENGLISH else language)
