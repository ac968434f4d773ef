"""Slow probes, of the store, the scanner and the certificate, run by the worker and shown on System status."""

import datetime
import socket
import ssl
from collections.abc import Callable
from urllib.parse import urlsplit

from cryptography import x509
from django.conf import settings
from django.utils import timezone

from callbacks.files import clamd
from operations.backups.manifest import BackupError
from operations.models import ProbeResult
from vault import sealed_files

#: To connect to the site's own address, and again for the handshake.
TLS_TIMEOUT_SECONDS = 5
CERTIFICATE_INTERVAL = datetime.timedelta(hours=1)


def run_all() -> None:
    _save("store", _store_problem())
    if settings.CLAMD:
        _save("scanner", "" if clamd.responds() else "The malware scanner does not respond.")
    else:  # ScannerDown would go on for a scanner that was given up
        ProbeResult.objects.filter(name="scanner").delete()
    recent = ProbeResult.objects.filter(problem="", at__gt=timezone.now() - CERTIFICATE_INTERVAL)
    if settings.HTTPS and not recent.filter(name="certificate").exists():
        probe_certificate()


def record(name: str, run: Callable[[], str]) -> str:
    """Run a backup or a drill and save its result, a sentence, or its problem. Raises BackupError if it failed."""
    summary = problem = ""
    try:
        summary = run()
    except (BackupError, OSError) as error:
        problem = str(error)
    _save(name, problem, summary=summary)
    if problem:
        raise BackupError(problem)
    return summary


def probe_certificate() -> None:
    """Get the site's certificate, as a browser would."""
    address = urlsplit(settings.SITE_URL)
    host = address.hostname or ""
    try:
        with socket.create_connection((host, address.port or 443), TLS_TIMEOUT_SECONDS) as plain:
            plain.settimeout(TLS_TIMEOUT_SECONDS)
            with ssl.create_default_context().wrap_socket(plain, server_hostname=host) as connection:
                certificate = x509.load_der_x509_certificate(connection.getpeercert(binary_form=True) or b"")
    except OSError as error:
        reason = getattr(error, "verify_message", "") or error.strerror or type(error).__name__
        _save("certificate", f"{settings.SITE_URL} presents no certificate that browsers trust: {reason}.")
    else:
        _save("certificate", "", good_until=certificate.not_valid_after_utc)


def _store_problem() -> str:
    name = sealed_files.new_name()
    try:
        file = sealed_files.create(name)
        file.write(b"probe")
        sealed_files.close_durably(file)
    except Exception as error:  # each storage raises its own
        return f"No file can be saved ({getattr(error, 'strerror', None) or type(error).__name__})."
    return "" if sealed_files.discard(name) else "Files can be saved but not deleted."


def _save(name: str, problem: str, **more: object) -> None:
    ProbeResult.objects.update_or_create(name=name, defaults={"at": timezone.now(), "problem": problem} | more)
