"""Scan a file with clamd as it arrives. A failure counts as "not scanned" and raises nothing, to keep the file."""

import enum
import logging
import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings

from limits.pause import Pause

log = logging.getLogger(__name__)

PIECE_BYTES = 64 * 1024
_MAX_RESPONSE = 1024
_FOUND = re.compile(rb"stream: ([^\x00-\x1f\x7f]+) FOUND\0")
#: Nothing found, but the scan is incomplete (AlertExceedsMax in clamd.conf).
_GAVE_UP = b"Heuristics.Limits.Exceeded"


class Verdict(enum.Enum):
    CLEAN = "clean"
    INFECTED = "infected"
    #: The scanner was down, slow, or gave an unknown response.
    NOT_SCANNED = "not scanned"
    #: No scanner is configured.
    NO_SCANNER = "no scanner"


@dataclass(frozen=True)
class Timeouts:
    """Seconds for one file: to connect, to send it, and to respond."""

    connect: float
    send: float
    response: float


INTERACTIVE = Timeouts(connect=2, send=10, response=30)
BACKGROUND = Timeouts(connect=2, send=60, response=180)  # clamd itself gives up after 120

#: During which this process skips the scanner, after a person had to wait for a timeout.
pause = Pause(seconds=60)


class Scan:
    """The scan of one file: `write` each piece, then `finish`; or `close` to abandon it."""

    def __init__(self, *, background: bool = False) -> None:
        """Connect. Timeouts are short unless in the `background`, as a person is waiting."""
        self._background = background
        self._timeouts = BACKGROUND if background else INTERACTIVE
        self._seconds_to_send = self._timeouts.send
        self._socket: socket.socket | None = None
        if settings.CLAMD and (background or not pause.is_on):
            with self._ending_on_failure():
                self._socket = _connect(settings.CLAMD, self._timeouts.connect)
                self._send(b"zINSTREAM\0")

    def write(self, data: bytes) -> None:
        with self._ending_on_failure():
            for start in range(0, len(data), PIECE_BYTES):
                piece = data[start : start + PIECE_BYTES]
                self._send(len(piece).to_bytes(4, "big") + piece)

    def finish(self) -> Verdict:
        if not settings.CLAMD:
            return Verdict.NO_SCANNER
        response = b""
        with self._ending_on_failure():
            self._send(bytes(4))
            response = self._read_response()
        self.close()
        return _verdict(response)

    def close(self) -> None:
        """Close the connection; without `finish` clamd discards the file."""
        if self._socket:
            self._socket.close()
            self._socket = None

    def _send(self, data: bytes) -> None:
        if not self._socket:
            return
        started = time.monotonic()
        self._socket.settimeout(max(self._seconds_to_send, 0.001))  # with 0 it would not wait at all
        try:
            self._socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError) as error:
            # It rejects a file beyond its limit with a message, then closes the connection.
            raise OSError(_printable(self._read_response()) or "It hung up.") from error
        finally:
            self._seconds_to_send -= time.monotonic() - started

    def _read_response(self) -> bytes:
        """Read a response up to its zero byte or the end of the stream."""
        response = b""
        deadline = time.monotonic() + self._timeouts.response
        while self._socket and not response.endswith(b"\0") and len(response) < _MAX_RESPONSE:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError("It did not respond in time.")
            self._socket.settimeout(left)
            part = self._socket.recv(_MAX_RESPONSE)
            if not part:
                break
            response += part
        return response

    @contextmanager
    def _ending_on_failure(self) -> Iterator[None]:
        """Log why a step failed, and end the scan."""
        try:
            yield
        except (OSError, ValueError) as error:  # ValueError: an impossible host name
            log.warning("clamd did not scan a file: %s", error)
            if isinstance(error, TimeoutError) and not self._background:
                pause.begin()
            self.close()


def responds() -> bool:
    """Return whether a scanner is configured and running."""
    if not settings.CLAMD:
        return False
    try:
        with _connect(settings.CLAMD, BACKGROUND.connect) as connection:
            connection.sendall(b"zPING\0")
            return connection.recv(_MAX_RESPONSE) == b"PONG\0"
    except (OSError, ValueError):
        return False


def _connect(address: str | tuple[str, int], timeout: float) -> socket.socket:
    """Connect to a Unix socket, or to a host and port."""
    if isinstance(address, tuple):
        return socket.create_connection(address, timeout)
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.settimeout(timeout)
        connection.connect(address)
    except BaseException:
        connection.close()
        raise
    return connection


def _verdict(response: bytes) -> Verdict:
    """Parse a response: only two count, each as a whole; otherwise the file was not scanned."""
    if response == b"stream: OK\0":
        return Verdict.CLEAN
    found = _FOUND.fullmatch(response)
    if found and not found[1].startswith(_GAVE_UP):
        log.warning("clamd found %s in a file.", _printable(found[1]))
        return Verdict.INFECTED
    if response:
        log.warning("clamd did not scan a file: %s", _printable(response))
    return Verdict.NOT_SCANNED


def _printable(response: bytes) -> str:
    return re.sub(r"[^ -~]", "", response.decode("ascii", "replace"))[:200].strip()
