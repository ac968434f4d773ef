"""gunicorn's own log without what it would tell of a reader: the address and the query of a broken request."""

import logging

from gunicorn.config import Config
from gunicorn.glogging import Logger

from detoxsite.logs import JsonFormatter
from detoxsite.settings import LOG_FORMAT

#: The beginnings of messages about nonsense that anybody can send; there is nothing to mend.
DROPPED = ("Invalid request", "Socket error")
#: The beginning of a message about an error in the application, which django.request logs too.
SHORTENED = "Error handling request"


class PrivateLogger(Logger):
    def setup(self, cfg: Config) -> None:
        super().setup(cfg)
        self.error_log.addFilter(_without_request)
        if LOG_FORMAT == "json":
            for handler in self.error_log.handlers:
                handler.setFormatter(JsonFormatter())


def _without_request(record: logging.LogRecord) -> bool:
    if str(record.msg).startswith(SHORTENED):
        record.msg, record.args = "Error handling a request", ()
        record.exc_text = record.exc_info = None  # the message of a decoding error quotes what was sent
    return not str(record.msg).startswith(DROPPED)
