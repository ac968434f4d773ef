"""Limit requests from one IP address. Past the limit senders have to wait, so nobody can lock others out."""

import datetime
import logging
from dataclasses import dataclass

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from callbacks.casework import submission
from callbacks.models import CallbackRequest
from callbacks.public import tokens
from callbacks.public.forms import CallbackForm
from limits import counters
from limits.addresses import client_address
from vault.keyring import VaultError

log = logging.getLogger(__name__)

ADDRESS_WINDOW = datetime.timedelta(minutes=10)
#: Requests for one phone or email from one address within an hour: the limit divided by this, five by default.
CONTACT_SHARE, HOUR = 4, datetime.timedelta(hours=1)
FILES_LIMIT = CORRECTIONS_LIMIT = 20
#: Posts with files within an hour, for each request that an address may send in ten minutes.
FILES_FOR_EACH = 3

WAIT = _(
    "Many requests came from your internet address just now, perhaps from others who share it. Wait %(seconds)s "
    "seconds, then send again. What you typed is still here."
)


@dataclass(frozen=True)
class Admission:
    """Whether a form is accepted now. If not, `problem` asks the person to wait; if so, `suspicion` is stored."""

    problem: str = ""
    suspicion: str = ""
    contact: str = ""  # to be counted once the request is stored


def admit(request: HttpRequest, form: CallbackForm) -> Admission:
    """Count a valid form. One that was stored before (a double tap, a correction) is always accepted."""
    address = client_address(request)
    contact = f"{address}|{form.cleaned_data['phone'] or form.cleaned_data['email']}"
    try:
        if submission.is_known(form.nonce, form.details()):
            return Admission()
        # Many people share a shelter's phone or a library's address, so neither count refuses for good.
        is_within = counters.peek("callbacks.contact", contact, limit=_contact_limit(), window=HOUR)
        limit = settings.CONTACT_LIMIT
        is_within &= counters.hit("callbacks.address", address, limit=limit, window=ADDRESS_WINDOW)
        if is_within:
            return Admission(suspicion=form.suspicion, contact=contact)
        if form.has_waited and not submission.was_used(form.nonce):  # one wait, one request
            return Admission(suspicion=form.suspicion or CallbackRequest.Suspicion.BUSY_ADDRESS, contact=contact)
    except (DatabaseError, VaultError):  # storing it will fail too; a limit must not cost a call
        log.warning("The limit on requests could not be read.", exc_info=True)
        return Admission(suspicion=form.suspicion)
    return Admission(problem=WAIT % {"seconds": tokens.WAIT_SECONDS})


def count(admission: Admission) -> None:
    """Count a stored request against its phone or email, for this address only, so that others learn nothing."""
    if admission.contact:
        _is_within("callbacks.contact", admission.contact, _contact_limit())


def may_add_files(callback: CallbackRequest) -> bool:
    """Limit the posts with files for one request per hour, so that a link cannot fill the disk."""
    return _is_within("callbacks.files", callback.pk.hex, FILES_LIMIT)


def may_correct(callback: CallbackRequest) -> bool:
    """Limit the corrections of one request per hour, as each may send mail to staff."""
    return _is_within("callbacks.corrections", callback.pk.hex, CORRECTIONS_LIMIT)


def may_send_files(request: HttpRequest, *, with_request: bool = True) -> bool:
    """Limit posts with files from one address, so that nobody fills the disk; files can be added later.

    Files of stored requests and of invalid forms are counted separately, so that empty forms cannot use up the limit of
    others at a shared address.
    """
    limit = FILES_FOR_EACH * settings.CONTACT_LIMIT
    scope = "callbacks.files_from" if with_request else "callbacks.loose_files_from"
    return _is_within(scope, client_address(request), limit)


def _is_within(scope: str, key: str, limit: int) -> bool:
    try:
        return counters.hit(scope, key, limit=limit, window=HOUR)
    except DatabaseError:  # the request is stored; the response must not fail because of a limit
        log.warning("A limit could not be counted.", exc_info=True)
        return True


def _contact_limit() -> int:
    return max(1, settings.CONTACT_LIMIT // CONTACT_SHARE)
