"""Read editors' uploads into memory, never into a temporary file."""

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http import HttpRequest

from editorial.pages.views import may_edit
from editorial.values.images import MAX_BYTES

FORM_BYTES = 1024 * 1024  # of the form around a file


class PictureUploadHandler(MemoryFileUploadHandler):
    """Accepts a large picture from editors; drops the files of others."""

    request: HttpRequest

    def handle_raw_input(
        self, input_data: Any, META: Any, content_length: int, boundary: Any, encoding: str | None = None
    ) -> None:
        user = getattr(self.request, "user", None)
        is_editors = user is not None and may_edit(user)
        most = MAX_BYTES + FORM_BYTES if is_editors else settings.FILE_UPLOAD_MAX_MEMORY_SIZE
        self.activated = content_length <= most
