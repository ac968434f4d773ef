"""gunicorn still has what server/ uses of it, which it documents nowhere: see docs/undocumented.md."""

import inspect
from pathlib import Path

import gunicorn
import pytest
from gunicorn.glogging import Logger
from gunicorn.http import get_parser, message, unreader, wsgi
from gunicorn.http.errors import ParseException
from gunicorn.workers import base, gthread

from server import logger

pytestmark = pytest.mark.any_backend

SOURCE = "".join(path.read_text() for path in Path(gunicorn.__file__).parent.rglob("*.py"))
SIGNATURES = {
    gthread.ThreadWorker.accept: ["self", "listener"],
    gthread.ThreadWorker.finish_request: ["self", "conn", "fs"],
    gthread.ThreadWorker.handle: ["self", "conn"],
    gthread.ThreadWorker.handle_exit: ["self", "sig", "frame"],
    gthread.ThreadWorker.init_process: ["self"],
    gthread.ThreadWorker.is_parent_alive: ["self"],
    gthread.ThreadWorker.murder_pending: ["self"],
    gthread.ThreadWorker.run: ["self"],
    gthread.ThreadWorker.set_accept_enabled: ["self", "enabled"],
    gthread.ThreadWorker.wait_for_and_dispatch_events: ["self", "timeout"],
    gthread.PollableMethodQueue.defer: ["self", "callback", "args"],
    gthread.TConn: ["cfg", "sock", "client", "server"],
    gthread.TConn.init: ["self"],
    gthread.TConn.close: ["self", "graceful"],
    unreader.SocketUnreader.chunk: ["self", "size_hint"],
    unreader.Unreader.unread: ["self", "data"],
    unreader.Unreader.take_buffered: ["self"],
    get_parser: ["cfg", "source", "source_addr", "http2_connection"],
    Logger.setup: ["self", "cfg"],
}


@pytest.mark.parametrize("used", SIGNATURES, ids=lambda used: used.__qualname__)
def test_function_takes_the_same_arguments(used):
    assert list(inspect.signature(used).parameters) == SIGNATURES[used]


def test_environ_is_made_of_the_same():
    assert list(inspect.signature(wsgi.create).parameters)[:5] == ["req", "sock", "client", "server", "cfg"]


def test_worker_and_connection_have_the_same_attributes():
    worker = inspect.getsource(gthread.ThreadWorker.__init__) + inspect.getsource(base.Worker.__init__)
    names = ("tpool", "poller", "method_queue", "nr_conns", "worker_connections")
    for name in (*names, "alive", "cfg", "log"):
        assert f"self.{name} = " in worker or f"self.{name}, " in worker, name
    assert "self.wsgi = " in inspect.getsource(base.Worker.load_wsgi)
    conn = inspect.getsource(gthread.TConn.__init__)
    for name in ("sock", "client", "server", "parser", "initialized"):
        assert f"self.{name} = " in conn, name


def test_loop_asks_for_connections_and_for_what_has_timed_out():
    loop = inspect.getsource(gthread.ThreadWorker.run)
    for call in ("set_accept_enabled", "wait_for_and_dispatch_events", "murder_pending", "is_parent_alive"):
        assert f"self.{call}(" in loop, call


def test_messages_about_broken_requests_begin_the_same():
    """server.logger knows them by their first words, and would else write of a reader."""
    for words in (*logger.DROPPED, logger.SHORTENED):
        assert f'"{words}' in SOURCE or f"'{words}" in SOURCE, words


def test_longest_request_line_is_read_where_it_is_set():
    assert isinstance(message.MAX_REQUEST_LINE, int) and issubclass(ParseException, Exception)
