"""What the search indexes of each page, and how the index is kept up to date."""

import re
from typing import Any

from django.db import models, transaction
from django.db.models.signals import post_delete, post_save
from django.utils.translation import gettext_noop

from articles.models import Article
from editorial.text.markdown import plain_text
from editorial.values import languages
from phases.models import Phase, Symptom, TreatmentOption
from search.index import clear, index, remove
from search.models import SearchEntry, SearchWord, TranslatedEntry, TranslatedWord, tables
from translations.models import Translation

Page = Article | Phase | Symptom | TreatmentOption
#: The kinds of results, as readers see them.
KINDS: dict[type[models.Model], str] = {
    Article: gettext_noop("Article"),
    Phase: gettext_noop("Stage"),
    Symptom: gettext_noop("Symptom"),
    TreatmentOption: gettext_noop("Treatment"),
}
WORD = re.compile(r"[^\W\d_][\w'’]{2,39}")


def follow_changes() -> None:
    """Update the index whenever a page is saved, by signals, as this app imports the pages and not vice versa."""
    followed: list[type[models.Model]] = [*KINDS, Translation]
    for model in followed:
        post_save.connect(_saved, sender=model, dispatch_uid=f"search-{model.__name__}")
        post_delete.connect(_deleted, sender=model, dispatch_uid=f"search-{model.__name__}")


def refresh(page: Page | Translation) -> None:
    """Rewrite one page's entries, in each language, in the transaction that saved the page.

    A translation's entry is visible if both the page and the translation are published.
    """
    if not isinstance(page, Translation):
        _put(page, page)
        for translation in page.translations.all():
            refresh(translation)
    elif page.model in KINDS and page.of:
        with languages.override(page.language):
            _put(page.of, page.shown(), page)


def _put(page: Page, shown: Page, *also: Translation) -> None:
    """Write the entry of a page in the active language; it is visible once the page and all of `also` are."""
    here: Any = tables()
    kind = KINDS[type(page)]
    rows = [page.phase if isinstance(page, Symptom) else page, *also]
    times = [row.published_at for row in rows]
    texts = [plain_text(getattr(shown, name)) for name in shown.markdown_fields]
    values = {
        "title": str(shown),
        "also_called": getattr(shown, "also_called", ""),
        "text": " ".join([getattr(shown, "summary", ""), *texts]).strip(),  # a symptom's is not part of its stage's
        "url": shown.get_absolute_url(),
        "status": next((row.status for row in rows if row.status != row.Status.PUBLISHED), rows[0].Status.PUBLISHED),
        "published_at": None if None in times else max(filter(None, times)),
    }
    entry, _ = here.entries.objects.update_or_create(kind=kind, object_id=page.pk, **here.own, defaults=values)
    index().put(entry)
    own = _words(f"{entry.title} {entry.text}")
    here.words.objects.bulk_create(
        [here.words(word=word, in_text=True, **here.own) for word in own],
        update_conflicts=True,
        unique_fields=["word", *here.own],
        update_fields=["in_text"],
    )
    others = [here.words(word=word, in_text=False, **here.own) for word in _words(entry.also_called) - own]
    here.words.objects.bulk_create(others, ignore_conflicts=True)


def having(model: type[models.Model], typed: str) -> models.QuerySet:
    """Return the keys of pages, published or not, with a match for each typed word, by prefix."""
    words = re.findall(r"\w+", typed.casefold())
    found = index().having(words) if words else []
    return SearchEntry.objects.filter(kind=KINDS[model], pk__in=found).values("object_id")


def rebuild() -> int:
    """Rebuild the index from all pages. Returns the number of entries."""
    with transaction.atomic():
        clear()
        for model in (SearchEntry, SearchWord, TranslatedEntry, TranslatedWord):
            model.objects.all().delete()
        # The guide's own pages first: the index depends on the order of entries (in_sqlite.MAX_SCORED).
        for rows in (Phase.objects, Symptom.objects.select_related("phase"), TreatmentOption.objects, Article.objects):
            for page in rows.iterator():
                refresh(page)
        return SearchEntry.objects.count() + TranslatedEntry.objects.count()


def _words(text: str) -> set[str]:
    return {word.lower() for word in WORD.findall(text)}


def _saved(instance: Page | Translation, raw: bool = False, **kwargs: object) -> None:
    if raw:
        return
    refresh(instance)
    if isinstance(instance, Phase):
        for symptom in instance.symptoms.select_related("phase"):
            refresh(symptom)


def _deleted(instance: Page | Translation, **kwargs: object) -> None:
    entries: models.QuerySet = SearchEntry.objects.filter(kind=KINDS.get(type(instance)), object_id=instance.pk)
    if isinstance(instance, Translation):
        entries = TranslatedEntry.objects.filter(
            kind=KINDS.get(instance.model), object_id=instance.page_id, language=instance.language
        )
    for entry in entries:
        remove(entry)
        entry.delete()
