"""The addresses of pages, and redirects from their old ones."""

from functools import lru_cache

from django.db import DatabaseError, transaction
from django.urls import reverse

from editorial.models import OldAddress
from editorial.values import languages


def address_of(name: str, *args: str) -> str:
    """Return the path of a view in the active language, cached, as a page has dozens. Raises NoReverseMatch."""
    return _address(languages.active(), name, args)


@lru_cache(maxsize=4096)
def _address(language: str, name: str, args: tuple[str, ...]) -> str:
    return reverse(name, args=args)


def add_redirect(old: str, new: str) -> None:
    """Redirect a page's old path to its new one. Call it once, in the transaction that changes the slug.

    Chains collapse: redirects to the old path now lead to the new one, and a path in use again has no redirect. An
    address with a fragment is skipped.
    """
    if old == new or "#" in old or "#" in new:
        return
    with transaction.atomic():
        OldAddress.objects.filter(path=new).delete()
        OldAddress.objects.filter(leads_to=old).update(leads_to=new)
        OldAddress.objects.update_or_create(path=old, defaults={"leads_to": new})


def redirect_target(path: str) -> str | None:
    """Return the path that an old one redirects to, or None, also if the database is down."""
    try:
        return OldAddress.objects.filter(path=path).values_list("leads_to", flat=True).first()
    except DatabaseError:
        return None
