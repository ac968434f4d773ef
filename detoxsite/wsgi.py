"""The entry point of the production server."""

import io
import os
import re
from collections.abc import Callable, Iterable

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "detoxsite.settings")
django_application = get_wsgi_application()

from callbacks.uploads import MAX_BODY_BYTES  # noqa: E402 - models can be read only from here on

BOUNDARY = re.compile(r";\s*(boundary=(?:\"[^\"]*\"|[^;\s]+))", re.IGNORECASE)


def application(environ: dict, start_response: Callable) -> Iterable[bytes]:
    """Keeps only the media type and the boundary of what a sender claims.

    Text is UTF-8 here, and some charsets that a header can name (hex, say) fail inside Django before any of its code
    that could answer.
    """
    if content_type := environ.get("CONTENT_TYPE"):
        boundary = BOUNDARY.search(content_type)
        media_type = content_type.partition(";")[0].strip()
        environ["CONTENT_TYPE"] = f"{media_type}; {boundary[1]}" if boundary else media_type
    if environ.get("HTTP_TRANSFER_ENCODING") and not environ.get("CONTENT_LENGTH"):
        _measure(environ)
    return django_application(environ, start_response)


def _measure(environ: dict) -> None:
    """Django reads as much of a body as its length says; a chunked one says none, and would seem empty.

    A form with files is read until it ends. Anything else is small, or too large to be taken: it is read here.
    """
    if environ.get("CONTENT_TYPE", "").startswith("multipart/"):
        environ["CONTENT_LENGTH"] = str(MAX_BODY_BYTES)
    else:
        body = environ["wsgi.input"].read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
        environ["CONTENT_LENGTH"], environ["wsgi.input"] = str(len(body)), io.BytesIO(body)
