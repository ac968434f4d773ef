"""The models that all pages use: glossary, old addresses, the clinic, help lines, records of the starter loader."""

from collections.abc import Iterable
from contextlib import suppress
from urllib.parse import urlsplit

import reversion
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import DatabaseError, models
from django.db.models import Q
from django.utils.functional import cached_property

from editorial.models import opening
from editorial.models.changes import ChangeRecord, ReviewAnswer
from editorial.models.opening import OpeningTime, SpecialDay
from editorial.models.page_reports import PageReport
from editorial.models.pictures import Picture
from editorial.models.reviewers import Reviewer, SignOff
from editorial.models.sources import Source, optional_text
from editorial.models.staff_mail import MailChoice, PageNotice
from editorial.models.translated import Translated
from editorial.models.unsaved import UnsavedForm
from editorial.models.versions import ContentVersion
from editorial.values import languages, phones
from editorial.values.links import safe_url

phone_characters = RegexValidator(r"^[0-9 ()+.-]*[0-9][0-9 ()+.-]*$", "Use digits, spaces, dots and dashes only.")


def can_be_called(phone: str) -> None:
    """Raise ValidationError for a number that cannot be dialed, as it is at the top of every page."""
    with suppress(phones.NotANumber):
        if not phones.read(phone).remark:
            return
    raise ValidationError("This is not a whole phone number. Give it with the area code, like 866-512-1908.")


@reversion.register()
class GlossaryTerm(Translated):
    """A word that readers may not know, explained where a page first uses it, and in the A to Z."""

    translated_fields = ("word", "also", "meaning")

    slug = models.SlugField(unique=True)
    word = models.CharField(max_length=60, unique=True)
    also = models.CharField(
        "other forms", max_length=200, blank=True, help_text="Plurals and other names, split by commas."
    )
    meaning = models.CharField(
        max_length=250, help_text="One or two plain sentences. Markdown: cite a source right after them as [@key]."
    )

    class Meta:
        ordering = ["word"]

    @property
    def forms(self) -> list[str]:
        """Return every written form of the word."""
        return [self.word, *(form for part in self.also.split(",") if (form := part.strip()))]


class OldAddress(models.Model):
    """A page's former path, and the path it redirects to. Written and read by editorial.models.addresses."""

    path = models.CharField(max_length=200, unique=True)
    leads_to = models.CharField(max_length=200, db_index=True)
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["path"]
        verbose_name_plural = "old addresses"
        constraints = [
            models.CheckConstraint(condition=~Q(path=models.F("leads_to")), name="old_address_leads_elsewhere")
        ]

    def __str__(self) -> str:
        return f"{self.path} → {self.leads_to}"


@reversion.register(follow=["opening_times", "special_days"])
class Clinic(Translated):
    """The clinic, with the number that every page shows. There is one row."""

    translated_fields = ("name", "hours", "answered_by", "cost")
    ONLY = 1
    versioned_rows = ("opening_times", "special_days")

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY, editable=False)
    name = models.CharField(max_length=80, help_text="As readers see it beside the number.")
    phone = models.CharField(max_length=30, validators=[phone_characters, can_be_called])
    hours = models.CharField(max_length=120, blank=True, help_text='Like "8 am to 8 pm, every day". Only if true.')
    answered_by = models.CharField("who answers", max_length=120, blank=True, help_text='Like "a nurse".')
    speaks = optional_text(
        "languages that staff speak",
        120,
        'Like "English and Spanish". Shown to people who ask for a call. Only if true at all opening hours.',
    )
    listed_hours = models.CharField(max_length=900, blank=True, editable=False)
    listed_days = models.TextField(blank=True, default="", db_default="", editable=False)
    call_within_hours = models.PositiveSmallIntegerField(
        "call back within",
        default=8,
        validators=[MinValueValidator(1), MaxValueValidator(80)],
        help_text="Opening hours within which you promise to call back. People are told a time only if opening times "
        "are listed below. Nobody is told a time later than two working days, or the first day on which you can reach "
        "them.",
    )
    cost = models.CharField("what a call costs", max_length=120, blank=True, help_text='Like "Free".')
    checked_on = models.DateField(
        "number checked on", null=True, blank=True, help_text="The day somebody last dialed it."
    )

    class Meta:
        verbose_name = verbose_name_plural = "clinic details"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="clinic_is_one_row")]

    @property
    def hours_shown(self) -> str:
        """Return the staff's text or the opening times, with special days of the next four weeks; "" if unknown."""
        listed, days = self.listed_hours, self.listed_days  # in English
        if languages.active() != languages.ENGLISH:
            with suppress(DatabaseError):
                listed, days = _in_words(*self._times)
        return "; ".join(filter(None, [self.hours or listed, *opening.days_ahead(days)]))

    @cached_property
    def _times(self) -> tuple[list[OpeningTime], list[SpecialDay]]:
        return list(self.opening_times.all()), list(self.special_days.all())

    def list_hours(self) -> None:
        """Copy opening times and special days into this row, which saves queries; the caller saves."""
        self.listed_hours, self.listed_days = _in_words(self.opening_times.all(), self.special_days.all())

    @property
    def tel(self) -> str:
        """Return the number for a tel: link."""
        return dialable(self.phone)


def _in_words(times: Iterable[OpeningTime], days: Iterable[SpecialDay]) -> tuple[str, str]:
    week = opening.week_in_words((time.weekday, time.opens, time.closes) for time in times)
    return week, opening.as_lines(days)


@reversion.register()
class HelpLine(Translated):
    """A helpline or service. Its number is shown with when and how it was last checked."""

    translated_fields = ("name", "description", "text_body")

    class Kind(models.TextChoices):
        EMERGENCY = "emergency", "Emergency"
        CRISIS = "crisis", "Someone to talk to now"
        OVERDOSE_PREVENTION = "overdose-prevention", "If you are going to use"
        FINDING_CARE = "finding-care", "Finding care"

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=20, choices=Kind)
    call = models.CharField("number to call", max_length=30, blank=True, validators=[phone_characters])
    call_label = models.CharField("number as shown", max_length=40, blank=True)
    text_to = models.CharField("number to text", max_length=15, blank=True, validators=[phone_characters])
    text_body = models.CharField("word to text", max_length=20, blank=True)
    url = models.URLField(blank=True)
    description = models.CharField(max_length=250)
    position = models.PositiveSmallIntegerField(default=100)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, null=True, blank=True, related_name="help_lines")
    checked_on = models.DateField()
    checked_note = models.CharField("how it was checked", max_length=200)

    class Meta:
        ordering = ["position", "name"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(call="") | ~Q(text_to="") | ~Q(url=""),
                name="help_line_can_be_reached",
                violation_error_message="Give a number to call, a number to text or a website.",
            )
        ]

    @property
    def link(self) -> str:
        """Return its website's URL."""
        return safe_url(self.url)

    @property
    def site(self) -> str:
        """Return its website for display: findtreatment.gov."""
        return (urlsplit(self.link).hostname or "").removeprefix("www.")

    @property
    def tel(self) -> str:
        """Return the number for a tel: link."""
        return dialable(self.call)

    @property
    def number_to_text(self) -> str:
        """Return the number to text; "" for a translation without the word to text: texts are answered in English."""
        english_word = self.__dict__.get("in_english", {}).get("text_body")
        return "" if english_word and not self.text_body else self.text_to


class StarterItem(models.Model):
    """A row added by the starter loader, so that it never overwrites changes by staff or restores what they removed."""

    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=120)
    object_id = models.PositiveBigIntegerField(help_text="The row, under whatever slug it goes by now.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the values as loaded.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="starter_item_once")]


def dialable(phone: str) -> str:
    """Return the digits to dial: US numbers with their country code, short codes (911, 988) without."""
    digits = "".join(character for character in phone if character.isdigit())
    if phone.strip().startswith("+") or (len(digits) == 11 and digits.startswith("1")):
        return f"+{digits}"
    return f"+1{digits}" if len(digits) == 10 else digits
