"""Keeps readers out of the logs."""

import logging


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
