"""The notice at the top of a cached page that could not be checked for changes during an outage."""

import re

from django.utils.translation import gettext

from editorial.values import languages

_LANGUAGE = re.compile(rb'<html lang="(\w+)')
_MAIN = re.compile(rb'<main id="main"[^>]*>\n')


def mark(page: bytes) -> bytes:
    """Add the notice, in the page's language, at the top of the text."""
    spoken = _LANGUAGE.search(page)
    with languages.override(spoken[1].decode() if spoken else languages.ENGLISH):
        line = gettext("We could not check that this page is up to date. In an emergency, call 911.")
    card = f'<p class="card card--urgent">{line}</p>\n'.encode()
    return _MAIN.sub(lambda main: main[0] + card, page, count=1)
