"""A real clamd for the tests: found, installed or explained; started on a socket of its own with signatures of its own.

`python -m tests.callbacks.clamd` installs it from the shell and fails where CI=true and there is none.
"""

import os
import shutil
import socket
import tempfile
from pathlib import Path

from tests import debian
from tests.running import Program

HOW = "No clamd was found. Install it (Debian, Ubuntu: sudo apt-get install clamav-daemon) or set CLAMD_PROGRAM."
#: The harmless text that every scanner takes for malware, in two parts so that no scanner takes this file for it.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def find() -> str | None:
    """The path of clamd, or None."""
    for candidate in [os.environ.get("CLAMD_PROGRAM"), shutil.which("clamd"), "/usr/sbin/clamd"]:
        if candidate and os.access(candidate, os.X_OK):
            return candidate
    return None


class Clamd:
    """Can be stopped and started again at the same address. `limit` is its StreamMaxLength."""

    def __init__(self, path: str, limit: str = "40M") -> None:
        self._path = path
        self.folder = Path(tempfile.mkdtemp(prefix="clamd-"))  # a socket's path must be short
        self.socket = self.folder / "clamd.sock"
        self._process: Program | None = None
        signatures = self.folder / "signatures"
        signatures.mkdir()
        (signatures / "tests.ndb").write_text(f"Test.Eicar:0:*:{EICAR.hex()}\n")
        self.spool = self.folder / "tmp"
        self.spool.mkdir()
        (self.folder / "clamd.conf").write_text(
            f"LocalSocket {self.socket}\nDatabaseDirectory {signatures}\nTemporaryDirectory {self.spool}\n"
            f"Foreground yes\nStreamMaxLength {limit}\nMaxFileSize 40M\nMaxScanSize 80M\n"
        )

    def start(self) -> None:
        command = [self._path, "--config-file", str(self.folder / "clamd.conf")]
        self._process = Program(command, self.folder / "log", self._listens)

    def _listens(self) -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(str(self.socket)) == 0

    def stop(self) -> None:
        """At once, as a crash would: it leaves in its spool what it was reading."""
        if self._process:
            self._process.kill()
            self._process = None
        self.socket.unlink(missing_ok=True)
        for left in self.spool.iterdir():
            left.unlink()

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


if __name__ == "__main__":
    if find() is None:
        debian.install("clamav-daemon")
    if find() is None:
        debian.say_missing(HOW, "The tests with a real clamd will be skipped.")
