"""Files on their way in, without the page around them; some are malware to a scanner of these tests."""

import io

from django.test import RequestFactory

from callbacks.models import Attachment
from callbacks.public.upload_handler import UploadHandler, receive
from callbacks.values.upload_rules import Received
from tests.callbacks.clamd import EICAR
from tests.callbacks.helpers import CONTENT_TYPE, File, body, submit

PDF_WITH_EICAR = (
    b"%%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [] /Count 0 >>\n"
    b"endobj\n3 0 obj\n<< /Length %d >>\nstream\n%b\nendstream\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%%%EOF\n"
    % (len(EICAR), EICAR)
)


def send(content: bytes, stream: io.BytesIO | None = None, *, slot: str = "file_1") -> Received:
    """What becomes of a file that a browser sends."""
    return send_body(body({"complete": "1"}, (slot, File(content))), stream).received[slot]


def send_body(data: bytes, stream: io.BytesIO | None = None) -> UploadHandler:
    extra = {"wsgi.input": stream} if stream else {}
    request = RequestFactory().generic("POST", "/", data, content_type=CONTENT_TYPE, **extra)
    handler = receive(request)
    assert request.POST["complete"] == "1"
    return handler


def keep(received: Received, **extra) -> Attachment:
    return submit({received.slot: received}, **extra).attachments.get()
