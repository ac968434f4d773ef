"""Decode untrusted files in a process that cannot open files, connect, or start programs (fence.py).

`run` starts this folder as a program (__main__.py). The site imports no other file of this folder.
"""

import contextlib
import ctypes
import logging
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import IO, cast

log = logging.getLogger(__name__)

FOLDER = Path(__file__).parent
MAX_OUTPUT = 96 * 1024**2  # bytes; a copy of 4000 x 4000 pixels is at most 64 MB
_PR_SET_DUMPABLE = 4


class TooSlow(Exception):
    """The process took too long."""


def run(task: str, kind: str, chunks: Iterable[bytes], seconds: float) -> tuple[list[str], bytes]:
    """Pass a file to a new process; return what it found (values of marks.Mark) and the re-encoded copy.

    A file that crashes its decoder counts as unreadable, a PDF as opaque. The environment is empty: ours may hold keys.
    Raises TooSlow, and what reading `chunks` raises.
    """
    if sys.platform == "linux":  # so that processes of the same user cannot read this one's memory, which has the keys
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    command = [sys.executable, "-IB", str(FOLDER), task, kind]
    environment = {"MALLOC_ARENA_MAX": "2"}  # arenas per thread would use up the limited address space
    started = time.monotonic()
    with subprocess.Popen(  # noqa: S603
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        timer = threading.Timer(seconds, process.kill)
        timer.start()
        stdin, stdout = cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout)
        try:
            with contextlib.suppress(BrokenPipeError):  # the exit code shows a crash
                for chunk in chunks:
                    stdin.write(chunk)
                stdin.close()
            parts: list[bytes] = []  # a single read of MAX_OUTPUT would set that much memory aside
            while sum(map(len, parts)) < MAX_OUTPUT and (part := stdout.read(1024**2)):
                parts.append(part)  # a compromised decoder could send without end
        except BaseException:
            process.kill()
            raise
        finally:
            timer.cancel()
        output = b"".join(parts)
        if len(output) >= MAX_OUTPUT:
            process.kill()
    if process.returncode:
        if time.monotonic() - started >= seconds or process.returncode == -signal.SIGXCPU:
            raise TooSlow
        log.error("A file crashed its decoder, which ended with %d.", process.returncode)
        return ["opaque" if kind == "pdf" else "unreadable"], b""
    found, _, copy = output.partition(b"\n")
    return found.decode("ascii", "replace").split(), copy
