"""`manage.py serve`: keep the web server and the worker running until Ctrl-C or SIGTERM. Linux and macOS.

It loads no app, as supervisord takes its place at once. The listening socket is made here and outlives every web
server: while one restarts, connections wait; none is refused.
"""

import contextlib
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

from django.conf import settings

from detoxsite import secret_files

#: Above supervisord's `minfds`, below which it closes them.
LISTEN_FD = 300
CONFIGURATION = Path(__file__).with_name("supervisord.conf")


def serve() -> NoReturn:
    """Serve on HOST and PORT. Exits with a message if the port is taken. Raises ImproperlyConfigured."""
    secret_files.require()
    os.environ |= {"SITE_PYTHON": sys.executable, "VAR_DIR": str(settings.VAR_DIR), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "supervisor.supervisord", "--configuration", str(CONFIGURATION)]
    if os.geteuid() == 0:
        command += ["--user", "0"]  # it would warn at each start
    listener = _listen(settings.HOST, settings.PORT)
    os.dup2(listener.fileno(), LISTEN_FD)
    os.environ["LISTEN_FD"] = str(LISTEN_FD)
    _make_output_reopenable()
    os.execv(sys.executable, command)  # noqa: S606 - the same process, so that signals reach it


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        reason, *_ = str(error.strerror).split(" (while")  # the rest repeats the address
        sys.exit(f"Cannot listen on {host}, port {port}: {reason}. Stop what listens, or choose another PORT=.")


def _make_output_reopenable() -> None:
    """supervisord reopens standard output, which a socket (the journal's, say) does not allow; a pipe does.

    Where it cannot write it would end and leave its programs behind: once a terminal is closed, the pipe leads nowhere.
    """
    with contextlib.suppress(OSError):
        os.close(os.open("/dev/fd/1", os.O_WRONLY | os.O_APPEND))
        if not os.isatty(1):
            return
    reader, writer = os.pipe()
    subprocess.Popen(["/bin/sh", "-c", "trap '' HUP INT; cat; exec cat >/dev/null"], stdin=reader)
    for number in [1, 2] if os.isatty(2) else [1]:
        os.dup2(writer, number)
    os.close(writer)
    os.close(reader)
