"""The clinic's number and the help lines, for every page, error pages included."""

from dataclasses import dataclass
from functools import cached_property

from django.db import DatabaseError

from editorial.models import Clinic, HelpLine

#: Where the database cannot be read (a fresh machine, a fault) readers still get the clinic's number.
FALLBACK_CLINIC = Clinic(name="Clinic helpline", phone="866-512-1908")


@dataclass
class Contacts:
    """Whom a reader can reach. 911 and 988 stand in the templates themselves: no edit can remove them."""

    clinic: Clinic

    @cached_property
    def help_lines(self) -> list[HelpLine]:
        """Read only where a page lists them."""
        try:
            return list(HelpLine.objects.all())
        except DatabaseError:
            return []


def load() -> Contacts:
    """One query; never raises for a database that is down or empty."""
    try:
        return Contacts(Clinic.objects.first() or FALLBACK_CLINIC)
    except DatabaseError:
        return Contacts(FALLBACK_CLINIC)
