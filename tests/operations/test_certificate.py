"""The worker's probe of the site's own certificate, by a real handshake, and what System status says of it."""

import contextlib
import datetime
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.utils import timezone

from operations import probes, readiness
from operations.models import ProbeResult
from tests.served import free_port

DAY = datetime.timedelta(days=1)


def certificate(folder: Path, days: int) -> Path:
    """Make one file with a key and a self-signed certificate for `localhost` that expires in `days`."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = timezone.now()
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - 90 * DAY)
        .not_valid_after(now + days * DAY)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{days}.pem"
    kind = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path.write_bytes(key.private_bytes(*kind) + signed.public_bytes(serialization.Encoding.PEM))
    return path


@contextlib.contextmanager
def served(path: Path) -> Iterator[int]:
    """Give the port of a server that completes one handshake."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:

        def answer() -> None:
            connection, _ = listener.accept()
            with contextlib.suppress(OSError), context.wrap_socket(connection, server_side=True) as secured:
                secured.recv(1)

        thread = threading.Thread(target=answer)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(timeout=10)


@pytest.fixture
def probe(db, clock, settings, monkeypatch, tmp_path) -> Callable[[int, str], readiness.Finding]:
    """What System status says of a certificate with `days` left, which browsers trust if `trusted`."""

    def probe(days: int, trusted: bool = True) -> readiness.Finding:
        path = certificate(tmp_path, days)
        if trusted:
            monkeypatch.setenv("SSL_CERT_FILE", str(path))
        with served(path) as port:
            return probe_at(settings, port)

    return probe


def probe_at(settings, port: int) -> readiness.Finding:
    settings.HTTPS, settings.SITE_URL = True, f"https://localhost:{port}"
    probes.probe_certificate()
    at = timezone.now()
    return readiness.certificate(at, {each.name: each for each in ProbeResult.objects.all()})


def test_certificate_with_months_left_is_ok(probe):
    found = probe(60)
    assert found.state == "ok" and f"{timezone.now() + 60 * DAY:%Y-%m-%d}" in found.text


def test_certificate_with_a_few_days_left_is_a_problem(probe):
    found = probe(5)
    assert found.state == "problem" and f"It expires on {timezone.now() + 5 * DAY:%Y-%m-%d}" in found.text


@pytest.mark.parametrize(("second", "state"), [(0, "ok"), (-1, "problem")])
def test_certificate_is_a_problem_from_less_than_14_days_before_its_end(settings, second, state):
    settings.HTTPS, at = True, timezone.now()
    end = at + 14 * DAY + datetime.timedelta(seconds=second)
    assert readiness.certificate(at, {"certificate": ProbeResult(at=at, good_until=end)}).state == state


def test_certificate_that_has_expired_is_a_problem(probe):
    found = probe(-1)
    assert found.state == "problem" and "certificate has expired" in found.text


def test_certificate_that_no_browser_trusts_is_a_problem(probe):
    found = probe(60, trusted=False)
    assert found.state == "problem" and "self-signed certificate" in found.text


def test_address_without_a_listener_is_a_problem(db, settings):
    found = probe_at(settings, free_port())
    assert found.state == "problem" and "Connection refused" in found.text


def test_address_that_accepts_but_never_answers_times_out(db, settings, monkeypatch):
    monkeypatch.setattr(probes, "TLS_TIMEOUT_SECONDS", 0.2)
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        found = probe_at(settings, silent.getsockname()[1])
    assert found.state == "problem" and "presents no certificate" in found.text


def test_certificate_renewed_is_ok_again(probe):
    assert probe(-1).state == "problem"
    assert probe(60).state == "ok"


def test_scanner_that_was_given_up_is_probed_no_more(db, settings):
    for settings.CLAMD in (("127.0.0.1", 1), None):
        probes.run_all()
    assert not ProbeResult.objects.filter(name="scanner").exists()
    assert scanner() == ("note", "No malware scanner is set up.")


def test_scanner_that_responds_is_no_problem(db, settings):
    settings.CLAMD = ("127.0.0.1", 1)
    ProbeResult.objects.create(name="scanner", at=timezone.now())
    assert scanner() == ("ok", "Responding. Files on hold: 0.")


def scanner() -> tuple[str, str]:
    found = next(finding for finding in readiness.findings(timezone.now()) if finding.key == "scanner")
    return found.state, found.text
