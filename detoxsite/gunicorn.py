"""How the site is served. docs/decisions/0002-app-server.md has why."""

import socket
import struct
import subprocess
import sys
import threading
import time

from gunicorn.http import message

from detoxsite import env

host = env.names("HOST", ["127.0.0.1"])[0]
port = env.whole_number("PORT", 8000, 1, 65535)
bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
workers = env.whole_number("WEB_WORKERS", 2, 1, 64)
worker_class = "detoxsite.worker.Worker"  # has threads of its own for uploads
threads = env.whole_number("WEB_THREADS", 16, 1, 1024)
timeout = 60
graceful_timeout = 30
keepalive = 5
# A search of 10,000 characters gets a page from us, not a bare line from gunicorn, whose own ceiling is 8 KB.
message.MAX_REQUEST_LINE = limit_request_line = 64 * 1024
forwarder_headers = ""  # no visitor's header changes the paths of this site
umask = 0o077
# Nothing is written down about who asked for what.
accesslog = None
errorlog = "-"
loglevel = "warning"
logger_class = "detoxsite.logs.ServerLogger"
control_socket_disable = True

SILENCE = 20  # seconds without a byte in the middle of a request, after which the connection is given up
DAY = 24 * 60 * 60  # seconds


def when_ready(server) -> None:
    """Accepted connections inherit the limit on silence; once a day what is due is erased."""
    for listener in server.LISTENERS:
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", SILENCE, 0))
    threading.Thread(target=_purge_daily, daemon=True).start()


def _purge_daily() -> None:
    while True:
        time.sleep(DAY)
        subprocess.run([sys.executable, "manage.py", "purge_callbacks"], check=False)
