"""Shows a file to clamd, ClamAV's daemon, while it passes. Whatever becomes of clamd, the file goes on.

Each failure of the scanner, a late answer included, reads as "not scanned"; nothing here raises to whoever sends.
"""

import enum
import logging
import re
import socket
import time
from dataclasses import dataclass

from django.conf import settings

log = logging.getLogger(__name__)

PIECE_BYTES = 64 * 1024
_ANSWER_BYTES = 1024
_FOUND = re.compile(rb"stream: ([^\x00-\x1f\x7f]+) FOUND\0")
#: Found nothing, but gave up on the way (AlertExceedsMax in clamd.conf).
_GAVE_UP = b"Heuristics.Limits.Exceeded"


class Verdict(enum.Enum):
    CLEAN = "clean"
    INFECTED = "infected"
    #: The scanner was away, slow, or gave an answer other than these two.
    NOT_SCANNED = "not scanned"
    #: There is no scanner in the settings.
    NO_SCANNER = "no scanner"


@dataclass(frozen=True)
class Patience:
    """Seconds that one file may wait for clamd: to connect, for all sending together, and for the answer."""

    connecting: float
    sending: float
    answer: float


WHILE_SOMEBODY_WAITS = Patience(connecting=2, sending=10, answer=30)
IN_THE_BACKGROUND = Patience(connecting=2, sending=60, answer=180)  # clamd itself gives up after 120

#: A scanner that kept somebody waiting in vain is not asked again for so long by this process, in seconds.
REST = 60
_rests_until = 0.0


class Scan:
    """One file on its way to clamd: `write` each piece, then `finish`; `close` where the file is given up."""

    def __init__(self, patience: Patience | None = None) -> None:
        """Without `patience` somebody waits for the page."""
        self._somebody_waits = patience is None
        self._patience = patience or WHILE_SOMEBODY_WAITS
        self._sending_left = self._patience.sending
        self._socket: socket.socket | None = None
        if settings.CLAMD and not self._rests():
            self._try(self._begin)

    def write(self, data: bytes) -> None:
        for start in range(0, len(data), PIECE_BYTES):
            if self._socket:
                piece = data[start : start + PIECE_BYTES]
                self._try(self._send, len(piece).to_bytes(4, "big") + piece)

    def finish(self) -> Verdict:
        """What clamd says, once it has the whole file."""
        if not settings.CLAMD:
            return Verdict.NO_SCANNER
        if self._socket:
            self._try(self._send, bytes(4))
        if not self._socket:
            return Verdict.NOT_SCANNED
        verdict = _verdict(self._try(self._read_answer) or b"")
        self.close()
        return verdict

    def close(self) -> None:
        """Without `finish` clamd drops what it has."""
        if self._socket:
            self._socket.close()
            self._socket = None

    def _begin(self) -> None:
        self._socket = _connect(self._patience.connecting)
        self._send(b"zINSTREAM\0")

    def _send(self, data: bytes) -> None:
        if self._sending_left <= 0:
            raise TimeoutError("It took the file too slowly.")
        began = time.monotonic()
        self._socket.settimeout(self._sending_left)
        try:
            self._socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError) as error:
            # It hangs up on a file beyond its own limit, and says so first. It cannot have scanned the file.
            raise OSError(_printable(self._read_answer()) or "It hung up.") from error
        finally:
            self._sending_left -= time.monotonic() - began

    def _read_answer(self) -> bytes:
        """Everything up to the zero byte that ends an answer, or less where the connection ends."""
        answer = b""
        end = time.monotonic() + self._patience.answer
        while not answer.endswith(b"\0") and len(answer) < _ANSWER_BYTES:
            left = end - time.monotonic()
            if left <= 0:
                raise TimeoutError("It did not answer in time.")
            self._socket.settimeout(left)
            part = self._socket.recv(_ANSWER_BYTES)
            if not part:
                break
            answer += part
        return answer

    def _try(self, step, *arguments):
        """Takes a step; where it fails the scan is over, and the log says why, with nothing of the file."""
        try:
            return step(*arguments)
        except (OSError, ValueError) as error:  # ValueError: a host name that cannot be one
            log.warning("clamd did not scan a file: %s", error)
            if isinstance(error, TimeoutError) and self._somebody_waits:
                _rest()
            self.close()
            return None

    def _rests(self) -> bool:
        return self._somebody_waits and time.monotonic() < _rests_until


def answers() -> bool:
    """There is a scanner, and it is there."""
    if not settings.CLAMD:
        return False
    try:
        with _connect(IN_THE_BACKGROUND.connecting) as connection:
            connection.sendall(b"zPING\0")
            return connection.recv(_ANSWER_BYTES) == b"PONG\0"
    except (OSError, ValueError):
        return False


def _connect(timeout: float) -> socket.socket:
    """settings.CLAMD is the path of a socket, or a host and a port."""
    if not isinstance(settings.CLAMD, str):
        return socket.create_connection(settings.CLAMD, timeout)
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.settimeout(timeout)
        connection.connect(settings.CLAMD)
    except BaseException:
        connection.close()
        raise
    return connection


def _verdict(answer: bytes) -> Verdict:
    """Two answers count, each whole and alone; all others mean that the file was not scanned."""
    if answer == b"stream: OK\0":
        return Verdict.CLEAN
    found = _FOUND.fullmatch(answer)
    if found and not found[1].startswith(_GAVE_UP):
        log.warning("clamd found %s in a file.", _printable(found[1]))
        return Verdict.INFECTED
    if answer:
        log.warning("clamd did not scan a file: %s", _printable(answer))
    return Verdict.NOT_SCANNED


def _printable(answer: bytes) -> str:
    return re.sub(r"[^ -~]", "", answer.decode("ascii", "replace"))[:200].strip()


def _rest() -> None:
    global _rests_until
    _rests_until = time.monotonic() + REST
