"""Pictures in texts: the library, the files of each picture, and their HTML."""

import contextlib
import datetime
import logging
import re
import uuid
from collections.abc import Callable, Iterable, Mapping

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, models
from django.utils import timezone

from editorial.models.sources import optional_text
from editorial.values import images

log = logging.getLogger(__name__)

FOLDER = "pictures"
#: The name of a stored file: the picture's stem, the width of a smaller copy, the file type.
FILE = re.compile(rf"{FOLDER}/([0-9a-f]{{32}})(-\d{{1,4}})?\.(jpg|png|webp)")
#: Display width: the text column's, or the phone's.
SIZES = "(min-width: 42rem) 40rem, 100vw"
#: A file this old does not belong to an unfinished upload.
SETTLED_AFTER = datetime.timedelta(hours=1)
NO_STORAGE = "The picture storage is not available. Add it again in a few minutes."


class Picture(models.Model):
    """A picture in the library. Texts name its file; pages take the sizes from here instead of opening it.

    A picture from an earlier release has its original file besides smaller copies; without `widths` it could not be
    read and has only its file.
    """

    name = models.CharField(max_length=40, unique=True, editable=False)
    width = models.PositiveIntegerField(default=0, editable=False, help_text="Pixels of the largest copy.")
    height = models.PositiveIntegerField(default=0, editable=False)
    widths = models.JSONField(default=list, editable=False, help_text="Of the copies in WebP.")
    alt = models.CharField(
        "what it shows",
        max_length=250,
        blank=True,
        help_text="For readers who cannot see it, in at most 125 characters or so: what matters of it, not “picture "
        "of”. Each text may say it in its own words.",
    )
    decorative = models.BooleanField(
        default=False, help_text="It says nothing that the text does not say, so it is not read out."
    )
    removed_why = optional_text(
        "why it was removed",
        300,
        "Type a reason to erase its files for good. Old versions then say that a picture was removed. "
        "Staff see the reason here; readers do not.",
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )
    at = models.DateTimeField("added", default=timezone.now, editable=False)

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return self.alt or ("Decorative picture" if self.decorative else "Picture without a description")

    def clean(self) -> None:
        if self.alt and self.decorative:
            raise ValidationError("Say what it shows, or that it is decorative, not both.")

    @property
    def stem(self) -> str:
        """Return the common prefix of its file names, for finding it in texts."""
        return self.name.partition(".")[0]

    @property
    def path(self) -> str:
        """Return its URL in texts."""
        return f"{settings.MEDIA_URL}{FOLDER}/{self.name}"

    @property
    def thumbnail(self) -> str:
        """Return the URL of its smallest copy."""
        return self._copy(min(self.widths)) if self.widths else self.path

    @property
    def markdown(self) -> str:
        """Return its Markdown."""
        alt = "" if self.decorative else self.alt or images.UNDESCRIBED
        return f"![{alt.replace('[', '(').replace(']', ')')}]({self.path})"

    @property
    def files(self) -> list[str]:
        """Return the names of its stored files."""
        return [f"{FOLDER}/{self.name}", *map(self._copy_name, self.widths)]

    def html(self, tag: str) -> str:
        """Return HTML for `tag`: copies in WebP to choose from, and its own file for phones from before 2020."""
        if self.removed_why:
            return "<em>A picture was removed.</em>"
        if not self.widths:
            return tag
        sizes = {"srcset": self._copy(self.width)}
        if len(self.widths) > 1:
            sizes = {"srcset": ", ".join(f"{self._copy(width)} {width}w" for width in self.widths), "sizes": SIZES}
        source = "".join(f' {name}="{value}"' for name, value in sizes.items())
        img = f'{tag.removesuffix(">")} width="{self.width}" height="{self.height}" loading="lazy">'
        return f'<picture><source type="image/webp"{source}>{img}</picture>'

    def _copy(self, width: int) -> str:
        return f"{settings.MEDIA_URL}{self._copy_name(width)}"

    def _copy_name(self, width: int) -> str:
        return f"{FOLDER}/{self.stem}-{width}.webp"


#: As nh3 writes it.
_TAG = re.compile(
    rf'<img(?: [a-z]+="[^"]*")*? src="{settings.MEDIA_URL}{FOLDER}/([0-9a-f]{{32}}\.\w+)"(?: [a-z]+="[^"]*")*>'
)


def named(names: Iterable[str]) -> dict[str, Picture]:
    """Return the pictures with these names."""
    return {picture.name: picture for picture in Picture.objects.filter(name__in=list(names))}


def with_sizes(html: str, read: Callable[[Iterable[str]], Mapping[str, Picture | None]]) -> str:
    """Add sizes to the pictures in safe HTML, unless the database is down; `read` returns the rows with some names."""
    if not (names := set(_TAG.findall(html))):
        return html
    try:
        rows = read(names)
    except DatabaseError:
        return html
    return _TAG.sub(lambda tag: row.html(tag[0]) if (row := rows.get(tag[1])) else tag[0], html)


def name_in(tag: str) -> str:
    """Return the name of the library's picture in an `img`, or "" if it is of no such picture."""
    found = _TAG.search(tag)
    return found[1] if found else ""


def save_files(made: images.Copies) -> Picture:
    """Store the files of a new picture and return its unsaved row. Raises OSError, and then leaves no file."""
    picture = Picture(name=f"{uuid.uuid4().hex}.jpg", width=made.width, height=made.height, widths=list(made.webp))
    # the main file first: `reconcile` finds it if this process is killed before the row is saved
    _save(dict(zip(picture.files, [made.jpeg, *made.webp.values()], strict=True)))
    return picture


def _save(files: dict[str, bytes]) -> None:
    try:
        for name, content in files.items():
            default_storage.delete(name)  # left by an attempt that was killed
            default_storage.save(name, ContentFile(content))
    except OSError:
        with contextlib.suppress(OSError):
            for name in files:
                default_storage.delete(name)
        raise


def erase_files(picture: Picture) -> None:
    """Erase the files; the row may stay for old versions that show the picture. Raises OSError."""
    for name in picture.files:
        default_storage.delete(name)


def reconcile(now: datetime.datetime | None = None) -> None:
    """Add rows for files without one, from earlier releases or interrupted uploads; erase orphaned copies."""
    settled = (now or timezone.now()) - SETTLED_AFTER
    known = {name.partition(".")[0] for name in Picture.objects.values_list("name", flat=True)}
    try:
        names = [f"{FOLDER}/{name}" for name in default_storage.listdir(FOLDER)[1]]
    except FileNotFoundError:
        return
    found = [(name, match[1], match[2]) for name in names if (match := FILE.fullmatch(name)) and match[1] not in known]
    whole = {stem for _, stem, width in found if not width}
    for name, stem, width in found:
        if default_storage.get_modified_time(name) > settled:
            continue
        if not width:
            _adopt(name)
        elif stem not in whole:
            default_storage.delete(name)


def _adopt(name: str) -> None:
    picture = Picture(name=name.removeprefix(f"{FOLDER}/"), at=default_storage.get_modified_time(name))
    try:
        with default_storage.open(name) as file:
            made = images.copies(ContentFile(file.read()))
    except ValidationError as error:
        log.warning("A picture without a row, %s, cannot be read: %s", name, error.messages[0])
    else:
        picture.width, picture.height, picture.widths = made.width, made.height, list(made.webp)
        _save(dict(zip(picture.files[1:], made.webp.values(), strict=True)))
    picture.save()
