"""Re-encode an untrusted, perhaps truncated picture, in the sandbox only. The copy has pixels and nothing else."""

import importlib
import io
import struct

MAX_PIXELS = 120_000_000  # decoded; a JPEG is decoded at a half, a quarter or an eighth where that is enough
MAX_SIDE = 4000  # pixels, of the copy
INSPECT_SIDE = 500  # pixels, of a picture that is only inspected
#: The shares of a picture below which it is useless, and above which it counts as complete.
USELESS_BELOW, COMPLETE_ABOVE = 0.02, 0.98
_ROWS = 200  # of the small copy used to measure the missing part

FORMATS = {"jpg": "JPEG", "png": "PNG", "heic": "HEIF", "webp": "WEBP", "avif": "AVIF"}
_ORIENTATION = 0x0112


class _TooLarge(Exception):
    pass


def prepare(kind: str) -> None:
    """Import what this kind needs, before the fence is closed."""
    for module in ("ImageOps", "JpegImagePlugin", "MpoImagePlugin", "PngImagePlugin", "TiffImagePlugin"):
        importlib.import_module(f"PIL.{module}")
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # _check does this, with the scale for decoding
    Image.preinit()
    if kind == "heic":
        import pillow_heif

        # The embedded thumbnail may show another picture.
        pillow_heif.register_heif_opener(thumbnails=False, decode_threads=0)
    elif kind == "avif":
        from PIL import AvifImagePlugin

        AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    elif kind == "webp":
        importlib.import_module("PIL.WebPImagePlugin")


def inspect(data: bytes, kind: str) -> list[str]:
    """Return the codes of problems with a picture."""
    try:
        return _decode(data, FORMATS[kind], INSPECT_SIDE)[1]
    except _TooLarge:
        return ["huge"]


def reencode(data: bytes, kind: str) -> tuple[list[str], bytes]:
    """Return the same codes and an upright copy, at most MAX_SIDE pixels long: a PNG for a PNG, otherwise a JPEG."""
    try:
        picture, found = _decode(data, FORMATS[kind], MAX_SIDE)
    except _TooLarge:
        return ["huge"], b""
    return found, _copy(picture, as_png=kind == "png") if picture else b""


def _decode(data: bytes, file_format: str, longest: int):
    """Return the decoded picture, if any, and the codes of its problems."""
    from PIL import ImageFile

    broken = (OSError, ValueError, SyntaxError, EOFError, RuntimeError, IndexError, KeyError, TypeError, struct.error)
    try:
        return _load(data, file_format, longest), []
    except broken:
        pass
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        # With an end marker, libjpeg also decodes an incomplete progressive picture. The rest is gray, or black in a
        # PNG. The other formats need their whole length, of which a little can be padded.
        ends = {"JPEG": b"\xff\xd9", "PNG": b""}
        picture = _load(data + ends.get(file_format, bytes(len(data) // 50 + 16)), file_format, longest)
    except broken:
        return None, ["unreadable"]
    there = _part_there(picture)
    if there < USELESS_BELOW:
        return None, ["unreadable"]
    return picture, ["end" if there > COMPLETE_ABOVE else "cut"]


def _load(data: bytes, file_format: str, longest: int):
    from PIL import Image

    picture = Image.open(io.BytesIO(data), formats=[file_format])
    if file_format != "JPEG":
        _check(picture)
    scale = min(1, longest / max(picture.size))
    picture.draft(None, (max(1, round(picture.width * scale)), max(1, round(picture.height * scale))))
    _check(picture)
    picture.load()
    _check(picture)  # a HEIC may be larger than it claims
    return picture


def _check(picture) -> None:
    if picture.width * picture.height > MAX_PIXELS:
        raise _TooLarge


def _part_there(picture) -> float:
    """Return the share of a picture above the rows that the decoder filled in, from 0 to 1."""
    from PIL import Image

    small = picture.resize((8, _ROWS), Image.Resampling.NEAREST).convert("RGB")
    pixels = list(small.getdata())
    filled = next((fill for fill in (128, 0) if _is_filled(pixels[-8:], fill)), None)
    if filled is None:
        return 1
    rows = (pixels[at : at + 8] for at in range(0, len(pixels), 8))
    return max((row for row, there in enumerate(rows, 1) if not _is_filled(there, filled)), default=0) / _ROWS


def _is_filled(pixels: list[tuple[int, ...]], fill: int) -> bool:
    return all(abs(value - fill) <= 1 for pixel in pixels for value in pixel)


def _copy(picture, *, as_png: bool) -> bytes:
    from PIL import Image, ImageOps

    orientation = picture.getexif().get(_ORIENTATION)
    picture = _plain(picture, alpha=as_png)
    picture.thumbnail((MAX_SIDE, MAX_SIDE), reducing_gap=2.0)
    if orientation:
        picture.getexif()[_ORIENTATION] = orientation
        ImageOps.exif_transpose(picture, in_place=True)
    clean = Image.new(picture.mode, picture.size)  # holds nothing but pixels
    clean.paste(picture)
    out = io.BytesIO()
    if as_png:
        clean.save(out, "PNG")
    else:
        clean.save(out, "JPEG", quality=90)
    return out.getvalue()


def _plain(picture, *, alpha: bool):
    """Convert to eight bits per channel, in a mode that browsers show."""
    if picture.mode.startswith("I"):  # sixteen bits of gray
        picture = picture.point(lambda value: value / 256).convert("L")
    transparent = picture.has_transparency_data or picture.mode in {"LA", "PA", "RGBA"}
    if transparent and not alpha:  # on white: a JPEG would show black
        from PIL import Image

        picture = picture.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture).convert("RGB")
    mode = "L" if picture.mode in {"1", "L"} else "RGB"
    if transparent:
        mode = "RGBA"
    return picture if picture.mode == mode else picture.convert(mode)
