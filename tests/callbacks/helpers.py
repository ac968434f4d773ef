"""What a browser sends, byte by byte, and the kinds of file it sends."""

import io
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from unittest import mock

from django.core.files.storage import storages
from django.urls import reverse

from callbacks.casework import links, submission
from callbacks.models import AccessRecord, Attachment, CallbackRequest
from callbacks.public import tokens
from callbacks.values.details import Details
from callbacks.values.safe_hours import PartOfDay, SafeHours
from callbacks.values.upload_rules import Kind, Received, Refusal, Slot
from tests.callbacks.samples import HEIC, JPEG, PDF, PNG  # noqa: F401  most tests of files start from these
from tests.factories import make_staff
from vault import sealed_files
from vault.streams import EncryptingWriter

MIB = 1024 * 1024
BOUNDARY = "----WebKitFormBoundaryTest"
CONTENT_TYPE = f"multipart/form-data; boundary={BOUNDARY}"

EVENING = SafeHours((PartOfDay.EVENING,), "America/Chicago")
DETAILS = Details(
    name="Zoë Miller", phone="+12125550123", about="me", safe_hours=EVENING, voicemail=True, message="Knock first."
)


@dataclass(frozen=True)
class File:
    """A part of a form with a file in it. `name` goes into the header as it is."""

    content: bytes
    name: bytes = b"card.jpg"
    declared: bytes = b"image/jpeg"
    header: bytes = b""


def fields(**changes: str | None) -> dict[str, str]:
    """The text of a form as the page sends it; None leaves a field out."""
    base = {"name": "Zoë Miller", "phone": "(212) 555-0123", "about": "me", "message": "Knock first."}
    base |= {"times": "evening", "zone": "America/Chicago", "leave": "voicemail", "if_other_answers": "quiet"}
    base["token"] = tokens.sign_form(tokens.new_nonce())
    return {name: value for name, value in (base | changes).items() if value is not None}


def form_token(*, seconds_ago: float = 0, nonce: str = "") -> str:
    """The token of a form that was opened this many seconds ago."""
    opened = time.time() - seconds_ago
    with mock.patch("django.core.signing.time.time", return_value=opened):
        return tokens.sign_form(nonce or tokens.new_nonce())


def body(text: dict[str, str], *files: tuple[str, File], complete: bool = True) -> bytes:
    """A multipart body in the order of the page: text, files, and `complete` last."""
    parts = [_part(f'name="{name}"'.encode(), value.encode()) for name, value in text.items()]
    for field, file in files:
        disposition = b'name="%b"; filename="%b"' % (field.encode(), file.name)
        header = b"\r\nContent-Type: %b%b" % (file.declared, file.header)
        parts.append(_part(disposition, file.content, header))
    if complete:
        parts.append(_part(b'name="complete"', b"1"))
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def _part(disposition: bytes, content: bytes, header: bytes = b"") -> bytes:
    start = f"--{BOUNDARY}\r\nContent-Disposition: form-data; ".encode()
    return start + disposition + header + b"\r\n\r\n" + content + b"\r\n"


def post(client, data: bytes, url: str = "", **extra):
    return client.generic("POST", url or reverse("callbacks:contact"), data, content_type=CONTENT_TYPE, **extra)


def post_form(client, *files: tuple[str, File], **changes: str | None):
    return post(client, body(fields(**changes), *files))


def post_cut(client, data: bytes, at: int, url: str = "", *, broken: bool = False):
    """A body of which only `at` bytes arrive: the connection ends there, or (`broken`) fails there."""
    stream = BrokenStream(data[:at]) if broken else io.BytesIO(data[:at])
    return post(client, data, url, **{"wsgi.input": stream})


class BrokenStream(io.BytesIO):
    """A connection that is reset once its bytes are used up."""

    def read(self, size: int = -1, /) -> bytes:
        data = super().read(size)
        if not data:
            raise ConnectionResetError
        return data


def objects_in_store() -> list[str]:
    try:
        return storages["attachments"].listdir("")[1]
    except FileNotFoundError:
        return []


def text_of(response) -> str:
    """The words of a page, without its markup."""
    page = re.sub(r"(?s)<(script|style|head|nav|footer)\b.*?</\1>", " ", response.content.decode())
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def shows_number(text: str) -> bool:
    """Whether the number of DETAILS is there in any form. Digits alone are in one identifier of many."""
    return bool(re.search(r"\b555\b|\b5550123\b|2125550123", text))


CONTACT = reverse("callbacks:contact")
SENT = reverse("callbacks:sent")
CORRECT = reverse("callbacks:correct")
WITHDRAW = reverse("callbacks:withdraw")


def number(of: int) -> str:
    return f"212 555 01{of:02}"


def link_to(nonce: str = "a-nonce", page: str = SENT) -> str:
    """The private link to the request that a form with this nonce made."""
    return f"{page}?t={links.secret(nonce)}"


def assert_private(response) -> None:
    assert "no-store" in response["Cache-Control"]
    assert response["Referrer-Policy"] == "no-referrer"
    assert not response.cookies


def assert_form_comes_back(response, status: int, name: str = "Zoë Miller") -> None:
    """With what was typed, a title that says so, whom to call, and a token that works."""
    assert response.status_code == status
    assert_private(response)
    page = response.content.decode()
    assert "<title>Error: Ask for a call" in page
    assert "There is a problem" in page
    assert f'name="name" value="{name}"' in page or not name
    assert "Knock first." in page
    assert "866-512-1908" in page.split("There is a problem")[1]
    assert tokens.read_form(token_in(response))
    assert CallbackRequest.objects.count() == 0
    assert objects_in_store() == []


def token_in(response) -> str:
    return re.search(r'name="token" value="([^"]+)"', response.content.decode())[1]


def stored_bytes(attachment: Attachment) -> bytes:
    return b"".join(sealed_files.plain_chunks(attachment.object_name))


def attachments() -> list[Attachment]:
    """Of the one request, which is whole whatever became of its files."""
    request = CallbackRequest.objects.get()
    assert request.open_details() == DETAILS
    return list(request.attachments.order_by("slot"))


def only_attachment() -> Attachment:
    [attachment] = attachments()
    return attachment


def two_at_a_time(files: Iterable[File]) -> Iterator[tuple[tuple[str, File], ...]]:
    """The files of one form after another."""
    files = iter(files)
    while both := tuple(zip(("file_1", "file_2"), files, strict=False)):
        yield both


def forget_requests() -> None:
    """As if nothing had been sent yet: a test that goes through a list begins anew."""
    CallbackRequest.objects.all().delete()
    for name in objects_in_store():
        storages["attachments"].delete(name)


VIEW = "callbacks.view_callbackrequest"
WORK = "callbacks.work_callbackrequest"
ERASE = "callbacks.delete_callbackrequest"
EXPORT = "callbacks.export_callbackrequest"
ORIGINALS = "callbacks.download_original"
QUEUE = reverse("admin:callbacks_callbackrequest_changelist")


def step(name: str, request: CallbackRequest | None = None, *more: str) -> str:
    """The address of one of the staff's pages or buttons."""
    return reverse(f"admin:callbacks_callbackrequest_{name}", args=[request.pk, *more] if request else [])


def records() -> list[tuple[str, str]]:
    """What was written down, oldest first: the action, and the reference or file it was about."""
    rows = AccessRecord.objects.order_by("at", "pk")
    return [(row.action, row.slot or row.request_reference) for row in rows]


def said(response) -> str:
    """The messages that this post leaves for the page after it."""
    return " ".join(str(message) for message in response.wsgi_request._messages._queued_messages)


def page_of(request: CallbackRequest, page: str = "change") -> str:
    return reverse(f"admin:callbacks_callbackrequest_{page}", args=[request.pk])


def file_of(request: CallbackRequest, slot: str = "file_1") -> str:
    return reverse("admin:callbacks_callbackrequest_file", args=[request.pk, slot])


def sign_in(client, *permissions: str, superuser: bool = False):
    client.force_login(make_staff("intake", permissions=permissions, superuser=superuser))
    return client


def stored(slot: str = "file_1", content: bytes = JPEG, kind: Kind = Kind.JPEG) -> dict[Slot, Received]:
    name = sealed_files.new_name()
    file = sealed_files.create(name)
    writer = EncryptingWriter(file, name)
    writer.write(content)
    writer.finish()
    sealed_files.close_durably(file)
    return {Slot(slot): Received(Slot(slot), "card.jpg", name, kind, len(content))}


def refused(slot: str = "file_2", refusal: Refusal = Refusal.WRONG_KIND) -> dict[Slot, Received]:
    return {Slot(slot): Received(Slot(slot), "<img src=x onerror=b>.gif", refusal=refusal)}


def submit(received=None, details=DETAILS, nonce="a-nonce") -> CallbackRequest:
    return submission.submit(details=details, nonce=nonce, received=received or {}).request
