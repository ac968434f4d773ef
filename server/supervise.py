"""`manage.py serve`: load the site once, and keep the web server and the worker running. Linux and macOS.

Both are forks of this process, so they share the loaded code in memory. The listening socket is made here and outlives
every web server: while one restarts, connections wait; none is refused.
"""

import contextlib
import gc
import importlib
import logging
import multiprocessing
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from multiprocessing.context import ForkProcess
from pathlib import Path
from typing import NoReturn

from django.conf import settings

from detoxsite import secret_files

log = logging.getLogger(__name__)

RESTART_SECONDS = 1  # before a program that ended is started again
SHORT_SECONDS = 10  # one that ran no longer than this is started after ever longer pauses, up to these
MAX_PAUSE_SECONDS = {"web": RESTART_SECONDS, "worker": 30}  # readers wait for the web server
STOP_SECONDS = 10  # beyond GRACEFUL_SECONDS, for the worker's current job too
SIGNALS = {signal.SIGCHLD, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM}


def serve(worker: Callable[[], object]) -> NoReturn:
    """Serve on HOST and PORT, with `worker` beside, until Ctrl-C or SIGTERM; SIGHUP stops both and loads all anew.

    Exits with a message if the port is taken. Raises ImproperlyConfigured.
    """
    secret_files.require()
    listener = _listen()
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)  # they are waited for
    signal.signal(signal.SIGCHLD, lambda number, frame: None)  # by default it is not even pending
    importlib.import_module("detoxsite.wsgi")
    gc.collect()
    gc.freeze()  # garbage collection would write to every memory page and end its sharing
    programs = {"web": lambda: _serve_web(listener), "worker": worker}
    running = {name: _start(name, program) for name, program in programs.items()}
    pauses, began = dict.fromkeys(programs, 0), dict.fromkeys(programs, time.monotonic())
    while (number := signal.sigwait(SIGNALS)) == signal.SIGCHLD:
        for name, process in running.items():
            if not process.is_alive():
                is_short = time.monotonic() - began[name] < pauses[name] + SHORT_SECONDS
                pauses[name] = min(2 * pauses[name] + 1, MAX_PAUSE_SECONDS[name]) if is_short else RESTART_SECONDS
                message = "The process %s ended (%s) and is started again in %d s."
                log.warning(message, name, process.exitcode, pauses[name])
                began[name] = time.monotonic()
                try:
                    running[name] = _start(name, programs[name], pauses[name])
                except OSError as error:  # no memory, say
                    log.warning("The process %s cannot be started (%s) and will be tried again.", name, error.strerror)
                    time.sleep(RESTART_SECONDS)
                    os.kill(os.getpid(), signal.SIGCHLD)
    _stop(list(running.values()))
    if number == signal.SIGHUP:
        listener.set_inheritable(True)
        os.environ["LISTEN_FD"] = str(listener.fileno())
        os.execv(sys.executable, [sys.executable, *sys.argv])  # noqa: S606 - the same process, with what is new
    sys.exit()


def _listen() -> socket.socket:
    if settings.LISTEN_FD:
        return socket.socket(fileno=settings.LISTEN_FD)
    family = socket.AF_INET6 if ":" in settings.HOST else socket.AF_INET
    try:
        return socket.create_server((settings.HOST, settings.PORT), family=family, backlog=2048)
    except OSError as error:
        reason, *_ = str(error.strerror).split(" (while")  # the rest repeats the address
        where = f"{settings.HOST}, port {settings.PORT}"
        sys.exit(f"Cannot listen on {where}: {reason}. Stop what listens, or choose another PORT= or HOST=.")


def _start(name: str, program: Callable[[], object], pause: int = 0) -> ForkProcess:
    process = multiprocessing.get_context("fork").Process(target=_run, args=(name, program, pause))
    process.start()
    return process


def _run(name: str, program: Callable[[], object], pause: int) -> None:
    os.setsid()  # Ctrl-C, and a terminal that closes, reach the supervisor alone
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    with contextlib.suppress(OSError):  # for `ps -o comm`, on Linux
        Path("/proc/self/comm").write_text(f"detox-{name}")
    time.sleep(pause)  # here, where the supervisor hears signals meanwhile
    try:
        program()
    except Exception:  # multiprocessing would print its message too, which may quote what somebody typed
        log.exception("The process %s failed.", name)
        sys.exit(1)


def _serve_web(listener: socket.socket) -> None:
    from gunicorn.app import wsgiapp  # no other command of manage.py needs it

    configuration = str(settings.BASE_DIR / "server" / "gunicorn_conf.py")
    sys.argv = ["gunicorn", "--config", configuration, "--bind", f"fd://{listener.fileno()}", "detoxsite.wsgi"]
    wsgiapp.run()


def _stop(processes: list[ForkProcess]) -> None:
    deadline = time.monotonic() + settings.GRACEFUL_SECONDS + STOP_SECONDS
    for process in processes:
        process.terminate()
    for process in processes:
        process.join(max(0, deadline - time.monotonic()))
        if process.pid and process.is_alive():
            os.killpg(process.pid, signal.SIGKILL)
