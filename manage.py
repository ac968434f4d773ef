#!/usr/bin/env python
"""Django's command line for this site."""

import os
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import DatabaseError


def _refuse_root() -> None:
    """Exit where the site runs as another account, which could not read what root writes."""
    for path in (settings.SECRET_KEY_FILE, settings.VAR_DIR / "db.sqlite3"):
        if os.geteuid() == 0 and path.exists() and (user := path.stat().st_uid) and user != _owner_of_new(path):
            sys.exit(
                f"Run this as user {user}, to whom {path} belongs (docs/deploy.md): the site cannot read root's files. "
                "If the site runs as root, give it that file with chown."
            )


def _owner_of_new(beside: Path) -> int:
    """Return whose a new file is: some mounts give all files to one user. Where nothing can be written, nobody's."""
    try:
        with tempfile.TemporaryFile(dir=beside.parent) as file:
            return os.fstat(file.fileno()).st_uid
    except OSError:
        return beside.stat().st_uid


def _run(command: Callable[[], object]) -> None:
    """Exit with a sentence where the settings, the database or the disk are to blame."""
    try:
        command()
        sys.stdout.flush()
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:  # as `head` leaves it; at the end of the process Python would write to it again
        os._exit(128 + signal.SIGPIPE)
    except ImproperlyConfigured as error:  # a sentence that says what to set
        sys.exit(str(error))
    except DatabaseError as error:
        if "--traceback" in sys.argv:
            raise
        reason = str(error).partition("\n")[0].rstrip(".")
        advice = "Check that it runs and has free space, and that DATABASE_URL or VAR_DIR is right. If it is damaged: "
        advice += "docs/operators.md, Backups. --traceback says where it failed."
        sys.exit(f"The database failed: {reason}. {advice}")
    except OSError as error:
        if "--traceback" in sys.argv:
            raise
        where = f": {error.filename}" if error.filename else ""
        advice = "Check free space, rights and the store. --traceback says where it failed."
        sys.exit(f"{error.strerror or error}{where}. {advice}")


def _main() -> None:
    _refuse_root()
    if sys.argv[1:] in (["serve"], ["serve", "--traceback"]):
        from server import supervise  # no other command needs it

        supervise.serve(lambda: _run(lambda: execute_from_command_line(["manage.py", "run_worker"])))
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    os.umask(0o077)  # state, secrets and what people send are for this account only, whichever command writes the file
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "detoxsite.settings")
    _run(_main)
