"""Compile the gettext catalogs, <language>/LC_MESSAGES/django.po in locale/ and in locale/django/."""

import os
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings

SOURCES = settings.BASE_DIR / "locale"


def compile_all() -> None:
    """Compile each catalog into LOCALE_PATHS, atomically, as other processes may be reading it."""
    for source in SOURCES.rglob("*.po"):
        compiled = Path(settings.LOCALE_PATHS[0], source.relative_to(SOURCES)).with_suffix(".mo")
        compiled.parent.mkdir(parents=True, exist_ok=True)
        with source.open("rb") as po, compiled.with_suffix(".new").open("wb") as mo:
            write_mo(mo, read_po(po))
        os.replace(mo.name, compiled)
