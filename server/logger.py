"""gunicorn's error log without anything that identifies a reader, such as a malformed request's address or query."""

import logging

from gunicorn.config import Config
from gunicorn.glogging import Logger

from detoxsite.logs import JsonFormatter, PrivacyFilter
from detoxsite.settings import LOG_FORMAT

#: The starts of messages about malformed requests, which anybody can send: nothing to fix.
DROPPED = ("Invalid request", "Socket error")
#: The start of a message about an error in the application, which django.request logs too.
SHORTENED = "Error handling request"


class PrivateLogger(Logger):
    def setup(self, cfg: Config) -> None:
        super().setup(cfg)
        self.error_log.addFilter(_without_request)
        self.error_log.addFilter(PrivacyFilter())
        if LOG_FORMAT == "json":
            for handler in self.error_log.handlers:
                handler.setFormatter(JsonFormatter())


def _without_request(record: logging.LogRecord) -> bool:
    if str(record.msg).startswith(SHORTENED):
        record.msg, record.args = "Error handling a request", ()
        record.exc_text = record.exc_info = None  # the message of a decoding error quotes what was sent
    return not str(record.msg).startswith(DROPPED)
