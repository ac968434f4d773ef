"""Serves the site: the web server and the task worker, each started again when it dies. Linux and macOS.

The listening socket is made here and outlives every web server: while a new one starts, connections wait or are taken
by what is left of the old one (server/worker.py), and none is refused.
"""

import os
import socket
import subprocess
import sys

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from detoxsite import secret_files

#: Above supervisord's `minfds`: it closes the lower ones.
LISTEN_FD = 300
CONFIGURATION = settings.BASE_DIR / "server" / "supervisord.conf"


class Command(BaseCommand):
    help = "Serve the site on HOST and PORT until it is stopped by Ctrl-C or SIGTERM. Run `prepare` first."
    requires_system_checks = []

    def handle(self, *args, **options) -> None:
        secret_files.require()
        os.environ |= {"SITE_PYTHON": sys.executable, "VAR_DIR": str(settings.VAR_DIR), "PYTHONUNBUFFERED": "1"}
        command = [sys.executable, "-m", "supervisor.supervisord", "--configuration", str(CONFIGURATION)]
        if os.geteuid() == 0:
            command += ["--user", "0"]  # it would warn at each start
        listener = _listen(settings.HOST, settings.PORT)
        os.dup2(listener.fileno(), LISTEN_FD)
        os.environ |= {"LISTEN_FD": str(LISTEN_FD), "SUPERVISOR_PID": str(os.getpid())}
        _pass_on_what_cannot_be_opened()
        os.execv(sys.executable, command)  # noqa: S606 - the same process, so that signals reach it


def _listen(host: str, port: int) -> socket.socket:
    """Raises CommandError where the port is taken or not allowed."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise CommandError(
            f"Cannot listen on {host}, port {port}: {error.strerror}. Choose another with PORT=."
        ) from error


def _pass_on_what_cannot_be_opened() -> None:
    """supervisord opens standard output anew. A socket (the journal's, say) does not allow that; a pipe does."""
    try:
        os.close(os.open("/dev/fd/1", os.O_WRONLY | os.O_APPEND))
    except OSError:
        passing = subprocess.Popen(["/bin/cat"], stdin=subprocess.PIPE)
        os.dup2(passing.stdin.fileno(), 1)
