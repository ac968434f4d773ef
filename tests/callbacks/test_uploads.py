"""What counts as a valid upload: decided by content, never by a name or a declared type."""

import pytest

from callbacks.values.upload_rules import Kind, Refusal, clean_name, recognize
from tests.callbacks.helpers import HEIC, JPEG, PDF, PNG

pytestmark = pytest.mark.any_backend


def brands(major: bytes, *compatible: bytes) -> bytes:
    box = b"ftyp" + major + bytes(4) + b"".join(compatible)
    return (len(box) + 4).to_bytes(4, "big") + box + b"heicheic" * 20


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (PDF, Kind.PDF),
        (JPEG, Kind.JPEG),
        (PNG, Kind.PNG),
        (HEIC, Kind.HEIC),
        (brands(b"heix"), Kind.HEIC),
        (brands(b"mif1", b"heic"), Kind.HEIC),
        (brands(b"msf1", b"mif1", b"hevc"), Kind.HEIC),
        (brands(b"mif1", b"avif"), Kind.AVIF),
        (brands(b"avis"), Kind.AVIF),
        (brands(b"mif1"), None),  # brands behind the box do not count
        (brands(b"avif", b"mif1", b"heic"), Kind.AVIF),
        (brands(b"isom", b"mp42"), None),
        (b"", None),
        (b"%PDF", None),
        (b"\xff\xd8", None),
        (b"\x89PNG\r\n", None),
        (b"\n" * 900 + PDF, Kind.PDF),
        (b" %PDF-1.4", Kind.PDF),
        (b"\xef\xbb\xbf" + PDF, Kind.PDF),
        (b"\x1b%-12345X@PJL ENTER LANGUAGE=PDF\r\n" + PDF, Kind.PDF),
        (b"Content-Type: application/pdf\r\n\r\n" + PDF, Kind.PDF),
        (b"x" * 1019 + PDF, Kind.PDF),
        (b"x" * 1020 + PDF, None),
        (b"GIF89a<script>alert(1)</script>", None),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", None),
        (b"<!doctype html><script>", None),
        (b"PK\x03\x04 a zip or a docx", None),
        (b"MZ\x90\x00 a program", None),
        (b"RIFF\x00\x00\x00\x00WEBP", Kind.WEBP),
        (b"RIFF\x00\x00\x00\x00WAVE", None),
        (b"\x00\x00\x00\xffftyp", None),
        (b"\xff\xff\xff\xffftypmif1", None),
    ],
)
def test_kind_is_told_from_the_first_bytes(head, kind):
    assert recognize(head[:1024]) is kind


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("card.jpg", "card.jpg"),
        ("Überweisung – 名刺.pdf", "Überweisung – 名刺.pdf"),
        ("a\x00b\r\nc\x7f.pdf", "ab c.pdf"),
        ("harmless\u202efdp.exe", "harmlessfdp.exe"),
        ("\u2066x\u2069.png", "x.png"),
        ("\ud800.png", ".png"),
        ("x" * 300, "x" * 120),
        (" \u202e ", "file"),
        ("", "file"),
    ],
)
def test_file_name_shows_only_what_can_be_seen(name, shown):
    assert clean_name(name) == shown


def test_each_way_to_fail_has_a_sentence_of_its_own():
    sentences = {refusal.sentence for refusal in Refusal}
    assert len(sentences) == len(Refusal)
    assert all(sentence.endswith(".") and "please" not in sentence.lower() for sentence in sentences)
