"""Find where sources are cited, in pages, glossary terms and help lines, and which pages link to a page."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
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
from editorial.models.changes import ChangeRecord
from editorial.text.house_rules import CITATION, KEY
from editorial.text.link_targets import kinds
from editorial.values import languages
from editorial.workflow import revisions
from editorial.workflow.publishing import ReviewedPage

#: Headings, links and code, in which terms are not explained (editorial/text/glossary.py).
_NOT_EXPLAINED = re.compile(r"^#.*$|\[[^\]]*\]\([^)]*\)|`[^`]*`", re.M)
#: The path of a Markdown link, or a name in double brackets.
_LINK = re.compile(r"\]\(<?(/[^)\s>?#]*)|\[\[([a-z]+:[\w-]+)")
CHUNK = 100  # pages per query


@dataclass(frozen=True)
class Use:
    """A public place that cites a source."""

    name: str
    url: str


def keys_in(texts: list[str]) -> set[str]:
    """Return the keys that texts cite, without converting the texts, which may be thousands."""
    return {key for text in texts for mark in re.finditer(CITATION, text) for key in re.findall(KEY, mark[0])}


def published_uses() -> dict[str, list[Use]]:
    """Return the public uses of each source, by its key. To be cached in the content snapshot."""
    models, is_english = kinds(), languages.active() == languages.ENGLISH

    def query(kind: str, rows: QuerySet, title: str, text: Any) -> QuerySet:
        columns = (title, "slug") if is_english else ("words_title", "words_slug")  # the citations are the same in both
        return rows.order_by().values_list(Value(kind), *columns, text)

    lines = HelpLine.objects.in_language().filter(source__isnull=False)
    queries = [
        query("word", GlossaryTerm.objects.in_language(), "word", "meaning"),
        query("line", lines, "name", _joined([Value("[@"), "source__key", Value("]")])),
    ]
    for kind, model in models.items():
        queries.append(query(kind, model.objects.published(), model.linked_as[1], _joined(model.markdown_fields)))
    uses: dict[str, list[Use]] = defaultdict(list)
    for kind, name, slug, text in queries[0].union(*queries[1:], all=True):
        for key in keys_in([text]):
            if kind == "word":
                uses[key].append(Use(gettext("The word “{word}”").format(word=name), f"{reverse('a-z')}#word-{slug}"))
            elif kind == "line":
                uses[key].append(Use(name, f"{reverse('emergency')}#lines"))
            else:
                uses[key].append(Use(name, models[kind](slug=slug).get_absolute_url()))
    return {key: sorted(found, key=lambda use: use.name.lower()) for key, found in uses.items()}


def _joined(columns: Iterable[Any]) -> Any:
    """Return an expression that joins several texts."""
    return Concat(*columns, Value(""), output_field=TextField())


def pages_citing(source: Source) -> Iterator[ReviewedPage]:
    """Yield the pages in any state that cite a source, also in their rows."""
    for model in ReviewedPage.__subclasses__():
        pages = model.objects.filter(_mentions(model, source.key)).distinct()
        for page in pages.prefetch_related(*model.versioned_rows):
            if source.key in keys_in(page.markdown_texts()):
                yield page


def drafts_citing(source: Source) -> Iterator[ReviewedPage]:
    """Yield the published pages whose draft cites a source."""
    for change in ChangeRecord.objects.filter(typed__contains=quote(f"@{source.key}")):
        texts = [text for _, text in parse_qsl(change.typed)]
        if change.page and source.key in keys_in(texts):
            yield change.page


def words_citing(source: Source) -> list[GlossaryTerm]:
    """Return the glossary terms that cite a source."""
    terms = GlossaryTerm.objects.filter(meaning__contains=f"@{source.key}")
    return [term for term in terms if source.key in keys_in([term.meaning])]


def pages_explaining(term: GlossaryTerm) -> Iterator[ReviewedPage]:
    """Yield the pages in any state that explain a term, newest first."""
    pattern = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, term.forms))})(?![\w-])", re.I)
    for model in ReviewedPage.__subclasses__():
        if model.explains_words:
            named = [(f"{name}__icontains", form) for name in model.markdown_fields for form in term.forms]
            for page in model.objects.filter(Q(*named, _connector=Q.OR)).order_by("-pk").iterator(CHUNK):
                if any(pattern.search(_NOT_EXPLAINED.sub("", text)) for text in page.markdown_texts()):
                    yield page


def linking_to(*pages: ReviewedPage) -> dict[ReviewedPage, list[ReviewedPage]]:
    """Return the other published pages that link to each page. Reads all texts: a second for 10,000."""
    found: dict[ReviewedPage, list[ReviewedPage]] = {page: [] for page in pages}
    called = {page.get_absolute_url(): page for page in pages}
    called |= {f"{page.linked_as[0]}:{page.slug}": page for page in pages if hasattr(page, "linked_as")}
    called.pop("", None)  # the translation of a row without a page
    for model in ReviewedPage.__subclasses__():
        for other in model._default_manager.published():
            links = [path or name for text in other.markdown_texts() for path, name in _LINK.findall(text)]
            for page in {called[link] for link in links if link in called} - {other}:
                found[page].append(other)
    return found


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
        revisions.ensure_first_version(page)
        with reversion.create_revision():
            page.review_due_on = due_on
            page.save(update_fields=["review_due_on", "updated_at"])
            reversion.set_comment(why)
            if user := reversion.get_user():
                LogEntry.objects.log_actions(user.pk, [page], CHANGE, why, single_object=True)
        marked.append(page)
    return marked


def _mentions(model: Any, key: str) -> Q:
    """Return a condition that preselects pages that may cite the key, so that not all texts are read."""
    names = list(model.markdown_fields)
    for accessor in model.versioned_rows:
        names += [f"{accessor}__{field}" for field in model._meta.get_field(accessor).related_model.markdown_fields]
    return Q(*((f"{name}__contains", f"@{key}") for name in names), _connector=Q.OR)
