"""The digest of everything that readers see of a page."""

from typing import Any

from django.db import models

from editorial.models import GlossaryTerm, Source
from editorial.models.translated import digest_of_words
from editorial.text.glossary import Glossary
from editorial.text.markdown import PageText
from editorial.text.snapshot import ContentSnapshot

#: Fields that are not part of the text: URL, dates, search words.
NOT_SEEN = {
    *("slug", "status", "published_at", "reviewed_on", "review_due_on", "medical_reviewer", "updated_at"),
    *("also_called", "position", "thing", "source_seen", "source_digest"),
}
SOURCE_FIELDS = ("organization", "title", "year", "link")
#: Fields of a source that are shown only if they differ from these defaults.
SOURCE_DEFAULTS = {"seen": Source.Seen.FULL, "warning": ""}


def page_digest(page: Any, content: ContentSnapshot | None = None) -> str:
    """Return the SHA-256 of a page's texts, facts and rows, the sources it cites and the words it explains.

    `content` has sources and glossary cached; without it they are read from the database. Fields that are empty or at
    their default are left out, so that a new field changes no digest.
    """
    glossary = Glossary()
    if page.explains_words:
        glossary = content.glossary if content else Glossary(GlossaryTerm.objects.all())
    text = PageText(glossary=glossary)
    for markdown in page.markdown_texts():
        text.render(markdown)
    sources = (content or ContentSnapshot()).sources(text.numbers)
    seen = {
        **_seen(page),
        "links": [sorted(map(str, getattr(page, name).all())) for name in page.signed_links],
        "rows": [[_seen(row) for row in getattr(page, name).all()] for name in page.versioned_rows],
        "sources": [_of_source(key, sources.get(key)) for key in text.numbers],
        "words": [[term.word, term.meaning] for term in text.explained_terms()],
    }
    return digest_of_words(seen)


def _of_source(key: str, source: Source | None) -> list[Any]:
    values = {name: getattr(source, name, usual) for name, usual in SOURCE_DEFAULTS.items()}
    unusual = {name: value for name, value in values.items() if value != SOURCE_DEFAULTS[name]}
    return [key, *(getattr(source, name, None) for name in SOURCE_FIELDS), *([unusual] if unusual else ())]


def _seen(row: models.Model) -> dict[str, Any]:
    found = {}
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        if isinstance(value, str):
            value = value.replace("\r\n", "\n").strip()  # line endings differ between browsers and files
        if field.name in NOT_SEEN or field.primary_key or field.is_relation or value in (None, "", field.get_default()):
            continue
        found[field.name] = value
    return found
