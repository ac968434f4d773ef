"""The pages that the menu and the front page link to, each only while it is published."""

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
    try:
        found = content.link_targets(FEATURED.values())
    except DatabaseError:
        return dict.fromkeys(FEATURED, "")
    return {
        key: page.path if (page := found[name]) and page.is_live() and page.language == languages.active() else ""
        for key, name in FEATURED.items()
    }
