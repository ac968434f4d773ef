"""How many requests one address may send. Nobody is locked out by others: past the limit, sending takes a wait."""

import datetime
import logging
from dataclasses import dataclass

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest

from callbacks import services, tokens
from callbacks.forms import CallbackForm
from callbacks.models import CallbackRequest
from limits import counters

log = logging.getLogger(__name__)

ADDRESS_WINDOW = datetime.timedelta(minutes=10)
#: The same phone or email from the same address, within the hour: this part of the address's limit, five by default.
CONTACT_SHARE, CONTACT_WINDOW = 4, datetime.timedelta(hours=1)
FILES_LIMIT, FILES_WINDOW = 20, datetime.timedelta(hours=1)
#: For each request that an address may send in ten minutes, so many posts with files within the hour.
FILES_FOR_EACH = 3

WAIT = (
    f"Many requests came from your internet address just now, perhaps from others who share it. Wait "
    f"{tokens.WAIT_SECONDS} seconds, then send again. What you typed is still here."
)
ENOUGH = "We already have several requests from you, and we will call. If you cannot wait, call us now."


@dataclass(frozen=True)
class Admission:
    """Whether a form is taken now. `problem` is what the person reads if not; `suspicion` goes with it if so."""

    problem: str = ""
    suspicion: str = ""
    retry_after: int = 0  # seconds
    takes_a_wait: bool = False  # it will be taken once that time is over, whatever others send meanwhile


def admit(request: HttpRequest, form: CallbackForm) -> Admission:
    """Counts a valid form. One that was stored before (a double tap, a correction) is always taken."""
    try:
        if services.is_known(form.nonce):
            return Admission()
        return _admit(counters.client_address(request), form)
    except DatabaseError:  # then storing will fail too, and says so; a limit must not cost a call
        log.warning("The limit on requests could not be read.", exc_info=True)
        return Admission(suspicion=form.suspicion)


def may_add_files(callback: CallbackRequest) -> bool:
    """So many tries an hour for one request: its link must not fill the disk."""
    return bool(counters.hit("callbacks.files", callback.pk.hex, limit=FILES_LIMIT, window=FILES_WINDOW))


def may_send_files(request: HttpRequest) -> bool:
    """An address that sends very many files is asked to add them later, so that nobody fills the disk at one go."""
    limit = FILES_FOR_EACH * settings.CONTACT_LIMIT
    return bool(
        counters.hit("callbacks.files_from", counters.client_address(request), limit=limit, window=FILES_WINDOW)
    )


def _admit(address: str, form: CallbackForm) -> Admission:
    data = form.cleaned_data
    whom = f"{address}|{data['phone'] or data['email']}"
    limit = max(1, settings.CONTACT_LIMIT // CONTACT_SHARE)
    if not (again := counters.hit("callbacks.contact", whom, limit=limit, window=CONTACT_WINDOW)):
        return Admission(problem=ENOUGH, retry_after=round(again.retry_after.total_seconds()))
    if counters.hit("callbacks.address", address, limit=settings.CONTACT_LIMIT, window=ADDRESS_WINDOW):
        return Admission(suspicion=form.suspicion)
    if form.has_waited:
        return Admission(suspicion=form.suspicion or CallbackRequest.Suspicion.BUSY_ADDRESS)
    return Admission(problem=WAIT, retry_after=tokens.WAIT_SECONDS, takes_a_wait=True)
