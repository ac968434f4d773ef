"""Translated rows: facts in the row, words in a `Translation`, no fallback (docs/decisions/0025-other-languages.md)."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any, ClassVar, Self

from django.contrib.contenttypes.fields import GenericRelation
from django.db import models
from django.db.models import F, FilteredRelation, Q
from django.db.models.query import ModelIterable
from django.utils import timezone
from django.utils.functional import cached_property

from editorial.values import languages

#: Columns of a translation that replace the row's own, if it has them.
OWN_STATE = ("slug", "reviewed_on", "review_due_on", "updated_at")
#: Fields with search words, which are not translated word for word and never make a translation stale.
SEARCH_WORDS = ("also_called", "also")
_PREFIX = "words_"


class _TranslatedIterable(ModelIterable):
    """Yields rows with the words of the query's language."""

    def __iter__(self) -> Iterator[Any]:
        for row in super().__iter__():
            columns = row.columns_in_translation()
            row.in_english = {field: text for field in columns if (text := row.__dict__.get(field)) is not None}
            row.english_slug = row.__dict__.get("slug", "")
            for field, column in columns.items():
                if field in row.__dict__:  # not deferred
                    row.__dict__[field] = row.__dict__[_PREFIX + column]
            row.known_as = row.__dict__.get("slug", "")
            for name in OWN_STATE:
                if name in row.__dict__:
                    row.__dict__[name] = row.__dict__[_PREFIX + name]
            yield row


class TranslatedQuerySet(models.QuerySet):
    """A queryset that can be limited to, and translated into, the active language."""

    def in_language(self) -> Self:
        """Return only translated rows, in the active language; in English, all. No extra query."""
        language = languages.active()
        if language == languages.ENGLISH:
            return self
        live = Q(
            translations__language=language,
            translations__status="published",
            translations__published_at__lte=timezone.now(),
        )
        columns = [*self.model.columns_in_translation().values(), "pk", "source_digest", *OWN_STATE]
        found = self.annotate(words=FilteredRelation("translations", condition=live)).filter(words__pk__isnull=False)
        found = found.annotate(**{_PREFIX + column: F(f"words__{column}") for column in columns})
        found._iterable_class = _TranslatedIterable
        return found

    def at(self, slug: str) -> Self:
        """Return rows with this slug in the active language."""
        return self.filter(slug=slug) if languages.active() == languages.ENGLISH else self.filter(words__slug=slug)


class Translated(models.Model):
    """A row with translations."""

    #: Fields to translate; the first is the title.
    translated_fields: tuple[str, ...]
    #: The English words of a translated row, by field.
    in_english: dict[str, str]
    english_slug: str

    translations = GenericRelation("translations.Translation", "page_id", "page_type")

    objects: ClassVar = TranslatedQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return getattr(self, self.translated_fields[0])

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save an English row. Raises TypeError for a translated one, which would overwrite the English words."""
        if "in_english" in self.__dict__:
            raise TypeError(f"{self!r} is in another language, and only its translation may be saved.")
        super().save(*args, **kwargs)

    @cached_property
    def known_as(self) -> str:
        """Return its English slug, which templates and code use in every language."""
        return getattr(self, "slug", "")

    @classmethod
    def columns_in_translation(cls) -> dict[str, str]:
        """Return the `Translation` column of each field."""
        title, *others = cls.translated_fields
        return {title: "title", **{name: "also_called" if name == "also" else name for name in others}}


def words_of(row: Any) -> dict[str, str]:
    """Return the English words of a row by field, with normalized line endings."""
    fields = [field for field in row.translated_fields if field not in SEARCH_WORDS]
    english = row.__dict__.get("in_english") or {field: getattr(row, field) for field in fields}
    return {field: english[field].replace("\r\n", "\n").strip() for field in fields}


def in_own_words(page: Any) -> Any:
    """Return the unit of sign-off: the page or, in another language, its translation as an unsaved row."""
    if "in_english" not in page.__dict__:
        return page
    columns = page.columns_in_translation().values()
    words = {column: getattr(page, _PREFIX + column) for column in columns}
    model: Any = page._meta.get_field("translations").related_model
    return model(pk=page.words_pk, page_id=page.pk, language=languages.active(), slug=page.words_slug, **words)


def digest_of_words(words: dict[str, Any]) -> str:
    """Return the SHA-256 of words, or of other values, by field."""
    return hashlib.sha256(json.dumps(words, sort_keys=True, ensure_ascii=False, default=str).encode()).hexdigest()
