"""Which pages the search holds, what of each it reads, and how it follows their changes."""

import re
from collections.abc import Iterator

from django.db import models, transaction
from django.db.models.signals import post_delete, post_save

from articles.models import Article
from editorial.markdown import plain_text
from phases.models import Phase, Symptom, TreatmentOption
from search import index
from search.models import SearchEntry, SearchWord

#: What a reader sees as the kind of a result.
KINDS = {Article: "Article", Phase: "Stage", Symptom: "Symptom", TreatmentOption: "Treatment"}
WORD = re.compile(r"[^\W\d_][\w'’]{2,39}")


def follow_changes() -> None:
    """Keeps the index true whoever saves a page: the admin, the starter loader, a shell.

    Signals, because imports run from this app to the pages and not back.
    """
    for model in KINDS:
        post_save.connect(_saved, sender=model, dispatch_uid=f"search-{model.__name__}")
        post_delete.connect(_deleted, sender=model, dispatch_uid=f"search-{model.__name__}")


def refresh(page: models.Model) -> None:
    """Writes one page's entry anew, in the transaction of whoever saved the page."""
    entry, _ = SearchEntry.objects.update_or_create(kind=KINDS[type(page)], object_id=page.pk, defaults=_values(page))
    index.put(entry)
    own = _words(f"{entry.title} {entry.text}")
    SearchWord.objects.bulk_create(
        [SearchWord(word=word, in_text=True) for word in own],
        update_conflicts=True,
        unique_fields=["word"],
        update_fields=["in_text"],
    )
    others = _words(entry.also_called) - own
    SearchWord.objects.bulk_create([SearchWord(word=word, in_text=False) for word in others], ignore_conflicts=True)


def rebuild() -> int:
    """Empties the index and fills it from all pages. Returns how many entries it holds."""
    with transaction.atomic():
        index.clear()
        SearchEntry.objects.all().delete()
        SearchWord.objects.all().delete()
        count = 0
        for page in _pages():
            refresh(page)
            count += 1
    return count


def _words(text: str) -> set[str]:
    return {word.lower() for word in WORD.findall(text)}


def _pages() -> Iterator[models.Model]:
    """The guide's own pages first: the index knows pages by the order in which they came."""
    yield from Phase.objects.iterator()
    yield from Symptom.objects.select_related("phase").iterator()
    yield from TreatmentOption.objects.iterator()
    yield from Article.objects.iterator()


def _values(page: models.Model) -> dict:
    """The columns of an entry. A symptom is as visible as its stage."""
    state = page.phase if isinstance(page, Symptom) else page
    summary = getattr(page, "summary", "")
    return {
        "title": str(page),
        "also_called": getattr(page, "also_called", ""),
        "text": " ".join([summary, *(plain_text(text) for text in _own_texts(page))]).strip(),
        "url": page.get_absolute_url(),
        "status": state.status,
        "published_at": state.published_at,
    }


def _own_texts(page: models.Model) -> list[str]:
    """A stage's symptoms have entries of their own, so they are not read twice."""
    if isinstance(page, Symptom):
        return page.markdown_texts()
    return [getattr(page, name) for name in page.markdown_fields]


def _saved(sender, instance: models.Model, raw: bool = False, **kwargs) -> None:
    if raw:
        return
    refresh(instance)
    if isinstance(instance, Phase):
        for symptom in instance.symptoms.select_related("phase"):
            refresh(symptom)


def _deleted(sender, instance: models.Model, **kwargs) -> None:
    for entry in SearchEntry.objects.filter(kind=KINDS[sender], object_id=instance.pk):
        index.remove(entry)
        entry.delete()
