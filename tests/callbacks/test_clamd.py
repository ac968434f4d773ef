"""What a clamd that misbehaves can do to a file on its way in: hold it, and nothing else."""

import contextlib
import os
import shutil
import socket
import tempfile
import threading
import time
from pathlib import Path

import pytest

from callbacks.files import clamd, rescan
from callbacks.files.clamd import Scan, Timeouts, Verdict
from callbacks.models import Attachment
from tests.callbacks.helpers import PDF, stored, submit

QUICK, PATIENT = (Timeouts(connect=seconds, send=seconds, response=seconds) for seconds in (0.3, 20))
MIB = 1024 * 1024


class Fake:
    """Takes one connection after the other, on a socket of this machine, and does with each what `play` says."""

    def __init__(self, play) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="clamd-"))
        self.connections = 0
        self._play = play
        self._over = threading.Event()
        self._server = socket.socket(socket.AF_UNIX)
        self._server.bind(str(self.folder / "s"))
        self._server.listen()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            connection, _ = self._server.accept()
            with connection:
                if self._over.is_set():
                    return
                self.connections += 1
                with contextlib.suppress(OSError):  # the other side has had enough
                    self._play(connection, self._over)

    def stop(self) -> None:
        self._over.set()
        with socket.socket(socket.AF_UNIX) as last:
            last.connect(str(self.folder / "s"))
        self._thread.join(timeout=10)
        self._server.close()
        shutil.rmtree(self.folder)


@pytest.fixture
def pretend(settings, monkeypatch):
    """Starts a fake clamd; with little patience for one that hangs, and much for one that answers."""
    started = []

    def start(play, patience: Timeouts = PATIENT) -> Fake:
        for name in ("INTERACTIVE", "BACKGROUND"):
            monkeypatch.setattr(clamd, name, patience)
        started.append(Fake(play))
        settings.CLAMD = str(started[-1].folder / "s")
        return started[-1]

    yield start
    for fake in started:
        fake.stop()


def read_file(connection: socket.socket) -> bytes:
    """What came, read as clamd reads it; up to the piece of no length that ends it."""
    reader = connection.makefile("rb")
    assert reader.read(10) == b"zINSTREAM\0"
    content = b""
    while size := int.from_bytes(reader.read(4), "big"):
        content += reader.read(size)
    return content


def answering(answer: bytes):
    def play(connection, over) -> None:
        read_file(connection)
        connection.sendall(answer)

    return play


def scan(content: bytes = PDF) -> Verdict:
    one = Scan()
    one.write(content)
    return one.finish()


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (b"stream: OK\0", Verdict.CLEAN),
        (b"stream: Test.Eicar FOUND\0", Verdict.INFECTED),
        (b"stream: Win.Test.EICAR_HDB-1(44d88612:68) FOUND\0", Verdict.INFECTED),
        (b"stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND\0", Verdict.NOT_SCANNED),
        (b"stream: OK", Verdict.NOT_SCANNED),
        (b"stream: OK\n", Verdict.NOT_SCANNED),
        (b"stream: OK\0stream: Test.Eicar FOUND\0", Verdict.NOT_SCANNED),
        (b"stream:  OK\0", Verdict.NOT_SCANNED),
        (b"Stream: ok\0", Verdict.NOT_SCANNED),
        (b"stream: FOUND\0", Verdict.NOT_SCANNED),
        (b"stream: Test.Eicar FOUND", Verdict.NOT_SCANNED),
        (b"INSTREAM size limit exceeded. ERROR\0", Verdict.NOT_SCANNED),
        (b"stream: Can't allocate memory ERROR\0", Verdict.NOT_SCANNED),
        (b"UNKNOWN COMMAND\0", Verdict.NOT_SCANNED),
        (b"\0", Verdict.NOT_SCANNED),
        (b"", Verdict.NOT_SCANNED),
        (os.urandom(5000), Verdict.NOT_SCANNED),
    ],
)
def test_only_two_answers_count(pretend, answer, verdict):
    pretend(answering(answer))
    assert scan() is verdict


def test_answer_in_pieces_is_read_completely(pretend):
    def play(connection, over) -> None:
        read_file(connection)
        for byte in b"stream: OK\0":
            connection.sendall(bytes([byte]))
            time.sleep(0.005)

    pretend(play)
    assert scan() is Verdict.CLEAN


def test_file_arrives_byte_for_byte_in_pieces_that_clamd_takes(pretend):
    arrived = []

    def play(connection, over) -> None:
        arrived.append(read_file(connection))
        connection.sendall(b"stream: OK\0")

    pretend(play)
    content = os.urandom(3 * clamd.PIECE_BYTES + 5)
    one = Scan()
    for size in (1, 0, 2 * clamd.PIECE_BYTES, len(content)):
        one.write(content[:size])
        content = content[size:]
    assert one.finish() is Verdict.CLEAN
    assert len(arrived[0]) == 3 * clamd.PIECE_BYTES + 5


def test_ok_before_all_was_sent_does_not_make_a_file_clean(pretend):
    def play(connection, over) -> None:
        connection.recv(10)
        connection.sendall(b"stream: OK\0")

    pretend(play)
    assert scan(bytes(5 * MIB)) is Verdict.NOT_SCANNED


@pytest.mark.parametrize("taken", [0, 10, 100_000])
def test_clamd_that_hangs_up_early_is_no_error(pretend, taken):
    pretend(lambda connection, over: connection.recv(taken) if taken else None)
    assert scan(bytes(5 * MIB)) is Verdict.NOT_SCANNED


def silent(connection, over) -> None:
    """Reads nothing and says nothing."""
    over.wait(10)


def never_answers(connection, over) -> None:
    read_file(connection)
    over.wait(10)


def drips(connection, over) -> None:
    """Always one more byte, so that each wait alone is short."""
    read_file(connection)
    while not over.wait(0.05):
        connection.sendall(b"s")


def reads_slowly(connection, over) -> None:
    while not over.wait(0.05):
        connection.recv(20_000)


@pytest.mark.parametrize("play", [silent, never_answers, drips, reads_slowly])
def test_clamd_that_hangs_costs_a_bounded_time_and_the_next_file_none(pretend, play):
    fake = pretend(play, QUICK)
    began = time.monotonic()
    assert scan(bytes(4 * MIB)) is Verdict.NOT_SCANNED
    assert time.monotonic() - began < 8
    assert scan() is Verdict.NOT_SCANNED
    assert fake.connections == 1


def test_clamd_that_hung_is_retried_after_a_pause(pretend, monkeypatch):
    monkeypatch.setattr(clamd.pause, "seconds", 0)
    pretend(never_answers, QUICK)
    assert scan() is Verdict.NOT_SCANNED
    pretend(answering(b"stream: OK\0"))
    assert scan() is Verdict.CLEAN


@pytest.mark.parametrize("address", ["/no/such/socket", ("127.0.0.1", 1), ("no host.invalid", 1), ("x" * 70, 1)])
def test_file_is_not_scanned_if_nothing_listens(settings, monkeypatch, address):
    settings.CLAMD = address
    assert scan() is Verdict.NOT_SCANNED
    assert not clamd.responds()


@pytest.mark.django_db
def test_rescan_stops_at_a_clamd_that_hangs(pretend):
    fake = pretend(silent, QUICK)
    for number in range(5):
        Attachment.objects.filter(request=submit(stored(), nonce=f"nonce {number}")).update(state="held")
    began = time.monotonic()
    assert rescan.rescan_held() == rescan.Counts(held=5, problem=rescan.NO_RESPONSE)
    assert time.monotonic() - began < 8
    assert fake.connections <= 2
