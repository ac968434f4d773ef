"""The files with translations. `seen` is the digest of the English translated: once that changes, they are stale."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db.models import QuerySet

from articles.models import Article, Topic
from editorial.loading import content_files
from editorial.loading.content_files import Entry, Find, Sentence, Values, at_start_of, lines, publishing
from editorial.models import Clinic, GlossaryTerm, HelpLine
from editorial.models.changes import type_of
from editorial.values import languages
from phases.models import Phase, Symptom, TreatmentOption
from translations.models import Translation

STARTER = Path(__file__).parent / "starter"
#: Kinds with a file for each page, by folder; and those with one file for all.
PAGES: dict[str, Any] = {"articles": Article, "treatments": TreatmentOption, "stages": Phase, "symptoms": Symptom}
#: Fields of many lines.
MARKDOWN = ("timing_note", "overview", "what_helps", "get_help", "what_comes_next", "description", "body")
LISTS: dict[str, Any] = {"topics": Topic, "glossary": GlossaryTerm, "help-lines": HelpLine, "clinic": Clinic}


def entries(folder: Path, find: Find) -> Iterator[Entry]:
    """Read the translations of existing pages."""
    for language in languages.OTHERS:
        for name, model in PAGES.items():
            for path in sorted((folder / language / name).glob("*.*")):
                words = content_files.read_page(path) if path.suffix == ".md" else content_files.read_yaml(path)
                yield from _entries(language, model, path.stem, words, find)
        for name, model in LISTS.items():
            if (path := folder / language / f"{name}.yaml").exists():
                for words in content_files.read_yaml(path):
                    yield from _entries(language, model, words.pop("of"), words, find)


def _entries(language: str, model: Any, slug: str, words: Values, find: Find) -> Iterator[Entry]:
    values = {"slug": slug, "also_called": ""} | content_files.with_publishing(words)
    for field, column in model.columns_in_translation().items():
        if field in values:
            values[column] = values.pop(field)
    values["also_called"] = content_files.joined(values["also_called"])
    values["source_digest"] = values.pop("seen")
    for row in find(model, _key(model), [slug]):
        yield Entry(Translation, {"language": language, "page_type": type_of(row), "page_id": row.pk}, values)


def files() -> Iterator[tuple[str, str]]:
    """Yield the name and text of each file that `entries` reads."""
    for language in languages.OTHERS:
        of_language = Translation.objects.filter(language=language)
        for name, model in PAGES.items():
            for slug, words in _written(of_language, model):
                body = words.pop("body", None)
                path = f"{language}/{name}/{slug}"
                if body is None:
                    yield f"{path}.yaml", content_files.as_yaml(words)
                else:
                    yield f"{path}.md", content_files.as_page(words, body)
        for name, model in LISTS.items():
            if rows := [{"of": slug} | words for slug, words in _written(of_language, model)]:
                yield f"{language}/{name}.yaml", content_files.as_yaml(rows)


def _written(translations: QuerySet[Translation], model: Any) -> Iterator[tuple[str, Values]]:
    slugs = {pk: str(key) for pk, key in model.objects.values_list("pk", _key(model))}
    of_model = translations.filter(page_type=type_of(model), page_id__in=slugs)
    written = of_model.exclude(title="")  # the others were begun and never saved
    for row in sorted(written, key=lambda row: slugs[row.page_id]):
        words: Values = {}
        for field, column in model.columns_in_translation().items():
            text = getattr(row, column)
            words[field] = lines(text) if field in MARKDOWN and model in PAGES.values() else Sentence(text)
        if "also_called" in words:
            words["also_called"] = content_files.listed(row.also_called)
        slug = {} if row.slug == slugs[row.page_id] else {"slug": row.slug}
        words |= {"seen": row.source_digest} | publishing(row, at_start_of(row.reviewed_on))
        yield slugs[row.page_id], slug | words


def _key(model: Any) -> str:
    """Return the field that identifies a row in files. There is one clinic."""
    return "id" if model is Clinic else "slug"
