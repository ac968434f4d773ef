"""Keeps readers out of the logs."""

import datetime
import json
import logging
import traceback
from http import HTTPStatus

from gunicorn.glogging import Logger

from detoxsite import settings

#: Characters of an argument: a path as long as a stranger likes must not fill the disk.
LONGEST = 200


class PrivacyFilter(logging.Filter):
    """Drops query strings and the request object that Django attaches to its records.

    A search or a private link stands in the query string, and the request holds the visitor's address. Django's
    own records name the path, in which somebody may have typed anything: the pattern that it fits takes its place. Of
    an error its kind and the lines of code stay: its own words may quote what somebody typed. A request that was
    refused is no error of ours, and gets one line of warning.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if hasattr(record, "request"):
            record.msg, record.args = "%s: %s", (_answer(record), _route(record.request))
            del record.request
            if record.name.startswith("django.security."):  # too many fields, say, which Django calls an error
                record.levelno, record.levelname = logging.WARNING, "WARNING"
            if record.levelno < logging.ERROR:
                record.exc_info = record.exc_text = None
        if isinstance(record.args, tuple):
            record.args = tuple(a.split("?")[0][:LONGEST] if isinstance(a, str) else a for a in record.args)
        if record.exc_info and record.exc_info[1]:
            record.exc_text = _without_words(record.exc_info[1])
            record.exc_info = None
        return True


def _answer(record: logging.LogRecord) -> str:
    status = getattr(record, "status_code", 0)
    return HTTPStatus(status).phrase if status in set(HTTPStatus) else record.levelname


def _route(request: object) -> str:
    """The pattern of the address, like articles/<slug:slug>/; never what stood in its place."""
    match = getattr(request, "resolver_match", None)
    return f"/{match.route}" if match else "no address of this site"


def _without_words(error: BaseException) -> str:
    """The traceback of an error, and behind it those of the errors that led to it, each with its kind alone."""
    lines = []
    while error:
        lines += ["Traceback (most recent call last):\n", *traceback.format_tb(error.__traceback__)]
        lines.append(f"{type(error).__module__}.{type(error).__qualname__}\n")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "".join(lines).rstrip()


class JsonFormatter(logging.Formatter):
    """One line of JSON a record, for a collector of logs. It has no field that a request could fill."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.datetime.fromtimestamp(record.created, datetime.UTC)
        line = {
            "time": at.isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "process": record.process,
        }
        if record.exc_info and record.exc_info[1]:
            line["traceback"] = _without_words(record.exc_info[1])
        elif record.exc_text:
            line["traceback"] = record.exc_text
        return json.dumps(line)


class ServerLogger(Logger):
    """gunicorn's own log, which would name the address and the query of a request it could not read or answer."""

    def setup(self, cfg) -> None:
        super().setup(cfg)
        self.error_log.addFilter(_without_request)
        if settings.LOG_FORMAT == "json":
            for handler in self.error_log.handlers:
                handler.setFormatter(JsonFormatter())


def _without_request(record: logging.LogRecord) -> bool:
    if str(record.msg).startswith(("Invalid request", "Socket error")):
        return False  # anybody can send nonsense or stop listening, and there is nothing to mend
    if str(record.msg).startswith("Error handling request"):
        record.msg, record.args = "Error handling a request", ()
        record.exc_text = record.exc_info = None  # the message of a decoding error quotes what was sent
    return True
