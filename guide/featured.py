"""The articles and treatments that the menu and the front page lead to by name, each only while readers have it."""

from django.db import DatabaseError
from django.utils import timezone

from editorial.text.snapshot import ContentSnapshot
from editorial.values import languages

#: The name of each page, as links in texts have it, by what templates call it.
FEATURED = {
    "craving": "article:craving-right-now",
    "families": "article:helping-someone-through-withdrawal",
    "naloxone": "treatment:naloxone",
    "pregnant": "article:pregnant-or-breastfeeding",
    "tonight": "article:help-tonight-without-insurance",
}


def featured(content: ContentSnapshot) -> dict[str, str]:
    """Return each one's address, empty where there is no such page in the language of this one.

    No query, but for the first after a change.
    """
    try:
        found, now = content.named(FEATURED.values()), timezone.now()
    except DatabaseError:
        return dict.fromkeys(FEATURED, "")
    return {
        key: page.path if (page := found[name]) and page.is_live(now) and page.language == languages.active() else ""
        for key, name in FEATURED.items()
    }
