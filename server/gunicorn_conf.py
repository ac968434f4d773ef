"""How the site is served. docs/decisions/0002-app-server.md has why."""

import gc
import resource
import socket
import struct
import sys

from django.core.exceptions import ImproperlyConfigured
from gunicorn.http import message

from detoxsite import settings  # not django.conf: bench/ serves programs without Django with this file

bind = f"[{settings.HOST}]:{settings.PORT}" if ":" in settings.HOST else f"{settings.HOST}:{settings.PORT}"
if settings.LISTEN_FD:
    bind = f"fd://{settings.LISTEN_FD}"
workers = settings.WEB_WORKERS
worker_class = "server.worker.Worker"  # has other threads for uploads, WEB_UPLOADS of them
threads = settings.WEB_THREADS
preload_app = True  # one copy in memory, and a worker that died is back at once
timeout = 60
graceful_timeout = settings.GRACEFUL_SECONDS
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
        except (keys.KeysError, ImproperlyConfigured) as error:
            sys.exit(str(error))
        connections.close_all()  # this process divides next


def _forget_earlier_metrics() -> None:
    """Here, before any process counts."""
    if settings.METRICS_PORT:
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
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", settings.BODY_SECONDS, 0))


def pre_fork(server, worker) -> None:
    """What is loaded by now stays shared by all processes: a garbage collection would write to each page of it."""
    gc.collect()
    gc.freeze()
