"""The search index: entries and words. It can be rebuilt from the pages at any time."""

from dataclasses import dataclass
from typing import Any, NamedTuple, Self

from django.db import models
from django.utils import timezone

from editorial.values import languages
from editorial.workflow.publishing import ReviewedPage


class SearchEntryQuerySet(models.QuerySet):
    def live(self) -> Self:
        """Return entries whose page readers may see now: the page's own rule, on columns copied from it."""
        return self.filter(status=ReviewedPage.Status.PUBLISHED, published_at__lte=timezone.now())


class Entry(models.Model):
    """One page, or one symptom on a page, with the words that find it."""

    #: Ends the name of the full-text table: search_fts, search_fts_translated.
    suffix = ""

    kind = models.CharField(max_length=20)
    object_id = models.PositiveBigIntegerField()
    title = models.CharField(max_length=200)
    also_called = models.TextField(blank=True)
    text = models.TextField()
    url = models.CharField(max_length=300)
    status = models.CharField(max_length=10)
    published_at = models.DateTimeField(null=True)

    objects = SearchEntryQuerySet.as_manager()

    class Meta:
        abstract = True


class SearchEntry(Entry):
    """A page in English."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "object_id"], name="search_entry_once")]
        verbose_name_plural = "search entries"


class TranslatedEntry(Entry):
    """A page in another language. In a separate table, so that searches in English stay fast."""

    suffix = "_translated"

    language = models.CharField(max_length=10)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "object_id", "language"], name="translated_entry_once")]
        verbose_name_plural = "translated entries"


class SearchWord(models.Model):
    """A word of some page, as a candidate for spelling correction."""

    word = models.CharField(max_length=40, primary_key=True)
    in_text = models.BooleanField(help_text="Stands in a title or text, not only among other names.")


class TranslatedWord(models.Model):
    """A word of some page in another language."""

    word = models.CharField(max_length=40)
    language = models.CharField(max_length=10)
    in_text = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["word", "language"], name="translated_word_once")]


class Tables(NamedTuple):
    """The tables of one language: its entries, its words, and the fields that select its rows."""

    entries: Any  # SearchEntry or TranslatedEntry
    words: Any  # SearchWord or TranslatedWord
    own: dict[str, str]


def tables() -> Tables:
    """Return the tables of the active language."""
    if (language := languages.active()) == languages.ENGLISH:
        return Tables(SearchEntry, SearchWord, {})
    return Tables(TranslatedEntry, TranslatedWord, {"language": language})


#: How much a word counts in the title, in the other names and in the text.
WEIGHTS = (12.0, 8.0, 1.0)
#: A stage answers more than a page that only mentions it.
KIND_WEIGHT = "CASE entry.kind WHEN 'Stage' THEN 2.0 WHEN 'Symptom' THEN 1.3 ELSE 1.0 END"
EXCERPT_WORDS = 28
MARK, UNMARK = "\x02", "\x03"  # around a match; no text can contain them


@dataclass(frozen=True)
class Match:
    """A matching entry, with an excerpt in which MARK and UNMARK surround the matches."""

    entry_id: int
    title: str
    kind: str
    url: str
    also_called: str
    excerpt: str
