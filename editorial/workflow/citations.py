"""Find where sources are cited: in pages, glossary terms and help lines."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import reduce
from operator import or_
from typing import Any
from urllib.parse import parse_qsl, quote

import reversion
from django.contrib.admin.models import CHANGE, LogEntry
from django.db.models import Q, QuerySet, TextField, Value
from django.db.models.functions import Concat
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from editorial.models import GlossaryTerm, HelpLine, Source
from editorial.models.changes import ChangeRecord, draft_beside
from editorial.models.versions import content_models
from editorial.text import snapshot
from editorial.text.house_rules import CITATION, KEY
from editorial.values import languages
from editorial.workflow import revisions
from editorial.workflow.publishing import ReviewedPage

#: Headings, links and code, in which terms are not explained (editorial/text/glossary.py).
_NOT_EXPLAINED = re.compile(r"^#.*$|\[[^\]]*\]\([^)]*\)|`[^`]*`", re.M)
CHUNK = 100  # pages per query


@dataclass(frozen=True)
class Use:
    """A public place that cites a source."""

    name: str
    url: str


def keys_in(texts: list[str]) -> set[str]:
    """Return the keys that texts cite, without converting the texts, which may be thousands."""
    return {key for text in texts for mark in re.finditer(CITATION, text) for key in re.findall(KEY, mark[0])}


def published_uses(content: snapshot.ContentSnapshot) -> dict[str, list[Use]]:
    """Return the public uses of each source, by its key. Cached per version of the content."""
    return content.keep(_published_uses)


def _published_uses() -> dict[str, list[Use]]:
    models: dict[str, Any] = {model.__name__: model for model in _models_with_texts() if hasattr(model, "linked_as")}
    translated = languages.active() != languages.ENGLISH  # for titles and URLs; citations are the same as in English
    slug = "words_slug" if translated else "slug"
    texts = [
        model.objects.published()
        .order_by()
        .values_list(Value(name), "words_title" if translated else _title_of(model), slug, _joined(_columns(model)))
        for name, model in models.items()
    ]
    terms, title = GlossaryTerm.objects.in_language().order_by(), "words_title" if translated else "word"
    texts.append(terms.values_list(Value("word"), title, slug, "meaning"))
    lines, title = HelpLine.objects.in_language().order_by(), "words_title" if translated else "name"
    cited = _joined([Value("[@"), "source__key", Value("]")])
    texts.append(lines.filter(source__isnull=False).values_list(Value("line"), title, slug, cited))
    uses: dict[str, list[Use]] = defaultdict(list)
    for kind, name, slug, text in texts[0].union(*texts[1:], all=True):
        for key in keys_in([text]):
            if kind == "word":
                uses[key].append(Use(gettext("The word “{word}”").format(word=name), f"{reverse('a-z')}#word-{slug}"))
            elif kind == "line":
                uses[key].append(Use(name, f"{reverse('emergency')}#lines"))
            else:
                uses[key].append(Use(name, models[kind](slug=slug).get_absolute_url()))
    return {key: sorted(found, key=lambda use: use.name.lower()) for key, found in uses.items()}


def _models_with_texts() -> Iterator[Any]:
    """Yield the models of pages, and of rows with their own pages."""
    for model in _page_models():
        yield model
        yield from _row_models(model).values()


def _row_models(model: Any) -> dict[str, Any]:
    return {name: model._meta.get_field(name).related_model for name in getattr(model, "kept_with", ())}


def _columns(model: Any) -> list[str]:
    """Return the columns that hold Markdown."""
    return list(getattr(model, "markdown_fields", ())) or [
        field.name for field in model._meta.fields if isinstance(field, TextField)
    ]


def _title_of(model: Any) -> str:
    return "title" if any(field.name == "title" for field in model._meta.fields) else "name"


def _joined(columns: list[Any]) -> Any:
    """Return an expression that joins several texts."""
    return Concat(*columns, Value(""), output_field=TextField())


def pages_citing(source: Source) -> Iterator[ReviewedPage]:
    """Yield the pages in any state that cite a source, also in their rows."""
    for model in _page_models():
        for page in _with_rows(model.objects.filter(_mentions(model, source.key)).distinct()):
            if source.key in keys_in(page.markdown_texts()):
                yield page


def drafts_citing(source: Source) -> Iterator[ReviewedPage]:
    """Yield the published pages whose draft cites a source."""
    for change in ChangeRecord.objects.filter(typed__contains=quote(f"@{source.key}")):
        page = change.page_type.get_object_for_this_type(pk=change.page_id)
        if draft_beside(page) == change and source.key in keys_in([text for _, text in parse_qsl(change.typed)]):
            yield page


def words_citing(source: Source) -> list[GlossaryTerm]:
    """Return the glossary terms that cite a source."""
    terms = GlossaryTerm.objects.filter(meaning__contains=f"@{source.key}")
    return [term for term in terms if source.key in keys_in([term.meaning])]


def pages_explaining(term: GlossaryTerm) -> Iterator[ReviewedPage]:
    """Yield the pages in any state that explain a term, newest first."""
    pattern = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, term.forms))})(?![\w-])", re.I)
    for model in _page_models():
        if getattr(model, "explains_words", False):
            named = (Q(**{f"{name}__icontains": form}) for name in _columns(model) for form in term.forms)
            for page in model.objects.filter(reduce(or_, named)).order_by("-pk").iterator(CHUNK):
                if any(pattern.search(_NOT_EXPLAINED.sub("", text)) for text in page.markdown_texts()):
                    yield page


def make_due(source: Source) -> list[ReviewedPage]:
    """Make every published page that cites a source due for review today, and return those that were not due.

    Each is kept as a revision, and recorded if a user did it. Call it in a transaction.
    """
    today = timezone.localdate()
    marked = []
    why = f"Due for review: {source.key} is {source.status}."
    for page in pages_citing(source):
        # the earliest date allowed after the last review
        due_on = max(today, page.reviewed_on + timedelta(days=1)) if page.reviewed_on else today
        if page.status != ReviewedPage.Status.PUBLISHED or (page.review_due_on and page.review_due_on <= due_on):
            continue
        revisions.keep(page)
        with reversion.create_revision():
            page.review_due_on = due_on
            page.save(update_fields=["review_due_on", "updated_at"])
            reversion.set_comment(why)
            if user := reversion.get_user():
                LogEntry.objects.log_actions(user.pk, [page], CHANGE, why, single_object=True)
        marked.append(page)
    return marked


def _page_models() -> list[Any]:
    return [model for model in content_models() if issubclass(model, ReviewedPage)]


def _with_rows(pages: QuerySet) -> QuerySet:
    return pages.prefetch_related(*getattr(pages.model, "kept_with", ()))


def _mentions(model: type[ReviewedPage], key: str) -> Q:
    """Return a condition that preselects pages that may cite the key, so that not all texts are read."""
    names = _columns(model)
    for accessor, rows in _row_models(model).items():
        names += [f"{accessor}__{column}" for column in _columns(rows)]
    return reduce(or_, (Q(**{f"{name}__contains": f"@{key}"}) for name in names))
