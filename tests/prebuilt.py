"""State that tests start from: a migrated database, the starter guide in it, and what `prepare` makes of that.

Each is built once by the real command; copies have their secrets in common. On SQLite the databases are kept in
var/tests for the next run, in a folder named after the content of all code that could have a part in them.
"""

import atexit
import contextlib
import fcntl
import functools
import hashlib
import os
import pickle
import shutil
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests import forks, state

ROOT = forks.ROOT
OURS = {"SITE_URL", "DEBUG", "ALLOWED_HOSTS", "DJANGO_ALLOW_ASYNC_UNSAFE"}
KEPT = ROOT / "var" / "tests"
#: What has no part in a database. Every other folder has, also a new one.
WITHOUT_EFFECT = {"bench", "deploy", "docs", "tests", "var"}
DAY = 24 * 60 * 60


def clean_environment() -> dict[str, str]:
    """The environment without what must not reach a process of the site."""
    return {name: value for name, value in os.environ.items() if name not in OURS}


@functools.cache
def migrated() -> Path:
    """An empty database."""
    return _built(_kept() / "migrated", None, "migrate", "--verbosity=0")


@functools.cache
def guide() -> Path:
    """A database with the starter guide."""
    return _built(_kept() / "guide", migrated(), "load_starter")


@functools.cache
def prepared() -> Path:
    """State as `prepare` leaves it, new in each run."""
    return _built(_of_this_run() / "prepared", _with_static_files(), "prepare")


def _with_static_files() -> Path:
    """The guide, and all static files, whose compression takes seconds."""
    return _built(_kept() / "static", guide(), "shell", "-c", COLLECT)


COLLECT = "from operations.management.commands import prepare; prepare.collect_static_if_changed()"


def _built(folder: Path, like: Path | None, *command: str) -> Path:
    """What manage.py makes of a copy of `like`, in `folder`; the first process that needs it runs the command."""
    os.umask(0o077)  # as in every process of the site: a measurement in bench/ may build what tests copy later
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = folder.with_suffix(".done")
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            env = clean_environment() | state.make(folder, like)
            forks.manage(env, *command)
            done.touch()
    return folder


def once(name: str, make: Callable[[], object]) -> Any:
    """What `make` gives; only the first process of this run that asks for `name` calls it."""
    place = _of_this_run() / name
    with place.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.exists():
            place.write_bytes(pickle.dumps(make()))
    return pickle.loads(place.read_bytes())


@functools.cache
def _of_this_run() -> Path:
    if "TESTS_SHARED" in os.environ:
        return Path(os.environ["TESTS_SHARED"])
    folder = tempfile.mkdtemp(prefix="detox-prepared-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


@functools.cache
def _kept() -> Path:
    if state.SERVERS:  # the databases go with the server, at the end of the run
        return _of_this_run()
    today = int(time.time() // DAY)  # rows carry the time at which they were written
    digest = hashlib.sha256(f"{sys.version} {today}".encode())
    digest.update(repr(sorted(os.listdir(sysconfig.get_path("purelib")))).encode())  # packages, with their versions
    for path in sorted(_files_with_effect()):
        digest.update(f"{path.relative_to(ROOT)}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    for old in KEPT.glob("*"):
        with contextlib.suppress(FileNotFoundError):  # another process of this run was quicker
            if time.time() - old.stat().st_mtime > DAY:
                shutil.rmtree(old, ignore_errors=True)
    return KEPT / digest.hexdigest()[:16]


def _files_with_effect() -> list[Path]:
    folders = [path for path in ROOT.iterdir() if path.name not in WITHOUT_EFFECT and not path.name.startswith(".")]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return [path for path in files if "__pycache__" not in path.parts]
