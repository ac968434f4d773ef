"""Keep logs free of anything about readers."""

import datetime
import json
import logging
import traceback
from http import HTTPStatus

#: Characters of an argument, so that long paths cannot fill the disk.
MAX_ARGUMENT_LENGTH = 200


class PrivacyFilter(logging.Filter):
    """Removes anything that could identify a reader.

    The query string may be a search or a private link; the path may hold anything typed, so it is replaced by its URL
    pattern. An error keeps its class and the lines of code, but not its message, which may quote input. A refused
    request is a warning, not an error.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if hasattr(record, "request"):
            status = getattr(record, "status_code", 0)
            answer = HTTPStatus(status).phrase if status in set(HTTPStatus) else record.levelname
            match = getattr(record.request, "resolver_match", None)  # articles/<slug:slug>/, never the path
            record.msg = "%s: %s"
            record.args = answer, f"/{match.route}" if match else "no address of this site"
            del record.request
            if record.name.startswith("django.security."):  # too many fields, say, which Django calls an error
                record.levelno, record.levelname = logging.WARNING, "WARNING"
            if record.levelno < logging.ERROR:
                record.exc_info = record.exc_text = None
        if isinstance(record.args, tuple):
            record.args = tuple(a.split("?")[0][:MAX_ARGUMENT_LENGTH] if isinstance(a, str) else a for a in record.args)
        if record.exc_info and record.exc_info[1]:
            record.exc_text = _without_words(record.exc_info[1])
            record.exc_info = None
        return True


def _without_words(error: BaseException) -> str:
    """Return the tracebacks of an error and its causes, each with the class instead of the message."""
    lines = ["Traceback (most recent call last):\n", *traceback.format_tb(error.__traceback__)]
    lines.append(f"{type(error).__module__}.{type(error).__qualname__}\n")
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "".join([*lines, _without_words(cause) if cause else ""]).rstrip()


class JsonFormatter(logging.Formatter):
    """Formats a record as one line of JSON, without fields that a request could fill."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.datetime.fromtimestamp(record.created, datetime.UTC)
        line = {
            "time": at.isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "process": record.process,
        }
        if record.exc_text:  # by PrivacyFilter
            line["traceback"] = record.exc_text
        return json.dumps(line)
