"""Recognize unsupported kinds of files, to tell the sender what to do instead."""

import codecs
import re

from django.utils.translation import gettext, gettext_lazy as _

ADVICE = _("Take a screenshot of it or take a photo, and send that.")
PICTURE = _("Take a screenshot of it and send that.")
DOCUMENT = _("Save it as a PDF, or take a photo of the page.")
VIDEO = _("Send a photo or a screenshot instead.")
ARCHIVE = _("Send what is in it, one file at a time.")

#: Code, its name in a sentence, what to do.
KINDS = {
    "gif": (_("GIF pictures"), PICTURE),
    "bmp": (_("BMP pictures"), PICTURE),
    "tiff": (_("TIFF pictures"), PICTURE),
    "psd": (_("Photoshop pictures"), PICTURE),
    "jxl": (_("JPEG XL pictures"), PICTURE),
    "jp2": (_("JPEG 2000 pictures"), PICTURE),
    "svg": (_("SVG pictures"), PICTURE),
    "word": (_("Word documents"), DOCUMENT),
    "office": (_("Office documents"), DOCUMENT),
    "odt": (_("OpenDocument files"), DOCUMENT),
    "rtf": (_("RTF documents"), DOCUMENT),
    "pages": (_("Pages documents"), DOCUMENT),
    "ebook": (_("e-books"), DOCUMENT),
    "ps": (_("PostScript files"), DOCUMENT),
    "html": (_("web pages"), ADVICE),
    "mail": (_("saved emails"), ADVICE),
    "text": (_("text files"), DOCUMENT),
    "video": (_("videos"), VIDEO),
    "sound": (_("sound files"), _("Tell us what is in it when we call.")),
    "zip": (_("ZIP files"), ARCHIVE),
    "archive": (_("archives"), ARCHIVE),
}
_SIGNATURES = [
    (rb"GIF8[79]a", "gif"),
    (rb"BM(?s:.{4})\0{4}", "bmp"),
    (rb"II[*+]\0|MM\0[*+]", "tiff"),
    (rb"8BPS", "psd"),
    (rb"\xff\x0a|\0\0\0\x0cJXL ", "jxl"),
    (rb"\0\0\0\x0cjP  |\xff\x4f\xff\x51", "jp2"),
    (rb"\{\\rtf", "rtf"),
    (rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "office"),
    (rb"PK\x03\x04(?s:.{0,600})(?:\[Content_Types\]|_rels/\.rels|docProps/)(?s:.*)word/", "word"),
    (rb"PK\x03\x04(?s:.{26})word/", "word"),
    (rb"PK\x03\x04(?s:.{26})(?:\[Content_Types\]|_rels/|docProps/|xl/|ppt/)", "office"),
    (rb"PK\x03\x04(?s:.{26})mimetypeapplication/vnd\.oasis", "odt"),
    (rb"PK\x03\x04(?s:.{26})mimetypeapplication/epub", "ebook"),
    (rb"PK\x03\x04(?s:.{26})Index/", "pages"),
    (rb"PK\x03\x04", "zip"),
    (rb"Rar!\x1a|7z\xbc\xaf|\x1f\x8b|BZh|\xfd7zXZ", "archive"),
    (rb"%!PS", "ps"),
    (rb"(?s:.{4})ftyp(?:M4A|M4B)", "sound"),
    (rb"(?s:.{4})ftyp(?!mif1|msf1)|(?s:.{4})(?:moov|mdat)|\x1aE\xdf\xa3|RIFF(?s:.{4})AVI |\0\0\x01\xba", "video"),
    (rb"ID3|OggS|fLaC|#!AMR|RIFF(?s:.{4})WAVE|\xff[\xe2\xe3\xf2\xf3\xfa\xfb]", "sound"),
    (rb"(?i)(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*|<!doctype svg[^>]*>\s*|<!--.*?-->\s*)*<svg", "svg"),
    (rb"(?i)(?:\xef\xbb\xbf)?\s*<(?:!doctype html|html|head|script|body)", "html"),
    (rb"(?i)(?:received|return-path|from|mime-version|message-id|delivered-to): ", "mail"),
]
_FORMS = [(re.compile(pattern), code) for pattern, code in _SIGNATURES]


def recognize(head: bytes) -> str:
    """Return the code of an unsupported kind, by a file's first bytes; empty if unknown."""
    code = next((code for form, code in _FORMS if form.match(head)), "")
    return code or ("text" if _is_text(head) else "")


def sentence(code: str) -> str:
    """Return the message for the person; empty for an unknown code."""
    if code not in KINDS:
        return ""
    name, advice = KINDS[code]
    words = gettext("It is one of the kinds we do not take: %(kind)s. %(advice)s")
    return words % {"kind": name, "advice": advice}


def _is_text(head: bytes) -> bool:
    """Return whether `head` is the beginning of a printable text."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    try:
        text = codecs.getincrementaldecoder("utf-8-sig")().decode(head)  # ignores a character cut off at the end
    except UnicodeDecodeError:
        return False
    return len(text) > 1 and all(letter.isprintable() or letter in "\r\n\t\f" for letter in text)
