"""What a browser sends, byte by byte, and the kinds of file it sends."""

import io
import re
from dataclasses import dataclass

from django.core.files.storage import FileSystemStorage, storages
from django.urls import reverse

from callbacks import tokens
from callbacks.details import Details

MIB = 1024 * 1024
BOUNDARY = "----WebKitFormBoundaryTest"
CONTENT_TYPE = f"multipart/form-data; boundary={BOUNDARY}"

PDF = b"%PDF-1.7\n" + b"pdf content " * 80
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + b"jpeg content " * 80
PNG = b"\x89PNG\r\n\x1a\n" + b"png content " * 80
HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"heic content " * 80

DETAILS = Details(name="Zoë Miller", phone="+12125550123", preferred_time="evening", message="Knock first.")


@dataclass(frozen=True)
class File:
    """A part of a form with a file in it. `name` goes into the header as it is."""

    content: bytes
    name: bytes = b"card.jpg"
    declared: bytes = b"image/jpeg"
    header: bytes = b""


def fields(**changes: str | None) -> dict[str, str]:
    """The text of a form as the page sends it; None leaves a field out."""
    base = {"name": "Zoë Miller", "phone": "(212) 555-0123", "preferred_time": "evening", "message": "Knock first."}
    base["token"] = tokens.sign_form(tokens.new_nonce())
    return {name: value for name, value in (base | changes).items() if value is not None}


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


class FullDisk(FileSystemStorage):
    """Takes the first 100,000 bytes of a file; then the disk is full."""

    def _open(self, name, mode="rb"):
        file = super()._open(name, mode)
        if mode == "wb":
            file.file = _FullFile(file.file)
        return file


class _FullFile:
    def __init__(self, file) -> None:
        self._file = file
        self._left = 100_000

    def write(self, data: bytes) -> int:
        self._left -= len(data)
        if self._left < 0:
            raise OSError(28, "No space left on device")
        return self._file.write(data)

    def __getattr__(self, name: str):
        return getattr(self._file, name)


def objects_in_store() -> list[str]:
    try:
        return storages["attachments"].listdir("")[1]
    except FileNotFoundError:
        return []


def text_of(response) -> str:
    """The words of a page, without its markup."""
    page = re.sub(r"(?s)<(script|style|head|nav|footer)\b.*?</\1>", " ", response.content.decode())
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
