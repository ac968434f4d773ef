"""The environment of the tests, set before Django's settings are read: pytest loads this first (pyproject.toml)."""

import os
import shutil
import tempfile
from pathlib import Path

#: State in a throwaway folder, one for each process that runs tests.
VAR = Path(tempfile.mkdtemp(prefix="detox-tests-"))
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
