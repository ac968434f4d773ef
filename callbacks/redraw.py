"""Draws a stranger's picture anew, in a process of its own: `python redraw.py <kind>`, picture in, picture out.

Decoders are where hostile pictures strike. Here they have no keys, no database and no site to take down, can write no
file, and get a fixed amount of memory and time. Only pixels come out: no place, no camera, no comment, no thumbnail,
and none of the bytes that stood after the picture. callbacks/copies.py starts it; nothing else imports it.
"""

import io
import resource
import sys
import warnings

MAX_PIXELS = 50_000_000
MAX_SIDE = 4000  # pixels, of the copy
MAX_MEMORY = 1024**3  # bytes of address space
MAX_SECONDS = 40  # of processor time

#: Exit codes.
TOO_MANY_PIXELS = 3
DAMAGED = 4
TOO_MUCH_MEMORY = 5

FORMATS = {"jpg": "JPEG", "png": "PNG", "heic": "HEIF"}


def main(kind: str) -> int:
    if sys.platform == "linux":  # elsewhere address space is counted in other ways
        _limit(resource.RLIMIT_AS, MAX_MEMORY)
    _limit(resource.RLIMIT_CPU, MAX_SECONDS)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_CORE, 0)
    from PIL import Image

    if kind == "heic":
        import pillow_heif

        # The thumbnail inside may show something else than the picture.
        pillow_heif.register_heif_opener(thumbnails=False, decode_threads=1)
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        sys.stdout.buffer.write(redraw(sys.stdin.buffer.read(), FORMATS[kind]))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return TOO_MANY_PIXELS
    except MemoryError:
        return TOO_MUCH_MEMORY
    except (OSError, ValueError, SyntaxError, EOFError, RuntimeError):
        return DAMAGED
    return 0


def _limit(what: int, value: int) -> None:
    """For good, unless whoever started us has set a lower one."""
    _, highest = resource.getrlimit(what)
    if highest != resource.RLIM_INFINITY:
        value = min(value, highest)
    resource.setrlimit(what, (value, value))


def redraw(data: bytes, file_format: str) -> bytes:
    """PNG as PNG, the others as JPEG: upright, at most MAX_SIDE pixels long. Raises what Pillow raises."""
    from PIL import Image, ImageOps

    picture = Image.open(io.BytesIO(data), formats=[file_format])
    _check(picture)
    scale = min(1, MAX_SIDE / max(picture.size))
    size = tuple(max(1, round(side * scale)) for side in picture.size)
    picture.draft(None, size)  # a JPEG is decoded at a half, a quarter or an eighth where that is enough
    picture.load()
    _check(picture)  # a HEIC may turn out larger than it said
    orientation = picture.getexif().get(0x0112)
    as_png = file_format == "PNG"
    picture = _plain(picture, alpha=as_png)
    picture.thumbnail((MAX_SIDE, MAX_SIDE), reducing_gap=2.0)
    if orientation:
        picture.getexif()[0x0112] = orientation
        ImageOps.exif_transpose(picture, in_place=True)
    clean = Image.new(picture.mode, picture.size)  # it never held anything but these pixels
    clean.paste(picture)
    out = io.BytesIO()
    if as_png:
        clean.save(out, "PNG")
    else:
        clean.save(out, "JPEG", quality=90)
    return out.getvalue()


def _plain(picture, *, alpha: bool):
    """Eight bits a channel, in a mode that a browser shows."""
    if picture.mode.startswith("I"):  # sixteen bits of grey
        picture = picture.point(lambda value: value / 256).convert("L")
    transparent = alpha and (picture.has_transparency_data or picture.mode in {"LA", "PA", "RGBA"})
    mode = "RGBA" if transparent else "L" if picture.mode in {"1", "L", "LA"} else "RGB"
    return picture if picture.mode == mode else picture.convert(mode)


def _check(picture) -> None:
    from PIL import Image

    if picture.width * picture.height > MAX_PIXELS:
        raise Image.DecompressionBombError


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
