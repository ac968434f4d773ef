"""gunicorn's configuration (docs/decisions/0002-app-server.md). bench/ uses it for programs without Django too."""

import gc
import resource
import signal
import socket
import struct
import sys
from typing import Any

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from gunicorn.http import message

try:
    from detoxsite import settings
except ImproperlyConfigured as error:
    sys.exit(str(error))

bind = f"[{settings.HOST}]:{settings.PORT}" if ":" in settings.HOST else f"{settings.HOST}:{settings.PORT}"
workers = settings.WEB_WORKERS
worker_class = "server.worker.Worker"  # has more threads, for uploads
threads = settings.WEB_THREADS
preload_app = True  # one copy in memory, and a worker that died is back at once
timeout = 60
graceful_timeout = settings.GRACEFUL_SECONDS
keepalive = 5
# A search for 10,000 characters gets a page of this site, not a bare line from gunicorn, whose own ceiling is 8 KB.
message.MAX_REQUEST_LINE = limit_request_line = 64 * 1024
forwarder_headers = ""  # no visitor's header changes the paths of this site
umask = 0o077
# No log records who requested what.
accesslog = None
loglevel = "warning"
logger_class = "server.logger.PrivateLogger"
control_socket_disable = True

#: How long one Python thread may run while another waits: a fifth of the default.
SWITCH_SECONDS = 0.001
#: Per connection; the kernel doubles it. The loop sends the rest, so that clients that read nothing cannot exhaust the
#: kernel's memory.
SEND_BUFFER_BYTES = 64 * 1024
FILE_DESCRIPTORS = 8192  # for each pending connection and each thread's database; the default is 1,024


def on_starting(server: Any) -> None:
    """Exit with a clear message if the keys are wrong. The application is loaded by now."""
    if apps.ready:
        from django.db import connections

        from operations import keys

        try:
            keys.verify()
        except (keys.KeysError, ImproperlyConfigured) as error:
            sys.exit(str(error))
        connections.close_all()  # this process forks next
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, FILE_DESCRIPTORS) if most > 0 else FILE_DESCRIPTORS, most))


def when_ready(server: Any) -> None:
    """Set options that accepted connections inherit. The timeout is for what is sent outside server.outbox."""
    for listener in server.LISTENERS:
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", settings.BODY_SECONDS, 0))


def pre_fork(server: Any, worker: Any) -> None:
    """Freeze what is loaded by now: garbage collection would write to every memory page and end its sharing."""
    gc.collect()
    gc.freeze()


def post_fork(server: Any, worker: Any) -> None:
    worker.early_signals = server.SIG_QUEUE  # this process's copy of the master's queue


def post_worker_init(worker: Any) -> None:
    """Set up a web process, which also monitors the worker. Obey a stop that came before it could listen for one."""
    while not worker.early_signals.empty():
        if worker.early_signals.get() == signal.SIGTERM:
            worker.handle_exit(signal.SIGTERM, None)
    sys.setswitchinterval(SWITCH_SECONDS)
    if apps.ready:
        from operations import alerts

        alerts.start_watching()
