"""How the site is served. docs/decisions/0002-app-server.md has why."""

import gc
import os
import resource
import socket
import struct
import sys

from gunicorn.http import message

from detoxsite import env
from server.connections import BODY_SECONDS

host = env.names("HOST", ["127.0.0.1"])[0]
port = env.whole_number("PORT", 8000, 1, 65535)
bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
if listener := env.whole_number("LISTEN_FD", 0, 0, 1024):  # from `manage.py serve`
    bind = f"fd://{listener}"
workers = env.whole_number("WEB_WORKERS", 2, 1, 64)
worker_class = "server.worker.Worker"  # has other threads for uploads, WEB_UPLOADS of them
threads = env.whole_number("WEB_THREADS", 4, 1, 1024)
preload_app = True  # one copy in memory, and a worker that died is back at once
timeout = 60
graceful_timeout = env.whole_number("GRACEFUL_SECONDS", 30, 6, 3600)
keepalive = 5
#: That a thread may compute while the loop, or another thread, waits: a fifth of what Python allows by itself.
SWITCH_SECONDS = 0.001
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

#: Linux gives twice that: several pages as they travel. The loop sends what goes beyond it, and the system's memory is
#: safe from many who read nothing.
SEND_BUFFER = 64 * 1024  # bytes


def on_starting(server) -> None:
    """Each waiting connection and each thread's database take a file descriptor, and the usual 1,024 are too few."""
    _prove_keys()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    _forget_earlier_metrics()
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 8192) if most > 0 else 8192, most))


def _prove_keys() -> None:
    """Ends the start with a sentence. Another program that is served with these settings, as by bench/, has no keys."""
    from django.apps import apps
    from django.db import connections

    if apps.ready:
        from operations import keys

        try:
            keys.prove()
        except keys.KeysError as error:
            sys.exit(str(error))
        connections.close_all()  # this process divides next


def _forget_earlier_metrics() -> None:
    """Here, before any process counts."""
    if env.whole_number("METRICS_PORT", 0, 0, 65535):
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "detoxsite.settings")
        from operations import metrics

        metrics.forget_earlier()


def post_worker_init(worker) -> None:
    """A worker of gunicorn's, that is: a web process, which looks after the task worker.

    A program that is not this site may be served with these settings too, as bench/ does, and has nothing to watch.
    """
    from django.apps import apps

    sys.setswitchinterval(SWITCH_SECONDS)
    if apps.ready:
        from operations import watch

        watch.start()


def when_ready(server) -> None:
    """Accepted connections inherit both. The time is for what goes past server.outgoing, as "100 Continue" does."""
    for listener in server.LISTENERS:
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", BODY_SECONDS, 0))


def pre_fork(server, worker) -> None:
    """What is loaded by now stays shared by all processes: a garbage collection would write to each page of it."""
    gc.collect()
    gc.freeze()
