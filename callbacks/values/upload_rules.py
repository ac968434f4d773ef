"""The rules for uploads, applied as a file arrives. Its name, declared type and declared length are never trusted."""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from callbacks.values import unsupported_kinds
from callbacks.values.text import visible

MAX_UPLOAD_BYTES = 32 * 1024 * 1024
#: A body that declares more is not read to its end. Browsers show no response before they have sent everything, so up
#: to 2 GB, the size of a long video, are read and dropped.
MAX_BODY_BYTES = 2 * 1024**3
#: In the WSGI environ of text that server/uploads.py sends ahead of a file.
TEXT_ONLY_ENVIRON = "detoxsite.text_only"
MAX_NAME_LENGTH = 120  # characters
SNIFF_BYTES = 1024  # PDF readers look this far for the signature: Adobe's implementation note 13 to PDF 1.7


class Slot(TextChoices):
    """The two files that a person may add; values are the form's field names."""

    FIRST = "file_1", "First file"
    SECOND = "file_2", "Second file"

    @property
    def form_label(self) -> str:
        """Return the public label. People also send letters, so staff see the neutral label."""
        return str(FORM_LABELS[self])


FORM_LABELS = {
    Slot.FIRST: _("Photo of your insurance card: front"),
    Slot.SECOND: _("Photo of your insurance card: back"),
}


class Kind(TextChoices):
    """Accepted kinds, as extensions. To add one, also change files/sandbox/pictures.py and static/js/contact.js."""

    PDF = "pdf", "PDF"
    JPEG = "jpg", "JPEG"
    PNG = "png", "PNG"
    HEIC = "heic", "HEIC"
    WEBP = "webp", "WebP"
    AVIF = "avif", "AVIF"

    @property
    def media_type(self) -> str:
        return "application/pdf" if self is Kind.PDF else f"image/{self.name.lower()}"


_MB = MAX_UPLOAD_BYTES // 1024**2
LIMITS_IN_WORDS = format_lazy(_("PDF, JPEG, PNG, HEIC, WebP or AVIF, up to {size} MB each"), size=_MB)
NOT_A_KIND = _("It is not a PDF, JPEG, PNG, HEIC, WebP or AVIF file.")
#: For the file input's `accept`. Phones offer the camera for any image type; `image/*` would allow unsupported kinds.
ACCEPT = (
    "image/jpeg,image/png,image/heic,image/heif,image/webp,image/avif,application/pdf,"
    ".pdf,.jpg,.jpeg,.png,.heic,.heif,.webp,.avif"
)


class Refusal(TextChoices):
    """The reasons why a file can fail, which never costs the request."""

    TOO_LARGE = "too_large", "too large"
    EMPTY = "empty", "empty"
    WRONG_KIND = "wrong_kind", "wrong kind"
    INTERRUPTED = "interrupted", "interrupted"
    NOT_STORED = "not_stored", "could not be stored"
    INFECTED = "infected", "malware was found in it"
    CROWDED = "crowded", "too many files at once"

    @property
    def sentence(self) -> str:
        """Return the message for the person: what happened, and what to do."""
        return str(SENTENCES[self])


SENTENCES = {
    Refusal.TOO_LARGE: format_lazy(_("It is larger than {size} MB. Choose a smaller file, or take a photo."), size=_MB),
    Refusal.EMPTY: _("There is nothing in it. Choose another file, or take a new photo."),
    Refusal.WRONG_KIND: format_lazy("{} {}", NOT_A_KIND, unsupported_kinds.ADVICE),
    Refusal.INTERRUPTED: _("The connection dropped before all of it arrived. Try it again."),
    Refusal.INFECTED: _("Our scanner found a virus in it. Take a photo of the paper instead, and send that."),
    Refusal.CROWDED: _("Many files came from you, or from others at your internet address. Add it again in an hour."),
    Refusal.NOT_STORED: _("We could not save it. The fault is ours. Try it again in a few minutes."),
}

_HEIC_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"hevm", b"hevs"})
_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_IMAGE_BRANDS = frozenset({b"mif1", b"msf1"})  # shared with other kinds: the compatible brands decide


def recognize(head: bytes) -> Kind | None:
    """Return the kind of a file from its first SNIFF_BYTES bytes, or None if it is not accepted.

    Mail programs and scanners put other bytes before a PDF's signature. So a web page or archive with a PDF inside also
    counts as a PDF; the inspection marks it for staff.
    """
    if head.startswith(b"\xff\xd8\xff"):
        return Kind.JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return Kind.PNG
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return Kind.WEBP
    if head[4:8] == b"ftyp" and (kind := _by_brands(head)):
        return kind
    return Kind.PDF if b"%PDF-" in head[:SNIFF_BYTES] else None


def _by_brands(head: bytes) -> Kind | None:
    end = min(int.from_bytes(head[:4], "big"), len(head))
    compatible = {head[at : at + 4] for at in range(16, end, 4)}
    brands = compatible if head[8:12] in _IMAGE_BRANDS else {head[8:12]}
    if brands & _HEIC_BRANDS:
        return Kind.HEIC
    return Kind.AVIF if brands & _AVIF_BRANDS else None


def clean_name(name: str) -> str:
    """Return a file's name for staff: at most 120 visible characters. Never used as a path."""
    return visible(name)[:MAX_NAME_LENGTH].strip() or "file"


@dataclass(frozen=True, repr=False)
class Received:
    """The result for one file: a stored object, or the reason why there is none."""

    slot: Slot
    file_name: str
    object_name: str = ""
    kind: Kind | None = None
    size: int = 0  # bytes, before encryption
    refusal: Refusal | None = None
    held: bool = False  # the scanner is down: nobody can open it until it is scanned
    found: str = ""  # codes of values.marks; for the wrong kind of file, of values.unsupported_kinds

    @property
    def problem(self) -> str:
        """Return the message for the person about a refused file; empty for an accepted one."""
        return why_refused(self.refusal, self.found) if self.refusal else ""


def why_refused(refusal: Refusal, found: str) -> str:
    """Return what happened to a refused file and what to do, by its kind if known."""
    return unsupported_kinds.sentence(found) or Refusal(refusal).sentence
