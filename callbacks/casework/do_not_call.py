"""Barred numbers, which staff must not call: someone who shares the phone said so, or it is a stranger's.

A form with such a number is accepted as usual, since a refusal would reveal that the number is known here. Staff do not
see the number until a lead has read the request and lifted the entry.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils import timezone

from callbacks.models import CallbackRequest, DoNotCall
from callbacks.values.details import Details
from vault import keyring
from vault.keyring import VaultError


def entry(phone: str) -> DoNotCall | None:
    """Return the number's entry, whatever key it was indexed under."""
    if not phone:
        return None
    return _in_force().select_related("who").filter(phone_index__in=_indexes(phone)).first()


def without_barred(details: Details) -> tuple[Details, list[DoNotCall]]:
    """Return the details without barred numbers, and the entries that bar them."""
    first, second = entry(details.phone), entry(details.second_phone)
    if first:
        details = replace(details, phone="", phone_remark="")
    if second:
        details = replace(details, second_phone="", second_phone_remark="")
    return details, [found for found in (first, second) if found]


def barred_among() -> Callable[[str], bool]:
    """Return a function that tells whether a number is barred, for many numbers. One query."""
    barred = set(_in_force().values_list("phone_index", flat=True))
    return lambda phone: not barred.isdisjoint(_indexes(phone))


def add(phone: str, who: User) -> None:
    """Bar a number, unless it is empty or barred already."""
    if not phone:
        return
    values = {"who": who, "username": who.get_username()}
    DoNotCall.objects.get_or_create(phone_index=keyring.index(phone), lifted_at=None, defaults=values)


def carry_over(details: Details) -> None:
    """Copy entries of the line, or under older keys: the queue compares hashes as they are stored."""
    for phone in details.phones:
        index = keyring.index(phone)
        others = [each for each in _indexes(phone) if each != index]
        if found := _in_force().filter(phone_index__in=others).first():
            values = {"who": found.who, "username": found.username, "at": found.at}
            DoNotCall.objects.get_or_create(phone_index=index, lifted_at=None, defaults=values)


def lift(phone: str, who: User) -> None:
    found = _in_force().filter(phone_index__in=_indexes(phone))
    found.update(lifted_at=timezone.now(), lifted_by=who.get_username())


def census() -> Counter[int]:
    return Counter(map(keyring.leading_number, _in_force().values_list("phone_index", flat=True)))


def rewrap_all() -> int:
    """Move entries whose number is in a stored request to the current key; return how many.

    The others are known only as hashes, and stay under their old key.
    """
    old = _in_force().exclude(phone_index__startswith=f"{keyring.current_number()}:")
    moved, left = 0, set(old.values_list("phone_index", flat=True))
    if not left:
        return 0
    for request in CallbackRequest.objects.exclude(wrapped_key=b"").only("wrapped_key", "sealed").iterator():
        try:
            details = request.open_details()
        except VaultError:
            continue  # counted by the rotation of requests
        if found := left.intersection(keyring.indexes(*details.phones)):
            carry_over(details)
            moved += old.filter(phone_index__in=found).delete()[0]
            left -= found
    return moved


def _indexes(phone: str) -> list[str]:
    """Return the indexes of a number with and without its extension: a barred line is barred with all of them."""
    return keyring.indexes(*{phone, phone.partition(";")[0]})


def _in_force() -> QuerySet[DoNotCall]:
    return DoNotCall.objects.filter(lifted_at=None)
