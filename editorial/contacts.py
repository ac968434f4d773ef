"""The clinic's number and the help lines, for every page, error pages included."""

from functools import cached_property

from django.db import DatabaseError

from editorial.models import Clinic, HelpLine
from editorial.snapshot import Standing

#: Where the database could never be read (a fresh machine, a fault at the start) readers still get the clinic's number.
FALLBACK_CLINIC = Clinic(name="Clinic helpline", phone="866-512-1908")


class Contacts:
    """Whom a reader can reach; never raises for a database that is down or empty. 911 and 988 stand in the templates
    themselves: no edit can remove them."""

    def __init__(self, standing: Standing) -> None:
        self._standing = standing

    @cached_property
    def clinic(self) -> Clinic:
        try:
            return self._standing.clinic or FALLBACK_CLINIC
        except DatabaseError:
            return FALLBACK_CLINIC

    @cached_property
    def help_lines(self) -> list[HelpLine]:
        try:
            return self._standing.help_lines
        except DatabaseError:
            return []
