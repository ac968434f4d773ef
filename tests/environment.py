"""The environment of the tests, set before Django's settings are read: pytest loads this first (pyproject.toml)."""

import os
import shutil
import tempfile
from pathlib import Path

MEMORY, ENOUGH = Path("/dev/shm"), 4 * 1024**3  # bytes free


def _roomy_memory() -> str | None:
    """Files of tests live in memory where there is room: thousands of small ones wait for no disk."""
    return str(MEMORY) if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= ENOUGH else None


#: State in a throwaway folder, one for each process that runs tests.
VAR = Path(tempfile.mkdtemp(prefix="detox-tests-", dir=_roomy_memory()))
#: What the processes of one run have in common; it goes with the first of them.
SHARED = Path(os.environ.setdefault("TESTS_SHARED", str(VAR / "shared")))
SHARED.mkdir(exist_ok=True)
if folder := _roomy_memory():
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", folder)
#: Names of the outer environment must not reach the tests.
OURS = (
    "SITE_URL",
    "DEBUG",
    "ALLOWED_HOSTS",
    "SECRET_KEY",
    "VAULT_KEYS",
    "CLAMD",
    "SECURITY_CONTACT",
    "LEAVE_URL",
    "TIME_ZONE",
    "HOST",
    "PORT",
    "PROXY_HOPS",
    "NOTICE_EMAILS",
    "MAIL_URL",
    "MAIL_FROM",
    "RETENTION_DAYS",
    "STAFF_IDLE_MINUTES",
    "STAFF_SESSION_HOURS",
    "CONTACT_LIMIT",
    "WEB_WORKERS",
    "WEB_THREADS",
    "PAGE_CACHE_MB",
)
for name in OURS:
    os.environ.pop(name, None)
os.environ["VAR_DIR"] = str(VAR)
# Playwright runs an event loop in this thread; the ORM must not take that for an asynchronous view.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def pytest_unconfigure() -> None:
    shutil.rmtree(VAR, ignore_errors=True)
