"""What counts as a valid upload: decided by content, never by a name; and what is said of another kind."""

import pytest

from callbacks.values import unsupported_kinds
from callbacks.values.unsupported_kinds import DOCUMENT, PICTURE, VIDEO
from callbacks.values.upload_rules import Kind, Refusal, clean_name, recognize
from tests.callbacks.helpers import HEIC, JPEG, PDF, PNG, File, post_form, text_of, two_at_a_time
from tests.callbacks.hostile import zipped

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
def test_kind_is_recognized_by_the_first_bytes(head, kind):
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


def test_each_refusal_has_its_own_sentence():
    sentences = {refusal.sentence for refusal in Refusal}
    assert len(sentences) == len(Refusal)
    assert all(sentence.endswith(".") and "please" not in sentence.lower() for sentence in sentences)


KINDS = [
    (b"GIF89a" + bytes(99), "GIF pictures", PICTURE),
    (b"BM\x36\x10\0\0\0\0\0\0" + bytes(99), "BMP pictures", PICTURE),
    (b"II*\0" + bytes(99), "TIFF pictures", PICTURE),
    (b"MM\0*" + bytes(99), "TIFF pictures", PICTURE),
    (b"<?xml version='1.0'?>\n<svg xmlns='x'/>", "SVG pictures", PICTURE),
    (zipped("word/document.xml"), "Word documents", DOCUMENT),
    (zipped("[Content_Types].xml"), "Office documents", DOCUMENT),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "Office documents", DOCUMENT),
    (zipped("mimetype").replace(b"%PDF-1.7", b"x"), "ZIP files", unsupported_kinds.ARCHIVE),
    (b"PK\x03\x04" + bytes(26) + b"mimetypeapplication/vnd.oasis.opendocument.text", "OpenDocument files", DOCUMENT),
    (rb"{\rtf1 hello}", "RTF documents", DOCUMENT),
    ("Grüße, wie geht es?".encode(), "text files", DOCUMENT),
    (b"<!DOCTYPE html><p>", "web pages", unsupported_kinds.ADVICE),
    (b"\0\0\0\x18ftypmp42" + bytes(99), "videos", VIDEO),
    (b"\0\0\0\x14ftypqt  " + bytes(99), "videos", VIDEO),
    (b"\0\0\0\x18ftypM4A " + bytes(99), "sound files", "Tell us what is in it when we call."),
    (b"ID3\x04" + bytes(99), "sound files", "Tell us what is in it when we call."),
    (zipped(), "ZIP files", unsupported_kinds.ARCHIVE),
]


@pytest.mark.django_db
def test_refusal_names_the_kind_and_what_to_do(client):
    said = {content: f"It is one of the kinds we do not take: {name}. {advice}" for content, name, advice in KINDS}
    for files in two_at_a_time(map(File, said)):
        page = " ".join(text_of(client.get(post_form(client, *files)["Location"])).split())
        for _, file in files:
            assert f"It did not go through. {said[file.content]}" in page


@pytest.mark.parametrize("head", [b"", b"x", bytes(1024), b"\x80\x04\x95cposix", b"\x7fELF", b"MZ\x90\0"])
def test_kind_without_a_name_has_no_code(head):
    assert unsupported_kinds.recognize(head) == ""
    assert unsupported_kinds.sentence("") == ""


def test_codes_fit_their_column():
    assert all(unsupported_kinds.sentence(code).endswith(".") and len(code) <= 80 for code in unsupported_kinds.KINDS)
