"""Pictures that editors add to a text: decoded, turned upright, made smaller and written anew.

Nothing of the uploaded file is kept but its pixels: no name, no metadata, no bytes after the picture.
"""

import io
import uuid
import warnings

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from PIL import Image, ImageOps, UnidentifiedImageError

MAX_BYTES = 8 * 1024 * 1024
MAX_PIXELS = 25_000_000
MAX_SIDE = 1600  # pixels, of the picture as stored
EXTENSIONS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}


def store(upload: UploadedFile) -> str:
    """Stores the picture and returns its path on this site. Raises ValidationError with what to do instead."""
    if upload.size > MAX_BYTES:
        raise ValidationError("The picture is larger than 8 MB. Make it smaller and add it again.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(upload, formats=list(EXTENSIONS))
            kind = picture.format
            if picture.width * picture.height > MAX_PIXELS:
                raise ValidationError("The picture has more than 25 million pixels. Make it smaller first.")
            picture = ImageOps.exif_transpose(picture)
            picture.thumbnail((MAX_SIDE, MAX_SIDE))
            picture = picture.convert("RGB" if kind == "JPEG" else "RGBA")
            out = io.BytesIO()
            picture.save(out, kind)
    except ValidationError:
        raise
    except (UnidentifiedImageError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ValidationError("Add a JPEG, PNG or WebP picture.") from error
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise ValidationError("The picture is damaged or cut off. Save it again and add it again.") from error
    name = default_storage.save(f"pictures/{uuid.uuid4().hex}.{EXTENSIONS[kind]}", ContentFile(out.getvalue()))
    return f"/media/{name}"
