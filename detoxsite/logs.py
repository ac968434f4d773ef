"""Keeps readers out of the logs."""

import logging

from gunicorn.glogging import Logger


class PrivacyFilter(logging.Filter):
    """Drops query strings and the request object that Django attaches to its records.

    A search or a private link stands in the query string, and the request holds the visitor's address. Django's
    own records name the path as an argument of the message; the tracebacks they carry hold no values.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if hasattr(record, "request"):
            del record.request
        if isinstance(record.args, tuple):
            record.args = tuple(a.split("?")[0] if isinstance(a, str) else a for a in record.args)
        return True


class ServerLogger(Logger):
    """gunicorn's own log, which would name the address and the query of a request it could not read or answer."""

    def setup(self, cfg) -> None:
        super().setup(cfg)
        self.error_log.addFilter(_without_request)


def _without_request(record: logging.LogRecord) -> bool:
    if str(record.msg).startswith(("Invalid request", "Socket error")):
        return False  # anybody can send nonsense or stop listening, and there is nothing to mend
    if str(record.msg).startswith("Error handling request"):
        record.msg, record.args = "Error handling a request", ()
        record.exc_text = record.exc_info = None  # the message of a decoding error quotes what was sent
    return True
