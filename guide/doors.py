"""The articles and treatments that the menu and the front page lead to by name, each only while it is published."""

import datetime

from django.db import DatabaseError
from django.db.models import Value
from django.utils import timezone

from articles.models import Article
from editorial.addresses import address_of
from editorial.snapshot import ContentSnapshot
from phases.models import TreatmentOption

#: The URL name and the slug of each, by what templates call it.
DOORS = {
    "craving": ("articles:detail", "craving-right-now"),
    "families": ("articles:detail", "helping-someone-through-withdrawal"),
    "naloxone": ("treatments:detail", "naloxone"),
    "pregnant": ("articles:detail", "pregnant-or-breastfeeding"),
    "tonight": ("articles:detail", "help-tonight-without-insurance"),
}


def doors(content: ContentSnapshot) -> dict[str, str]:
    """Return each one's address, empty where readers have no such page. No query, but for the first after a change."""
    try:
        appears, now = content.keep(_appears), timezone.now()
    except DatabaseError:
        return dict.fromkeys(DOORS, "")
    return {name: address_of(*page) if page in appears and appears[page] <= now else "" for name, page in DOORS.items()}


def _appears() -> dict[tuple[str, str], datetime.datetime]:
    """Return since when readers have each page, or from when they will. One query."""
    articles, treatments = (
        model.objects.filter(status=model.Status.PUBLISHED, slug__in=[slug for _, slug in DOORS.values()])
        .order_by()
        .values_list(Value(view), "slug", "published_at")
        for model, view in ((Article, "articles:detail"), (TreatmentOption, "treatments:detail"))
    )
    return {(view, slug): published_at for view, slug, published_at in articles.union(treatments, all=True)}
