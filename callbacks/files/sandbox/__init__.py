"""Looks at strangers' files in a process of its own, which can open, connect and start nothing: fence.py says how.

`run` starts this folder as a program (__main__.py). Nothing in the folder but this file is imported by the site.
"""

import contextlib
import ctypes
import subprocess
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import IO

PLACE = Path(__file__).parent
MAX_ANSWER = 96 * 1024**2  # bytes; a copy of 4000 x 4000 pixels is at most 64 MB
_PR_SET_DUMPABLE = 4


class Failed(Exception):
    """The process ended without an answer. `too_slow`: it was given up; else a decoder crashed."""

    def __init__(self, code: int, *, too_slow: bool) -> None:
        super().__init__(f"It ended with {code}.")
        self.code = code
        self.too_slow = too_slow


def run(task: str, kind: str, chunks: Iterable[bytes], seconds: float) -> tuple[list[str], bytes]:
    """Hands a file to the process and returns what it found (codes of marks.Mark) and the copy it drew.

    Its environment is empty: the keys may be in ours. Raises Failed, and what reading `chunks` raises.
    """
    if sys.platform == "linux":  # a process of the same user may not look into this one, which has the keys
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    command = [sys.executable, "-IB", str(PLACE), task, kind]
    few = {"MALLOC_ARENA_MAX": "2"}  # address space is limited, and each thread would take some for itself
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    out_of_time = threading.Event()
    with subprocess.Popen(command, env=few, **pipes) as process:  # noqa: S603

        def give_up() -> None:
            out_of_time.set()
            process.kill()

        timer = threading.Timer(seconds, give_up)
        timer.start()
        try:
            with contextlib.suppress(BrokenPipeError):  # it crashed: its exit says so
                for chunk in chunks:
                    process.stdin.write(chunk)
                process.stdin.close()
            answer = _read(process.stdout)
        except BaseException:
            process.kill()
            raise
        finally:
            timer.cancel()
        if len(answer) >= MAX_ANSWER:
            process.kill()
    if process.returncode:
        raise Failed(process.returncode, too_slow=out_of_time.is_set() or process.returncode == -24)  # SIGXCPU
    found, _, copy = answer.partition(b"\n")
    return found.decode("ascii", "replace").split(), copy


def _read(pipe: IO[bytes]) -> bytes:
    """All there is, up to MAX_ANSWER or a little more: a decoder that was taken over could send without an end."""
    parts, size = [], 0
    while size < MAX_ANSWER and (part := pipe.read1(1024**2)):
        parts.append(part)
        size += len(part)
    return b"".join(parts)
