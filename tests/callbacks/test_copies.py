"""Staff get a picture without the place where it was taken, upright; the original is a choice of its own."""

import contextlib
import io
import random
import struct
import time
import zipfile

import pillow_heif
import pytest
from django.core.files.storage import storages
from PIL import Image, PngImagePlugin

from callbacks.files import clean_copies
from callbacks.files.clean_copies import CannotClean
from callbacks.models import Attachment
from callbacks.values.upload_rules import Kind
from tests import state
from tests.callbacks.helpers import PDF, stored, submit
from tests.callbacks.hostile import picture_that_says_it_is
from vault.keyring import VaultError

pytestmark = pytest.mark.django_db

RED, WHITE = (255, 0, 0), (255, 255, 255)
#: What must not be left of a picture, wherever it stood in it.
SECRETS = b"Exif CANARY GPS http://ns.adobe.com ICC_PROFILE iCCP tEXt zTXt eXIf PK".split()
NOISE = random.Random(1).randbytes(5000)  # the same each time: some noise is a picture


def photo(width: int = 60, height: int = 40) -> Image.Image:
    """Red on its left, white on its right."""
    picture = Image.new("RGB", (width, height), WHITE)
    picture.paste(RED, (0, 0, width // 2, height))
    return picture


def exif(orientation: int = 6) -> bytes:
    """As a phone writes it: where, with what, and which way up. 6 says: turn it a quarter to the right."""
    data = Image.Exif()
    data[0x0112] = orientation
    data[0x010F] = "CANARY CAMERA"
    data[0x8825] = {1: "N", 2: (40.0, 41.0, 21.0), 3: "W", 4: (74.0, 2.0, 40.0), 29: "CANARY DATE"}
    return data.tobytes()


def jpeg() -> bytes:
    out = io.BytesIO()
    xmp = b"<x:xmpmeta>CANARY</x:xmpmeta>"
    photo().save(out, "JPEG", exif=exif(), xmp=xmp, comment="CANARY", icc_profile=b"CANARY PROFILE" * 9, quality=95)
    return out.getvalue()


def png() -> bytes:
    out, texts = io.BytesIO(), PngImagePlugin.PngInfo()
    texts.add_text("Comment", "CANARY")
    texts.add_text("Place", "CANARY" * 50, zip=True)
    texts.add_itxt("XML:com.adobe.xmp", "CANARY")
    photo().save(out, "PNG", exif=exif(), pnginfo=texts, icc_profile=b"CANARY PROFILE" * 9)
    return out.getvalue()


def heic(size: tuple[int, int] = (60, 40)) -> bytes:
    out, picture = io.BytesIO(), pillow_heif.from_pillow(photo(*size))
    picture.info.update(exif=exif(), xmp=b"CANARY")
    picture.save(out, quality=90)
    assert b"irot" in out.getvalue()
    return out.getvalue()


def keep(content: bytes, kind: Kind) -> Attachment:
    return submit(stored(content=content, kind=kind)).attachments.get()


def read(copy: clean_copies.Copy) -> bytes:
    content = b"".join(copy.chunks)
    assert len(content) == copy.size
    return content


def is_near(pixel, color) -> bool:
    return all(abs(a - b) < 40 for a, b in zip(pixel, color, strict=False))


PHOTOS = [(jpeg, Kind.JPEG, "jpg"), (png, Kind.PNG, "png"), (heic, Kind.HEIC, "jpg")]


@pytest.mark.parametrize(("make", "kind", "extension"), PHOTOS)
def test_copy_of_a_photo_has_no_location_and_is_upright(make, kind, extension):
    attachment = keep(make(), kind)
    assert b"CANARY" in make()
    copy = clean_copies.for_staff(attachment)
    content = read(copy)
    assert [secret for secret in SECRETS if secret in content] == []
    picture = Image.open(io.BytesIO(content))
    assert dict(picture.getexif()) == {}
    assert not {"exif", "xmp", "comment", "icc_profile", "photoshop", "Comment", "Place"} & set(picture.info)
    assert picture.size == (40, 60)  # turned: what was on its left is at its top
    assert is_near(picture.getpixel((20, 5)), RED) and is_near(picture.getpixel((20, 55)), WHITE)
    assert copy.name.endswith(f".{extension}")
    assert copy.media_type == {"jpg": "image/jpeg", "png": "image/png"}[extension]
    assert copy.name == f"request-{attachment.request.reference}-1.{extension}"


@pytest.mark.parametrize(("make", "kind", "extension"), PHOTOS)
def test_original_of_a_photo_is_what_was_sent(make, kind, extension):
    attachment = keep(make(), kind)
    copy = clean_copies.for_staff(attachment, original=True)
    assert read(copy) == make()
    assert (copy.media_type, copy.name) == (kind.media_type, attachment.download_name)


def test_pdf_is_given_as_it_came():
    copy = clean_copies.for_staff(keep(PDF, Kind.PDF))
    assert read(copy) == PDF
    assert copy.media_type == "application/pdf" and copy.name.endswith(".pdf")


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("CANARY.txt", "CANARY")
    return out.getvalue()


@pytest.mark.parametrize("tail", [archive(), b"<html><script>CANARY</script></html>", NOISE[:99] + b"CANARY"])
@pytest.mark.parametrize(("make", "kind", "extension"), PHOTOS)
def test_bytes_after_a_picture_are_not_in_the_copy(make, kind, extension, tail):
    content = read(clean_copies.for_staff(keep(make() + tail, kind)))
    assert b"CANARY" not in content and b"<script" not in content and not zipfile.is_zipfile(io.BytesIO(content))


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (picture_that_says_it_is(100_000, 100_000), Kind.PNG),
        (picture_that_says_it_is(10_955, 10_955), Kind.PNG),
        (picture_that_says_it_is(120_000_001, 1), Kind.PNG),
        (heic((64, 64)).replace(struct.pack(">II", 64, 64), struct.pack(">II", 30_000, 30_000)), Kind.HEIC),
    ],
)
def test_picture_of_too_many_pixels_is_refused_at_once(content, kind):
    began = time.monotonic()
    with pytest.raises(CannotClean, match="too many pixels.*who may download originals"):
        clean_copies.for_staff(keep(content, kind))
    assert time.monotonic() - began < 15


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (jpeg()[:300], Kind.JPEG),
        (heic()[:-60], Kind.HEIC),
        (jpeg()[:4] + NOISE, Kind.JPEG),
        (picture_that_says_it_is(7_000, 7_000), Kind.PNG),
        (heic()[:40] + NOISE, Kind.HEIC),
        (png(), Kind.JPEG),  # no other decoder is tried than the one for what was recognized
        (b"\xff\xd8\xff" + b"GIF89a" * 100, Kind.JPEG),
    ],
)
def test_damaged_picture_is_reported_with_advice(content, kind):
    with pytest.raises(CannotClean, match="damaged or cut off.*ask the person for another photo"):
        clean_copies.for_staff(keep(content, kind))


def test_no_damaged_picture_raises_an_unexpected_error():
    for make, kind, _ in PHOTOS:
        content = make()
        for at in range(30, len(content), len(content) // 6):
            hurt = content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :]
            attachment = submit(stored(content=hurt, kind=kind), nonce=f"{kind} {at}").attachments.get()
            with contextlib.suppress(CannotClean):
                read(clean_copies.for_staff(attachment))


@pytest.mark.parametrize("original", [True, False])
@pytest.mark.parametrize("at", [0, 30, 100, -1])
def test_altered_file_is_detected_before_a_byte_is_sent(at, original):
    attachment = keep(jpeg(), Kind.JPEG)
    path = state.folder_of(storages["attachments"]) / attachment.object_name
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)
    with pytest.raises(VaultError):
        clean_copies.for_staff(attachment, original=original)


def test_missing_file_raises_a_clear_error():
    attachment = keep(jpeg(), Kind.JPEG)
    storages["attachments"].delete(attachment.object_name)
    with pytest.raises(FileNotFoundError):
        clean_copies.for_staff(attachment)


@pytest.mark.parametrize("original", [True, False])
def test_held_file_cannot_be_downloaded(original):
    attachment = keep(jpeg(), Kind.JPEG)
    attachment.state = Attachment.State.HELD
    with pytest.raises(ValueError, match="not scanned yet"):
        clean_copies.for_staff(attachment, original=original)
