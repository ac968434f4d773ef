"""Files and bodies made to do harm, or that merely look so. Each is a function of nothing, or bytes."""

import gzip
import io
import struct
import zipfile
import zlib

from tests.callbacks.helpers import BOUNDARY, HEIC, JPEG, PDF, PNG

#: The harmless file that every virus scanner reports; in pieces, so that none reports this one.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS" + b"-TEST-FILE!$H+H*"


def zipped(name: str = "card.pdf", content: bytes = PDF) -> bytes:
    with zipfile.ZipFile(buffer := io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return buffer.getvalue()


def picture_that_says_it_is(width: int, height: int, pixels: bytes = b"") -> bytes:
    """A PNG whose header says how large it is, whatever it holds."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(pixels, 9)) + chunk(b"IEND", b"")
    )


_SCRIPT = b"<script>alert(document.domain)</script>"
_BOMB = zlib.compress(bytes(5_000_000), 9)

#: What is refused for what it is, under whichever name and declared type.
REFUSED: dict[str, bytes] = {
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>" * 20,
    "svg behind a declaration": b"<?xml version='1.0'?><!DOCTYPE svg><svg>" + _SCRIPT + b"</svg>" * 200,
    "gif": b"GIF89a" + bytes(2000),
    "gif with a script": b"GIF89a" + _SCRIPT * 50,
    "html": b"<!doctype html><html>" + _SCRIPT * 50,
    "php": b"<?php system($_GET['c']); ?>" * 50,
    "phar": b"<?php __HALT_COMPILER(); ?>" + bytes(900),
    "htaccess": b"AddType application/x-httpd-php .jpg\n" * 30,
    "windows program": b"MZ\x90\x00" + bytes(5000),
    "linux program": b"\x7fELF" + bytes(5000),
    "shell script": b"#!/bin/sh\nrm -rf /\n" * 50,
    "zip": zipped(),
    "docx": zipped("word/document.xml", b"<w:document/>" * 99),
    "docm": zipped("word/vbaProject.bin", b"Auto_Open" * 99),
    "jar": zipped("META-INF/MANIFEST.MF", b"Main-Class: X\n" * 99),
    "zip bomb": zipped("bomb", bytes(5_000_000)),
    "gzip bomb": gzip.compress(bytes(5_000_000)),
    "seven zip": b"7z\xbc\xaf\x27\x1c" + bytes(2000),
    "rar": b"Rar!\x1a\x07\x01\x00" + bytes(2000),
    "xml bomb": b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><l>&b;</l>' * 20,
    "pickle": b"\x80\x04\x95" + b"cposix\nsystem\n(S'id'\ntR." * 40,
    "rtf": rb"{\rtf1\object\objocx" + bytes(2000),
    "old office file": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5000),
    "tiff": b"II*\x00" + bytes(2000),
    "video": b"\x00\x00\x00\x18ftypisom\x00\x00\x00\x00isommp42" + bytes(5000),
    "postscript": b"%!PS-Adobe-3.0\n(%pipe%id) (r) file\n" * 40,
    "eicar": EICAR,
    "eicar behind blanks": b" " * 600 + EICAR,
    "eicar in a zip": zipped("eicar.com", EICAR),
    "jpeg behind html": _SCRIPT + JPEG,
    "png behind one byte": b"\x00" + PNG,
    "half a png signature": b"\x89PNG" + bytes(2000),
    "pdf in utf-16": PDF.decode("latin-1").encode("utf-16"),
    "one byte": b"%",
    "nothing but zeros": bytes(100_000),
    "endless ftyp box": b"\xff\xff\xff\xffftypmif1" + bytes(2000),
    "ftyp box of no length": b"\x00\x00\x00\x00ftypmif1heic" + bytes(2000),
}

#: What is one of our kinds by its first bytes, whatever else it is: kept sealed, never opened or unpacked here.
TAKEN: dict[str, tuple[bytes, str]] = {
    "heic called jpg": (HEIC, "heic"),
    "jpeg with html in it": (JPEG + b"<html>" + _SCRIPT * 50, "jpg"),
    "jpeg with php in its comment": (b"\xff\xd8\xff\xfe\x00\x30<?php system('id');?>" + JPEG, "jpg"),
    "jpeg with an archive behind it": (JPEG + zipped(), "jpg"),
    "png with an archive behind it": (PNG + zipped("x.php", b"<?php ?>" * 99), "png"),
    "png of 25 megapixels and one": (picture_that_says_it_is(5000, 5001), "png"),
    "png of 20,000 by 1": (picture_that_says_it_is(20_000, 1), "png"),
    "png of 1 by 1": (picture_that_says_it_is(1, 1, b"\x00abc") + bytes(500), "png"),
    "png that unpacks to 5 MB": (picture_that_says_it_is(65_535, 65_535, bytes(5_000_000)), "png"),
    "png of no size": (picture_that_says_it_is(0, 0) + bytes(500), "png"),
    "moving png": (PNG[:8] + b"\x00\x00\x00\x08acTL" + bytes(2000), "png"),
    "pdf with a script": (PDF + b"<< /OpenAction << /S /JavaScript /JS (app.alert(1)) >> >>", "pdf"),
    "pdf with a program in it": (PDF + b"<< /Type /EmbeddedFile >> stream\nMZ\x90" + bytes(2000), "pdf"),
    "pdf that unpacks to 5 MB": (PDF + b"/FlateDecode stream\n" + _BOMB, "pdf"),
    "pdf and html at once": (b"%PDF-1.4\n<!--" + PDF + b"-->" + _SCRIPT, "pdf"),
    "pdf with eicar in it, without a scanner": (PDF + EICAR, "pdf"),
    "pdf cut in half": (PDF[: len(PDF) // 2], "pdf"),
    "jpeg of four bytes": (b"\xff\xd8\xff\xe0", "jpg"),
    "empty pdf": (b"%PDF-", "pdf"),
    "pdf behind 900 blank lines": (b"\n" * 900 + PDF, "pdf"),
    "pdf behind html": (_SCRIPT + PDF, "pdf"),
    "byte order mark before a pdf": (b"\xef\xbb\xbf" + PDF, "pdf"),
    "webp": (b"RIFF\x00\x10\x00\x00WEBPVP8 " + bytes(2000), "webp"),
    "avif": (b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00mif1avif" + bytes(2000), "avif"),
}

_PART = f"--{BOUNDARY}\r\nContent-Disposition: form-data; name="
_FILE = _PART + '"file_1"; filename="a"\r\n'
_END = f"\r\n--{BOUNDARY}--\r\n"

#: What follows good text in place of a well-made file.
TAILS: dict[str, bytes] = {
    name: tail if isinstance(tail, bytes) else tail.encode()
    for name, tail in {
        "no end": _PART + '"file_1"; filename="a.pdf"\r\n\r\n%PDF-1.7 and no more',
        "no blank line behind the header": _PART + '"file_1"; filename="a.pdf"\r\nContent-Type: image/png' + _END,
        "only a boundary": f"--{BOUNDARY}\r\n",
        "half a boundary": f"--{BOUNDARY[:10]}",
        "end twice": f"--{BOUNDARY}--\r\n--{BOUNDARY}--\r\n",
        "line feeds only": f'--{BOUNDARY}\nContent-Disposition: form-data; name="file_1"; filename="a"\n\nx\n',
        "a boundary within the file": _FILE + f"\r\n%PDF-\r\n--{BOUNDARY}x\r\n" + "y" * 999 + _END,
        "another multipart inside": _FILE + "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n--b--" + _END,
        "a header of a megabyte": _FILE + "X: " + "x" * 1_000_000 + "\r\n\r\n%PDF-" + _END,
        "a thousand headers": _FILE + "X: y\r\n" * 1000 + "\r\n%PDF-1.7" + _END,
        "a header with no colon": _PART + '"file_1"; filename="a"\r\nnonsense\r\n\r\n%PDF-1.7' + _END,
        "no name": f'--{BOUNDARY}\r\nContent-Disposition: form-data; filename="a"\r\n\r\n%PDF-' + _END,
        "no disposition": f"--{BOUNDARY}\r\nContent-Type: image/png\r\n\r\n%PDF-1.7" + _END,
        "a nul in the field's name": _PART + '"file_1\x00"; filename="a"\r\n\r\n%PDF-1.7' + _END,
        "array brackets": _PART + '"file_1[]"; filename="a"\r\n\r\n%PDF-1.7' + _END,
        "a path for a field": _PART + '"../file_1"; filename="a"\r\n\r\n%PDF-1.7' + _END,
        "an encoded name": _PART + "\"file_1\"; filename*=UTF-8''%2e%2e%2fa%00.pdf\r\n\r\n%PDF-1.7 and more" + _END,
        "a badly encoded name": _PART + "\"file_1\"; filename*=x'y'%ff%zz\r\n\r\n%PDF-1.7 and more" + _END,
        "a name in no known charset": _PART + "\"file_1\"; filename*=no-such''a.pdf\r\n\r\n%PDF-1.7 and more" + _END,
        "two names": _PART + '"file_1"; filename="a.pdf"; filename="b.php"\r\n\r\n%PDF-1.7 and more' + _END,
        "quotes that never close": _PART + '"file_1"; filename="a.pdf\r\n\r\n%PDF-1.7 and more' + _END,
        "base64 that is none": _PART + '"file_1"; filename="a"\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!!' + _END,
        "a length of its own": _PART + '"file_1"; filename="a"\r\nContent-Length: -5\r\n\r\n%PDF-1.7' + _END,
        "a huge length of its own": _FILE + "Content-Length: " + "9" * 5000 + "\r\n\r\n%PDF-" + _END,
        "nothing but nuls": bytes(200_000),
        "bytes of no text": bytes(range(256)) * 400,
        "invalid utf-8 for a header": _FILE.encode() + b"X: \xff\xfe\xc0\x80\r\n\r\n%PDF-1.7" + _END.encode(),
        "gzip": gzip.compress(b"x" * 1_000_000),
    }.items()
}  # fmt: skip
