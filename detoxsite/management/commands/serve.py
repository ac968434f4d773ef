"""Serves the site: the web server and the task worker, each started again when it dies. Linux and macOS."""

import os
import stat
import subprocess
import sys

from django.conf import settings
from django.core.management.base import BaseCommand

CONFIGURATION = settings.BASE_DIR / "detoxsite" / "supervisord.conf"


class Command(BaseCommand):
    help = "Serve the site on HOST and PORT until it is stopped by Ctrl-C or SIGTERM. Run `prepare` first."
    requires_system_checks = []

    def handle(self, *args, **options) -> None:
        os.environ |= {"SITE_PYTHON": sys.executable, "VAR_DIR": str(settings.VAR_DIR), "PYTHONUNBUFFERED": "1"}
        command = [sys.executable, "-m", "supervisor.supervisord", "--configuration", str(CONFIGURATION)]
        if os.geteuid() == 0:
            command += ["--user", "0"]  # it would warn at each start
        _pass_on_what_cannot_be_opened()
        os.execv(sys.executable, command)  # noqa: S606 - the same process, so that signals reach it


def _pass_on_what_cannot_be_opened() -> None:
    """supervisord opens standard output anew, which a socket (the journal's, say) does not allow: a pipe does."""
    if stat.S_ISSOCK(os.fstat(1).st_mode):
        passing = subprocess.Popen(["/bin/cat"], stdin=subprocess.PIPE)
        os.dup2(passing.stdin.fileno(), 1)
