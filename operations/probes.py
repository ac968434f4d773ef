"""Looks at what may take seconds to answer, for the worker; pages show what it found."""

import datetime
import socket
import ssl
from urllib.parse import urlsplit

from cryptography import x509
from django.conf import settings
from django.utils import timezone

from callbacks.files import clamd
from operations.models import Look
from vault import sealed_files

#: Seconds that the site's own address gets to connect, and again to shake hands.
PATIENCE = 5
#: How often its certificate is looked at.
CERTIFICATE_EVERY = datetime.timedelta(hours=1)


def look_at_everything() -> None:
    _save("store", _store_problem())
    if settings.CLAMD:
        _save("scanner", "" if clamd.answers() else "The malware scanner does not answer.")
    if settings.HTTPS and _is_old("certificate", CERTIFICATE_EVERY):
        look_at_certificate()


def look_at_certificate() -> None:
    """Asks the site's own address for it, as a reader's browser would, from here."""
    where = urlsplit(settings.SITE_URL)
    try:
        end = end_of_certificate(where.hostname, where.port or 443)
    except OSError as error:
        kind = getattr(error, "verify_message", "") or error.strerror or type(error).__name__
        _save("certificate", f"{settings.SITE_URL} does not answer with a certificate that browsers trust: {kind}.")
    else:
        _save("certificate", "", good_until=end)


def end_of_certificate(host: str, port: int) -> datetime.datetime:
    """Raises OSError where it cannot be had or is not to be trusted."""
    with socket.create_connection((host, port), PATIENCE) as plain:
        plain.settimeout(PATIENCE)
        with ssl.create_default_context().wrap_socket(plain, server_hostname=host) as connection:
            return x509.load_der_x509_certificate(connection.getpeercert(binary_form=True)).not_valid_after_utc


def _store_problem() -> str:
    name = sealed_files.new_name()
    try:
        with sealed_files.create(name) as file:
            file.write(b"Can something be stored?")
    except Exception as error:  # each storage has errors of its own
        return f"The store takes no file ({getattr(error, 'strerror', None) or type(error).__name__})."
    return "" if sealed_files.discard(name) else "The store takes files and deletes none."


def _is_old(name: str, after: datetime.timedelta) -> bool:
    return not Look.objects.filter(name=name, problem="", at__gt=timezone.now() - after).exists()


def _save(name: str, problem: str, **more: object) -> None:
    Look.objects.update_or_create(name=name, defaults={"at": timezone.now(), "problem": problem} | more)
