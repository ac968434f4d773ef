"""The pages that the search indexes, what it reads of each, and how it follows their changes."""

import re
from collections.abc import Iterator

from django.db import models, transaction
from django.db.models.signals import post_delete, post_save
from django.utils.translation import gettext_noop

from articles.models import Article
from editorial.markdown import plain_text
from phases.models import Phase, Symptom, TreatmentOption
from search import index
from search.models import SearchEntry, SearchWord

Page = Article | Phase | Symptom | TreatmentOption
#: The kind of a result, as readers see it.
KINDS: dict[type[models.Model], str] = {
    Article: gettext_noop("Article"),
    Phase: gettext_noop("Stage"),
    Symptom: gettext_noop("Symptom"),
    TreatmentOption: gettext_noop("Treatment"),
}
WORD = re.compile(r"[^\W\d_][\w'’]{2,39}")


def follow_changes() -> None:
    """Update the index whenever a page is saved: by the admin, the starter loader or a shell.

    By signals, because this app imports the pages and not the other way around.
    """
    for model in KINDS:
        post_save.connect(_saved, sender=model, dispatch_uid=f"search-{model.__name__}")
        post_delete.connect(_deleted, sender=model, dispatch_uid=f"search-{model.__name__}")


def refresh(page: Page) -> None:
    """Rewrite one page's entry, in the transaction that saved the page."""
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


def having(model: type[models.Model], typed: str) -> models.QuerySet:
    """Return the keys of a model's pages, published or not, that hold a word beginning like each typed one."""
    words = re.findall(r"\w+", typed.casefold())
    return SearchEntry.objects.filter(kind=KINDS[model], pk__in=index.having(words)).values("object_id")


def rebuild() -> int:
    """Empty the index and fill it from all pages. Returns how many entries it holds."""
    with transaction.atomic():
        index.clear()
        SearchEntry.objects.all().delete()
        SearchWord.objects.all().delete()
        for page in _pages():
            refresh(page)
        return SearchEntry.objects.count()


def _words(text: str) -> set[str]:
    return {word.lower() for word in WORD.findall(text)}


def _pages() -> Iterator[Page]:
    """Yield the guide's own pages first: the index depends on the order of entries (in_sqlite.MAX_SCORED)."""
    yield from Phase.objects.iterator()
    yield from Symptom.objects.select_related("phase").iterator()
    yield from TreatmentOption.objects.iterator()
    yield from Article.objects.iterator()


def _values(page: Page) -> dict:
    """Return the columns of an entry. A symptom has its stage's visibility, and its text is not part of the stage's."""
    state: Article | Phase | TreatmentOption
    if isinstance(page, Symptom):
        state, summary, texts = page.phase, "", page.markdown_texts()
    else:
        state, summary, texts = page, page.summary, [getattr(page, name) for name in page.markdown_fields]
    return {
        "title": str(page),
        "also_called": getattr(page, "also_called", ""),
        "text": " ".join([summary, *map(plain_text, texts)]).strip(),
        "url": page.get_absolute_url(),
        "status": state.status,
        "published_at": state.published_at,
    }


def _saved(sender: type[Page], instance: Page, raw: bool = False, **kwargs: object) -> None:
    if raw:
        return
    refresh(instance)
    if isinstance(instance, Phase):
        for symptom in instance.symptoms.select_related("phase"):
            refresh(symptom)


def _deleted(sender: type[Page], instance: Page, **kwargs: object) -> None:
    for entry in SearchEntry.objects.filter(kind=KINDS[sender], object_id=instance.pk):
        index.remove(entry)
        entry.delete()
