"""Runs the tests on PostgreSQL and an S3 store instead of SQLite and files.

`python -m tests.backends [pytest's arguments]` starts a server of each on a free port of this machine, with state in a
throwaway folder, runs pytest against them and stops them. Nothing is synced to disk: no test here is about a power cut.
tests/state.py gives each test and each served site a database and a folder of the store of its own.
"""

import glob
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from tests import debian
from tests.running import Program
from tests.served import free_port, listens

#: The programs that are started, by Debian's package. rclone comes with what tests need from Python.
PACKAGES = {"initdb": "postgresql", "postgres": "postgresql", "rclone": ""}
POSTGRES = "/usr/lib/postgresql/*/bin"
#: Checkpoints and write-ahead log cost only time here. Each test process and each served site has connections.
FAST = ["fsync=off", "full_page_writes=off", "max_connections=400", "shared_buffers=128MB", "autovacuum=off"]
FAST += ["wal_level=minimal", "max_wal_senders=0", "max_wal_size=4GB", "jit=off"]
HOW = "Not found: {}. Install them (Debian, Ubuntu: sudo apt-get install postgresql)."


def find() -> dict[str, str]:
    """The programs by name; those that are not there are left out."""
    places = [*sorted(glob.glob(POSTGRES), reverse=True), os.environ.get("PATH", ""), str(Path(sys.executable).parent)]
    path = os.pathsep.join(places)
    found = {name: shutil.which(name, path=path) for name in PACKAGES}
    return {name: program for name, program in found.items() if program}


def needed() -> dict[str, str]:
    """All of them. Raises SystemExit, which says how to get it, where one is missing."""
    programs = find()
    if missing := PACKAGES.keys() - programs:
        raise SystemExit(HOW.format(", ".join(sorted(missing))))
    return programs


@contextmanager
def servers(programs: dict[str, str]) -> Iterator[dict[str, str]]:
    """Both, up; the environment that leads tests to them."""
    folder = Path(tempfile.mkdtemp(prefix="detox-servers-"))
    folder.chmod(0o711)  # PostgreSQL, as another account, passes through to its own
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        postgres = stack.enter_context(_postgres(programs, folder / "postgres"))
        store, files = stack.enter_context(_store(programs["rclone"], folder / "store"))
        yield {"TEST_SERVERS": json.dumps({"database": postgres, "store": store, "files": str(files)})}


@contextmanager
def _postgres(programs: dict[str, str], folder: Path) -> Iterator[str]:
    """A cluster of its own."""
    port = free_port()
    data, who = cluster(programs, folder, "tests", "--no-sync")
    with postgres(programs, data, port, *FAST, **who):
        yield f"postgres://tests@127.0.0.1:{port}"


def _answers_postgres(port: int) -> bool:
    """Whether it answers, if only that there is no such user."""
    import psycopg

    try:
        psycopg.connect(host="127.0.0.1", port=port, user="nobody", dbname="postgres").close()
    except psycopg.OperationalError as error:
        return "does not exist" in str(error)
    return True


@contextmanager
def _store(program: str, files: Path) -> Iterator[tuple[str, Path]]:
    """rclone speaks the S3 protocol and keeps each object as a file, so that a test can look at what is stored."""
    port = free_port()
    with store(program, files, port, "tests,tests-secret"):
        yield f"http://127.0.0.1:{port}", files


def store(program: str, files: Path, port: int, key: str) -> Program:
    """rclone with one bucket, `detox`, as a folder in `files`. `key`: its two halves, split by a comma."""
    (files / "detox").mkdir(parents=True)
    config = files.with_name("rclone.conf")
    config.touch()
    # Streamed to the backend, an upload that is under way would hold up every other question about its folder. With no
    # time at all to keep folders in mind it may read them for ever.
    flags = ["--disable-multipart-streaming", "--dir-cache-time", "1s"]
    where = ["--config", str(config), "--addr", f"127.0.0.1:{port}", "--auth-key", key]
    command = [program, "serve", "s3", *where, *flags, str(files)]
    return Program(command, files.with_name("rclone.log"), lambda: listens(port), port, cwd=files.parent)


def cluster(programs: dict[str, str], folder: Path, user: str, *options: str) -> tuple[Path, dict]:
    """Makes PostgreSQL's data in `folder`; whom it runs as: it refuses root, and is then the account that Debian's
    package made."""
    folder.mkdir(mode=0o700)
    who = {}
    if os.geteuid() == 0:
        who = {"user": "postgres", "group": "postgres", "extra_groups": []}
        shutil.chown(folder, "postgres", "postgres")
    data = folder / "data"
    made = [programs["initdb"], "-D", data, "-U", user, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", *options]
    subprocess.run(made, check=True, stdout=subprocess.DEVNULL, cwd=folder, **who)
    return data, who


def postgres(programs: dict[str, str], data: Path, port: int, *more: str, **who) -> Program:
    """Stopped at once, even while clients are connected: SIGINT is its fast shutdown."""
    folder = data.parent
    options = [f"port={port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={folder}", *more]
    command = [programs["postgres"], "-D", str(data), *[part for option in options for part in ("-c", option)]]
    ready = partial(_answers_postgres, port)
    return Program(command, folder / "postgres.log", ready, port, signal.SIGINT, cwd=folder, **who)


def main(arguments: list[str]) -> int:
    if packages := {PACKAGES[name] for name in PACKAGES.keys() - find()} - {""}:
        debian.install(*sorted(packages))
    programs = needed()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was started is stopped
    with servers(programs) as environment:
        return subprocess.run([sys.executable, "-m", "pytest", *arguments], env=os.environ | environment).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
