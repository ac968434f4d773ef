"""How the site is served. docs/decisions/0002-app-server.md has why."""

import resource
import socket
import struct

from gunicorn.http import message

from detoxsite import env

host = env.names("HOST", ["127.0.0.1"])[0]
port = env.whole_number("PORT", 8000, 1, 65535)
bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
workers = env.whole_number("WEB_WORKERS", 2, 1, 64)
worker_class = "detoxsite.worker.Worker"  # has threads of its own for uploads
threads = env.whole_number("WEB_THREADS", 8, 1, 1024)
preload_app = True  # one copy in memory, and a worker that died is back at once
timeout = 60
graceful_timeout = env.whole_number("GRACEFUL_SECONDS", 30, 6, 3600)
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

SEND_SECONDS = 60  # without the other side taking a byte, after which the connection is given up


def on_starting(server) -> None:
    """Each waiting connection and each thread's database take a file descriptor, and the usual 1,024 are too few."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 8192) if most > 0 else 8192, most))


def when_ready(server) -> None:
    """Accepted connections inherit the limit on a reader who takes nothing."""
    for listener in server.LISTENERS:
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", SEND_SECONDS, 0))
