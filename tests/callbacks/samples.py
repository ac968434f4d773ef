"""Small files of each kind."""

import io

import pillow_heif
from PIL import Image


def _picture(file_format: str) -> bytes:
    Image.new("RGB", (64, 64), "teal").save(out := io.BytesIO(), file_format)
    return out.getvalue()


pillow_heif.register_heif_opener()
#: Small files that open, with something behind or in them to look for.
PDF = (
    b"%PDF-1.7\n1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj\n"
    b"2 0 obj <</Type /Pages /Kids [3 0 R] /Count 1>> endobj\n"
    b"3 0 obj <</Type /Page /Parent 2 0 R /MediaBox [0 0 9 9]>> endobj\n%" + b"pdf content " * 80 + b"\n"
    b"trailer <</Root 1 0 R>>\nstartxref\n0\n%%EOF\n"
)
JPEG = _picture("JPEG") + b"jpeg content " * 80
PNG = _picture("PNG") + b"png content " * 80
HEIC = _picture("HEIF") + b"heic content " * 80
