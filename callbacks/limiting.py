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


@dataclass(frozen=True)
class Admission:
    """Whether a form is taken now. If not, `problem` asks the person to wait; if so, `suspicion` goes with it."""

    problem: str = ""
    suspicion: str = ""


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
    contact = form.cleaned_data["phone"] or form.cleaned_data["email"]
    share = max(1, settings.CONTACT_LIMIT // CONTACT_SHARE)
    # A shelter's phone and a library's address serve many: neither count refuses for good.
    in_time = counters.hit("callbacks.address", address, limit=settings.CONTACT_LIMIT, window=ADDRESS_WINDOW)
    in_time = counters.hit("callbacks.contact", f"{address}|{contact}", limit=share, window=CONTACT_WINDOW) and in_time
    if in_time:
        return Admission(suspicion=form.suspicion)
    if form.has_waited:
        return Admission(suspicion=form.suspicion or CallbackRequest.Suspicion.BUSY_ADDRESS)
    return Admission(problem=WAIT)
