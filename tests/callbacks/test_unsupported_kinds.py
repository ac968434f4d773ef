"""A file of a kind that is not taken: the person reads which it is, and what to do with that one."""

import pytest

from callbacks.values import unsupported_kinds
from callbacks.values.unsupported_kinds import DOCUMENT, PICTURE, VIDEO
from tests.callbacks.helpers import File, post_form, text_of, two_at_a_time
from tests.callbacks.hostile import zipped

pytestmark = pytest.mark.any_backend

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


def test_codes_fit_where_they_are_kept():
    assert all(unsupported_kinds.sentence(code).endswith(".") and len(code) <= 80 for code in unsupported_kinds.KINDS)
