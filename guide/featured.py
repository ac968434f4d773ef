"""The pages that the menu and the front page link to, each only while it is published."""

from contextlib import suppress

from django.db import DatabaseError

from editorial.text.snapshot import ContentSnapshot
from editorial.values import languages

#: By the key that templates use: the page's link name, as in [[treatment:naloxone]].
FEATURED = {
    "craving": "article:craving-right-now",
    "families": "article:helping-someone-through-withdrawal",
    "naloxone": "treatment:naloxone",
    "pregnant": "article:pregnant-or-breastfeeding",
    "tonight": "article:help-tonight-without-insurance",
}


def featured(content: ContentSnapshot) -> dict[str, str]:
    """Return each page's path by key, "" if it is not published in the active language. Cached in the snapshot."""
    paths = dict.fromkeys(FEATURED, "")
    with suppress(DatabaseError):
        found = content.link_targets(FEATURED.values())
        for key, name in FEATURED.items():
            page = found[name]
            if page and page.is_live() and page.language == languages.active():
                paths[key] = page.path
    return paths
