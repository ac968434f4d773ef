"""The environment of the tests, set before Django's settings are read: pytest loads this first (pyproject.toml)."""

import gc
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

from tests import forks, state

#: The part of the run over which files that wait are spread.
SPREAD = 0.75
MEMORY, ENOUGH = Path("/dev/shm"), 4 * 1024**3  # bytes free


def _roomy_memory() -> str | None:
    """Files of tests live in memory where there is room: thousands of small ones wait for no disk."""
    return str(MEMORY) if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= ENOUGH else None


os.umask(0o077)  # as in every process of the site
#: State in a throwaway folder, one for each process that runs tests.
VAR = Path(tempfile.mkdtemp(prefix="detox-tests-", dir=_roomy_memory()))
#: What the processes of one run have in common; it goes with the first of them.
SHARED = Path(os.environ.setdefault("TESTS_SHARED", str(VAR / "shared")))
SHARED.mkdir(exist_ok=True)
forks.keep_templates(str(SHARED))
#: Bytecode is kept, whatever the outer environment says: each worker and some 200 processes would compile all modules.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
if folder := _roomy_memory():
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", folder)
#: All settings are in it; those of the outer environment must not reach the tests.
EXAMPLE = Path(__file__).parents[1] / "deploy" / "detox.env.example"
OURS = re.findall(r"^#?([A-Z][A-Z0-9_]+)=", EXAMPLE.read_text(), re.MULTILINE)
for name in OURS:
    os.environ.pop(name, None)
os.environ |= state.environment(VAR)
state.make_secrets(VAR)
# Playwright runs an event loop in this thread; the ORM must not take that for an asynchronous view.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def pytest_configure(config) -> None:
    config.addinivalue_line("markers", "sqlite_only(reason): about SQLite or a folder of files itself")
    config.addinivalue_line("markers", "any_backend: words, pixels or sockets, the same on every database and store")
    config.addinivalue_line("markers", "servers_only: needs PostgreSQL and an S3 store (tests.backends)")


def pytest_collection_modifyitems(config, items: list) -> None:
    """What is about the other back end is no test of this one; what is the same on both runs on SQLite alone."""
    others = ["sqlite_only", "any_backend"] if state.SERVERS else ["servers_only"]
    left_out = [item for item in items if any(map(item.get_closest_marker, others))]
    items[:] = [item for item in items if not any(map(item.get_closest_marker, others))]
    config.hook.pytest_deselected(items=left_out)
    items[:] = _mixed(items)


def pytest_collection_finish() -> None:
    """What is loaded by now stays to the end: garbage collection need not look at it, and rarely at what tests make."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config) -> object:
    """Run all on one large piece of stack. Python before 3.13.13 maps 16 KB of it at a time and unmaps them with the
    last call in them: a loop at such an edge asks the kernel at each call (python/cpython#142183), and a fifth of the
    processor's time went there."""
    others = config.pluginmanager.subset_hook_caller("pytest_cmdline_main", [sys.modules[__name__]])
    return _on_a_large_stack(others, config=config)


def _on_a_large_stack(function, **arguments) -> object:
    return function(**arguments)


# A frame so large that the piece mapped for it has room for all others: 512 KB.
_on_a_large_stack.__code__ = _on_a_large_stack.__code__.replace(co_stacksize=32_000)


def _mixed(items: list) -> list:
    """Files with served sites wait much, files with browsers compute much, both count little: they are spread evenly
    over those that only roll back a database in memory, so that no processor idles while every process waits. The last
    of all files are short, so that all processes end together."""
    files: dict[Path, list] = {}
    for item in items:
        files.setdefault(item.path, []).append(item)
    short = [tests for tests in files.values() if sum(map(_rolls_back, tests)) > len(tests) / 2]
    served = [path for path, tests in files.items() if tests not in short and path.parent.name != "browser"]
    browser = [path for path, tests in files.items() if tests not in short and path.parent.name == "browser"]
    order = sorted((path for path in files if files[path] in short), key=lambda path: -len(files[path]))
    served.sort(key=lambda path: path.name, reverse=True)  # those of one folder wait alike
    waiting = _spread(browser, served)
    order = _spread(waiting, order[: round(len(order) * SPREAD)]) + order[round(len(order) * SPREAD) :]
    return [test for path in order for test in files[path]]


def _spread(some: list, others: list) -> list:
    """Put some evenly among others."""
    places = [((number + 0.5) / len(part), item) for part in (some, others) for number, item in enumerate(part)]
    return [item for _place, item in sorted(places, key=lambda place: place[0])]


def _rolls_back(item) -> bool:
    uses = "db" in item.fixturenames or item.get_closest_marker("django_db")
    return bool(uses) and not commits(item)


def commits(item) -> bool:
    """Whether a test ends its transactions, so that what it wrote is in the database afterward."""
    mark = item.get_closest_marker("django_db")
    return "transactional_db" in item.fixturenames or bool(mark and mark.kwargs.get("transaction"))


def pytest_unconfigure() -> None:
    shutil.rmtree(VAR, ignore_errors=True)
