"""Make small public copies of an editor's picture: upright, in sRGB, without name, place, camera or trailing bytes."""

import io
import re
from dataclasses import dataclass
from typing import IO

from django.conf import settings
from django.core.exceptions import ValidationError
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from storage.durable import file_lock

MAX_BYTES = 30 * 1024 * 1024
MAX_PIXELS = 50_000_000  # phones take 48 to 50 megapixels; decoding one takes 350 MB at most
MAX_TRANSPARENT_PIXELS = 25_000_000  # with transparency, and in WebP, each pixel takes twice the memory or more
MAX_RATIO = 10  # of the longer side to the shorter
#: Of the largest copy. A text is 640 CSS pixels wide on a desktop, and at most 430 on a phone, with 3 pixels for each.
MAX_WIDTH, MAX_HEIGHT = 1200, 1600
WIDTHS = (480, 800)  # of the smaller copies
FALLBACK_WIDTH = 800
MAX_COPY = 120_000  # bytes of each copy
QUALITIES = (80, 68, 56, 44, 34)
LOCK_SECONDS = 60

#: The placeholder for a description.
UNDESCRIBED = "Describe this picture"
#: What an earlier release put into texts instead of a picture.
UPLOAD_REFUSED = "[Picture not added:"
#: For file inputs: phones then offer camera and photos.
ACCEPTED = "image/*,.heic,.heif"
FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")  # Pillow calls a JPEG with several pictures MPO
WANTED = "Add a JPEG, PNG, WebP or HEIC picture."
TOO_LARGE = "The file is larger than 30 MB. Make the picture smaller and add it again."
DAMAGED = "The picture is damaged or cut off. Save it again and add it again."
MOVING = "The picture moves, and pictures here stay still. Save one frame of it as a PNG and add that."
BUSY = "Other pictures are being made smaller. Add it again in a minute."
#: The first bytes of other kinds of files, and the advice for each.
_OTHERS = (
    (rb"GIF8", "It is a GIF, which may move. Save it as a PNG and add that."),
    (rb"(?i)(?:\xef\xbb\xbf)?\s*(?:<\?xml|<!doctype svg|<!--|<svg)", "It is an SVG drawing. Save it as a PNG."),
    (rb"%PDF", "It is a PDF, not a picture. Take a screenshot of the page and add that."),
    (rb"II[*+]\0|MM\0[*+]", "It is a TIFF or a camera's raw file. Save it as a JPEG or PNG."),
    (rb"BM(?s:.{4})\0{4}", "It is a BMP. Save it as a PNG."),
    (rb"(?s:.{4})ftypavi[fs]", "It is an AVIF picture. Save it as a JPEG or PNG."),
    (rb"(?s:.{4})ftyp|\x1aE\xdf\xa3", "It is a video. Take a screenshot of it and add that."),
)
_ORIENTATION = 0x0112
# `_check` refuses large pictures before decoding, with a better message.
Image.MAX_IMAGE_PIXELS = None


@dataclass(frozen=True)
class Copies:
    """The public copies of a picture: WebP by width, and a JPEG for phones without WebP (iOS before 14)."""

    width: int
    height: int
    webp: dict[int, bytes]
    jpeg: bytes


def copies(file: IO[bytes]) -> Copies:
    """Make the copies. Each machine decodes one picture at a time. Raises ValidationError with advice."""
    if file.seek(0, io.SEEK_END) > MAX_BYTES:
        raise ValidationError(TOO_LARGE)
    file.seek(0)
    try:
        with file_lock(settings.VAR_DIR / "picture.lock", timeout=LOCK_SECONDS):
            picture = _decoded(file)
    except TimeoutError as error:
        raise ValidationError(BUSY) from error
    width, largest = _within(picture, picture.width, "WEBP")
    smaller = [_within(picture, each, "WEBP") for each in WIDTHS if each * 1.2 < width]
    jpeg = _within(picture, min(FALLBACK_WIDTH, width), "JPEG")[1]
    return Copies(width, _height(picture, width), dict([*smaller, (width, largest)]), jpeg)


def _decoded(file: IO[bytes]) -> Image.Image:
    import pillow_heif

    pillow_heif.register_heif_opener(thumbnails=False, decode_threads=1)
    try:
        opened = Image.open(file, formats=FORMATS)
        _check(opened)
        return _plain(opened)
    except ValidationError:
        raise
    except UnidentifiedImageError as error:
        file.seek(0)
        head = file.read(64)
        raise ValidationError(next((words for start, words in _OTHERS if re.match(start, head)), WANTED)) from error
    except (OSError, ValueError, SyntaxError, EOFError, RuntimeError, IndexError, KeyError, TypeError) as error:
        raise ValidationError(DAMAGED) from error


def _check(opened: Image.Image) -> None:
    """Raise ValidationError for a picture that must not be decoded."""
    shorter, longer = sorted(opened.size)
    if longer > MAX_RATIO * shorter:
        raise ValidationError(
            f"The picture is a strip of {opened.width} by {opened.height} pixels, too small to see on a page. Its "
            f"longer side may be {MAX_RATIO} times the shorter one. Cut it into parts."
        )
    pixels, heavy = opened.width * opened.height, opened.format == "WEBP" or opened.has_transparency_data
    most = MAX_TRANSPARENT_PIXELS if heavy else MAX_PIXELS
    if pixels > most:
        what = "that is WebP or transparent " if heavy else ""
        raise ValidationError(
            f"The picture has {pixels / 1_000_000:,.0f} megapixels. One {what}may have {most // 1_000_000}. Make it "
            "smaller first."
        )
    if opened.format in {"PNG", "WEBP"} and getattr(opened, "is_animated", False):
        raise ValidationError(MOVING)


def _plain(opened: Image.Image) -> Image.Image:
    """Return only its pixels: at most MAX_WIDTH by MAX_HEIGHT, on white, eight bits per channel, in sRGB, upright."""
    orientation = opened.getexif().get(_ORIENTATION, 1)
    profile = opened.info.get("icc_profile")
    if opened.mode.startswith("I"):  # sixteen bits of gray
        opened = opened.point(lambda value: value / 256).convert("L")
    elif opened.has_transparency_data or opened.mode in {"1", "P"}:
        opened = opened.convert("RGBA" if opened.has_transparency_data else "RGB")
    box = (MAX_WIDTH, MAX_HEIGHT) if orientation < 5 else (MAX_HEIGHT, MAX_WIDTH)
    scale = min(1, *(2 * most / side for most, side in zip(box, opened.size, strict=True)))
    opened.draft(None, (round(opened.width * scale), round(opened.height * scale)))  # a JPEG at a half, or less
    opened.thumbnail(box, reducing_gap=2.0)
    if opened.mode == "RGBA":
        opened = Image.alpha_composite(Image.new("RGBA", opened.size, "white"), opened).convert("RGB")
    picture = _in_srgb(opened, profile).convert("RGB")
    clean = Image.new("RGB", picture.size)  # holds nothing but pixels
    clean.paste(picture)
    clean.getexif()[_ORIENTATION] = orientation
    ImageOps.exif_transpose(clean, in_place=True)
    return clean


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    if not profile:
        return picture
    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(picture, own, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):  # no profile, or one for another color mode
        return picture
    return converted or picture


def _within(picture: Image.Image, width: int, kind: str) -> tuple[int, bytes]:
    """Return a copy of at most MAX_COPY bytes, and its width; reduce quality first, then size."""
    while True:
        copy = picture.resize((width, _height(picture, width)), Image.Resampling.LANCZOS, reducing_gap=2.0)
        for quality in QUALITIES:
            out = io.BytesIO()
            copy.save(out, kind, quality=quality)
            if out.tell() <= MAX_COPY:
                return width, out.getvalue()
        width = width * 3 // 4


def _height(picture: Image.Image, width: int) -> int:
    return max(1, round(picture.height * width / picture.width))
