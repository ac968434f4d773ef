"""Where pages are, and the old addresses that still lead to them."""

from functools import lru_cache

from django.db import DatabaseError, transaction
from django.urls import reverse

from editorial.models import OldAddress


@lru_cache(maxsize=4096)
def address_of(name: str, *args: str) -> str:
    """The path of a view: a page has dozens of them. Raises NoReverseMatch for one that there is not."""
    return reverse(name, args=args)


def moved(old: str, new: str) -> None:
    """Remembers that a page went from one path to another. Whoever changes a slug calls this, once, in the same
    transaction.

    Chains collapse: what led to the old path leads to the new one at once, and a page that returns to an earlier
    path leads nowhere else. A place on another page (with #) is no path of its own and is left out.
    """
    if old == new or "#" in old or "#" in new:
        return
    with transaction.atomic():
        OldAddress.objects.filter(path=new).delete()
        OldAddress.objects.filter(leads_to=old).update(leads_to=new)
        OldAddress.objects.update_or_create(path=old, defaults={"leads_to": new})


def now_at(path: str) -> str | None:
    """Where the page that once had this path is now, or None. Never raises for a database that is down."""
    try:
        return OldAddress.objects.filter(path=path).values_list("leads_to", flat=True).first()
    except DatabaseError:
        return None
