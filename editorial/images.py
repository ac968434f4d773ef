"""Pictures that editors add to a text: decoded, turned upright, scaled down and re-encoded.

Only the pixels of the uploaded file are stored: no name, no metadata, no bytes after the picture.
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
EXTENSIONS = {"JPEG": "jpg", "MPO": "jpg", "PNG": "png", "WEBP": "webp"}
OPENED = ["JPEG", "PNG", "WEBP"]  # Pillow calls a JPEG with several pictures, as some cameras write, MPO
TOO_LARGE = "The picture is larger than 8 MB. Make it smaller and add it again."
#: What the editor inserts: a description to fill in, or why there is no picture.
UNDESCRIBED = "Describe this picture"
UPLOAD_REFUSED = "[Picture not added:"


def store(upload: UploadedFile) -> str:
    """Store the picture and return its path on this site.

    Raises ValidationError with what to do instead, and OSError if the storage fails.
    """
    if (upload.size or 0) > MAX_BYTES:
        raise ValidationError(TOO_LARGE)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            opened = Image.open(upload, formats=OPENED)
            kind = opened.format or ""
            if opened.width * opened.height > MAX_PIXELS:
                raise ValidationError("The picture has more than 25 million pixels. Make it smaller first.")
            upright = ImageOps.exif_transpose(opened)
            upright.thumbnail((MAX_SIDE, MAX_SIDE))
            as_jpeg = EXTENSIONS[kind] == "jpg"
            picture = upright.convert("RGB" if as_jpeg else "RGBA")
            picture.info = {}  # comments and color profiles would be saved too
            out = io.BytesIO()
            picture.save(out, "JPEG" if as_jpeg else kind)
    except ValidationError:
        raise
    except (UnidentifiedImageError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ValidationError("Add a JPEG, PNG or WebP picture.") from error
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise ValidationError("The picture is damaged or cut off. Save it again and add it again.") from error
    name = default_storage.save(f"pictures/{uuid.uuid4().hex}.{EXTENSIONS[kind]}", ContentFile(out.getvalue()))
    return f"/media/{name}"
