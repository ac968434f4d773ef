"""How many requests one address may send. Nobody is locked out by others: past the limit, sending takes a wait."""

import datetime
import logging
from dataclasses import dataclass

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest

from callbacks.casework import submission
from callbacks.models import CallbackRequest
from callbacks.public import tokens
from callbacks.public.forms import CallbackForm
from limits import counters
from limits.addresses import client_address
from vault.keyring import VaultError

log = logging.getLogger(__name__)

ADDRESS_WINDOW = datetime.timedelta(minutes=10)
#: The same phone or email from the same address, within the hour: this part of the address's limit, five by default.
CONTACT_SHARE, HOUR = 4, datetime.timedelta(hours=1)
FILES_LIMIT = CORRECTIONS_LIMIT = 20
#: For each request that an address may send in ten minutes, so many posts with files within the hour.
FILES_FOR_EACH = 3

WAIT = (
    f"Many requests came from your internet address just now, perhaps from others who share it. Wait "
    f"{tokens.WAIT_SECONDS} seconds, then send again. What you typed is still here."
)


@dataclass(frozen=True)
class Admission:
    """Whether a form is taken now. If not, `problem` asks the person to wait; if so, `suspicion` goes with it."""

    problem: str = ""
    suspicion: str = ""
    whom: str = ""  # counted once it is stored


def admit(request: HttpRequest, form: CallbackForm) -> Admission:
    """Counts a valid form. One that was stored before (a double tap, a correction) is always taken."""
    try:
        if submission.is_known(form.nonce, form.details()):
            return Admission()
        return _admit(client_address(request), form)
    except (DatabaseError, VaultError):  # then storing will fail too, and says so; a limit must not cost a call
        log.warning("The limit on requests could not be read.", exc_info=True)
        return Admission(suspicion=form.suspicion)


def count(admission: Admission) -> None:
    """Counts a request that was stored: nobody else is told that we have it and will call."""
    if not admission.whom:
        return
    try:
        counters.hit("callbacks.contact", admission.whom, limit=_contact_limit(), window=HOUR)
    except DatabaseError:
        log.warning("A request could not be counted.", exc_info=True)


def may_add_files(callback: CallbackRequest) -> bool:
    """So many tries an hour for one request: its link must not fill the disk."""
    return _is_within("callbacks.files", callback.pk.hex, FILES_LIMIT)


def may_correct(callback: CallbackRequest) -> bool:
    """Limits corrections of one request in an hour, as each may send a mail to staff."""
    return _is_within("callbacks.corrections", callback.pk.hex, CORRECTIONS_LIMIT)


def may_send_files(request: HttpRequest, *, with_request: bool = True) -> bool:
    """An address that sends very many files is asked to add them later, so that nobody fills the disk at one go.

    Files that come `with_request` are counted apart from those of forms that are not fit to be kept: nobody at a shared
    address uses up with empty forms what the others may send.
    """
    limit = FILES_FOR_EACH * settings.CONTACT_LIMIT
    scope = "callbacks.files_from" if with_request else "callbacks.loose_files_from"
    return _is_within(scope, client_address(request), limit)


def _is_within(scope: str, key: str, limit: int) -> bool:
    try:
        return bool(counters.hit(scope, key, limit=limit, window=HOUR))
    except DatabaseError:  # a limit that cannot be counted must not cost the answer to a request that is stored
        log.warning("A limit could not be read.", exc_info=True)
        return True


def _admit(address: str, form: CallbackForm) -> Admission:
    whom = f"{address}|{form.cleaned_data['phone'] or form.cleaned_data['email']}"
    # A shelter's phone and a library's address serve many: neither count refuses for good.
    in_time = bool(counters.peek("callbacks.contact", whom, limit=_contact_limit(), window=HOUR))
    in_time &= bool(counters.hit("callbacks.address", address, limit=settings.CONTACT_LIMIT, window=ADDRESS_WINDOW))
    if in_time:
        return Admission(suspicion=form.suspicion, whom=whom)
    if form.has_waited and not submission.was_used(form.nonce):  # one wait, one request
        return Admission(suspicion=form.suspicion or CallbackRequest.Suspicion.BUSY_ADDRESS, whom=whom)
    return Admission(problem=WAIT)


def _contact_limit() -> int:
    return max(1, settings.CONTACT_LIMIT // CONTACT_SHARE)
