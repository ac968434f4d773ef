"""The one place that says what a valid upload is. receiving.py applies it while a file arrives.

Nothing here trusts a file's name, its declared type or a declared length.
"""

from dataclasses import dataclass

from django.db.models import TextChoices

from callbacks.values import foreign
from callbacks.values.text import visible

MAX_UPLOAD_BYTES = 32 * 1024 * 1024
#: A body that declares more than this is not read to its end. A browser shows no page before it has sent everything,
#: so up to 2 GB, the size of a long video, are read and dropped.
MAX_BODY_BYTES = 2 * 1024**3
MAX_NAME_LENGTH = 120  # characters
SNIFF_BYTES = 1024  # in which a reader of PDFs looks for its signature: Adobe's implementation note 13 to PDF 1.7


class Slot(TextChoices):
    """The two files a person may add; the values are the names of the form fields."""

    FIRST = "file_1", "First file"
    SECOND = "file_2", "Second file"

    @property
    def number(self) -> int:
        return list(Slot).index(self) + 1


MAX_FILES = len(Slot)


class Kind(TextChoices):
    """What is accepted; the values are the extensions under which staff download it."""

    PDF = "pdf", "PDF"
    JPEG = "jpg", "JPEG"
    PNG = "png", "PNG"
    HEIC = "heic", "HEIC"
    WEBP = "webp", "WebP"
    AVIF = "avif", "AVIF"

    @property
    def media_type(self) -> str:
        return "application/pdf" if self is Kind.PDF else f"image/{self.name.lower()}"


KINDS_IN_WORDS = "PDF, JPEG, PNG, HEIC, WebP or AVIF"
LIMITS_IN_WORDS = f"{KINDS_IN_WORDS}, up to {MAX_UPLOAD_BYTES // 1024**2} MB each"
#: What a file input offers. Phones offer their camera for any kind of image; `image/*` would offer kinds we refuse.
ACCEPT = ",".join(
    [
        *("image/jpeg", "image/png", "image/heic", "image/heif", "image/webp", "image/avif", "application/pdf"),
        *(".pdf", ".jpg", ".jpeg", ".png", ".heic", ".heif", ".webp", ".avif"),
    ]
)


class Refusal(TextChoices):
    """Each way a file can fail. It never costs the request."""

    TOO_LARGE = "too_large", "too large"
    EMPTY = "empty", "empty"
    WRONG_KIND = "wrong_kind", "wrong kind"
    INTERRUPTED = "interrupted", "interrupted"
    NOT_STORED = "not_stored", "could not be stored"
    INFECTED = "infected", "malware was found in it"
    CROWDED = "crowded", "too many files at once"

    @property
    def sentence(self) -> str:
        """What the person reads: what happened and what to do."""
        return _SENTENCES[self]


_SENTENCES = {
    Refusal.TOO_LARGE: f"It is larger than {MAX_UPLOAD_BYTES // 1024**2} MB. Choose a smaller file, or take a photo.",
    Refusal.EMPTY: "There is nothing in it. Choose another file, or take a new photo.",
    Refusal.WRONG_KIND: f"It is not a {KINDS_IN_WORDS} file. {foreign.ADVICE}",
    Refusal.INTERRUPTED: "The connection dropped before all of it arrived. Try it again.",
    Refusal.INFECTED: "Our scanner found a virus in it. Take a photo of the paper instead, and send that.",
    Refusal.CROWDED: "Many files came from you, or from others at your internet address. Add it again in an hour.",
    Refusal.NOT_STORED: "We could not save it. The fault is ours. Try it again in a few minutes.",
}

_HEIC_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"hevm", b"hevs"})
_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_IMAGE_BRANDS = frozenset({b"mif1", b"msf1"})  # shared with other kinds: the compatible brands decide


def recognise(head: bytes) -> Kind | None:
    """The kind of a file by its first SNIFF_BYTES bytes, or None for a kind that is not accepted.

    A PDF may have other things in front of its signature, as mail programs and scanners leave them there. A web page
    or an archive with one inside is taken for a PDF too: staff get it as such, and marked.
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
    """A file's name as staff may see it: at most 120 visible characters. It is never a path."""
    return visible(name)[:MAX_NAME_LENGTH].strip() or "file"


@dataclass(frozen=True, repr=False)
class Received:
    """What became of one file: an object in the storage, or the reason why there is none."""

    slot: Slot
    file_name: str
    object_name: str = ""
    kind: Kind | None = None
    size: int = 0  # bytes of the file itself, before encryption
    refusal: Refusal | None = None
    held: bool = False  # the scanner is away: nobody opens it before it was scanned
    found: str = ""  # codes of callbacks.values.marks; of a file of the wrong kind, which one: callbacks.values.foreign

    @property
    def problem(self) -> str:
        """What the person reads of a file that was not taken; nothing of one that was."""
        return why_not_taken(self.refusal, self.found) if self.refusal else ""


def why_not_taken(refusal: Refusal, found: str) -> str:
    """What happened to a file and what to do, by what it is where that is known."""
    return foreign.sentence(found) or Refusal(refusal).sentence
