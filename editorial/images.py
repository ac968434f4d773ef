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
EXTENSIONS = {"JPEG": "jpg", "MPO": "jpg", "PNG": "png", "WEBP": "webp"}
OPENED = ["JPEG", "PNG", "WEBP"]  # some cameras write a JPEG of several pictures; Pillow then calls it MPO
TOO_LARGE = "The picture is larger than 8 MB. Make it smaller and add it again."
#: What the editor puts into the text: a description to fill in, or why there is no picture.
UNDESCRIBED = "Describe this picture"
UPLOAD_REFUSED = "[Picture not added:"


def store(upload: UploadedFile) -> str:
    """Stores the picture and returns its path on this site. Raises ValidationError with what to do instead, and OSError
    where the store does not take it."""
    if upload.size > MAX_BYTES:
        raise ValidationError(TOO_LARGE)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(upload, formats=OPENED)
            kind = picture.format
            if picture.width * picture.height > MAX_PIXELS:
                raise ValidationError("The picture has more than 25 million pixels. Make it smaller first.")
            picture = ImageOps.exif_transpose(picture)
            picture.thumbnail((MAX_SIDE, MAX_SIDE))
            as_jpeg = EXTENSIONS[kind] == "jpg"
            picture = picture.convert("RGB" if as_jpeg else "RGBA")
            picture.info = {}  # comments and colour profiles would be written out again
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
