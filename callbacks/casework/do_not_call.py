"""Numbers that staff must not call: someone who shares the phone said so, or it is a stranger's.

A form with such a number is taken and confirmed like any other, since a refusal would tell a stranger who tries it that
it is known here. Its number is not shown to staff until a lead, who reads the request, lifts the entry.
"""

from collections.abc import Callable
from dataclasses import replace

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from callbacks.models import DoNotCall
from callbacks.values.details import Details
from vault import keyring


def entry(phone: str) -> DoNotCall | None:
    """The entry of this number, whatever key it was indexed under."""
    return DoNotCall.objects.filter(phone_index__in=keyring.indexes(phone), lifted_at=None).first() if phone else None


def without_barred(details: Details) -> tuple[Details, list[DoNotCall]]:
    """These details without the numbers that nobody may call, and the entries that bar them."""
    first, second = entry(details.phone), entry(details.second_phone)
    if first:
        details = replace(details, phone="", phone_remark="")
    if second:
        details = replace(details, second_phone="", second_phone_remark="")
    return details, [found for found in (first, second) if found]


def barred_among() -> Callable[[str], bool]:
    """A test for many numbers. One query."""
    barred = set(DoNotCall.objects.filter(lifted_at=None).values_list("phone_index", flat=True))
    return lambda phone: bool(phone and barred.intersection(keyring.indexes(phone)))


def add(phone: str, who: User) -> None:
    """Do nothing if there is none, or it is there already."""
    if not phone:
        return
    with transaction.atomic():
        index = keyring.index(phone)
        values = {"who": who, "username": who.get_username()}
        DoNotCall.objects.get_or_create(phone_index=index, lifted_at=None, defaults=values)


def lift(phone: str, who: User) -> None:
    found = DoNotCall.objects.filter(phone_index__in=keyring.indexes(phone), lifted_at=None)
    found.update(lifted_at=timezone.now(), lifted_by=who.get_username())
