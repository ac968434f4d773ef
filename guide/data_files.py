"""The published guide as data: texts, facts, versions and sources; nothing about drafts, staff or readers."""

import json
import re
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Max
from django.http import Http404

from articles.models import Article, Topic
from editorial.models import GlossaryTerm, Source
from editorial.models.changes import ChangeRecord, type_of
from editorial.models.reviewers import SignOff
from editorial.text.digests import page_digest
from editorial.text.markdown import PageText
from editorial.text.snapshot import ContentSnapshot
from guide.sources import cited
from phases.models import Phase, Symptom, TreatmentOption

MAX_ARTICLES = 500  # in one file: each takes about 12 kB and 5 ms
MAX_PARTS = 10_000
LICENSES = {
    "texts": {"id": "CC-BY-4.0", "url": "https://creativecommons.org/licenses/by/4.0/", "credit": settings.SITE_NAME},
    "facts": {"id": "CC0-1.0", "url": "https://creativecommons.org/publicdomain/zero/1.0/"},
}
FACTS = "hours, evidence, choices, dates, versions, digests, sources and help_lines"
HELP_LINE_FIELDS = "slug name kind call text_to text_body url description checked_on checked_note".split()
#: CSL's type for each kind of source; "document" for a kind that is not known.
CSL_TYPES = {
    **dict.fromkeys(("guideline", "label"), "report"),
    **dict.fromkeys(("review", "trial", "cohort", "study"), "article-journal"),
    **dict.fromkeys(("agency", "page"), "webpage"),
    "law": "regulation",
    "news": "article-newspaper",
    "book": "book",
}


def guide_json(content: ContentSnapshot) -> bytes:
    """Return all public content as one document, with the newest articles; `next` links to the others."""
    pages = PageSerializer(content)
    terms = sorted(content.glossary.terms.values(), key=lambda term: term.word.lower())
    return as_json(
        {
            "name": settings.SITE_NAME,
            "url": f"{settings.SITE_URL}/",
            "language": "en-US",
            "licenses": LICENSES | {"facts": {**LICENSES["facts"], "covers": FACTS}},
            "notice": "General information. It is no diagnosis and replaces nobody's care. If you change a medical "
            "statement, take its review date away until you have checked it.",
            "stages": [pages.page(row) for row in Phase.objects.published().with_symptoms()],
            "treatments": [pages.page(row) for row in TreatmentOption.objects.published()],
            "topics": list(Topic.objects.with_articles().values("slug", "name", "description")),
            **pages.articles(part=1),
            "words": [pages.word(term) for term in terms],
            "help_lines": [{name: getattr(line, name) for name in HELP_LINE_FIELDS} for line in content.help_lines],
            "sources": "/data/sources.csl.json",
        }
    )


def articles_json(content: ContentSnapshot, part: int) -> bytes:
    """Return a further part of the articles, from 2 on. Raises Http404 if there are none."""
    found = PageSerializer(content).articles(part) if 1 < part <= MAX_PARTS else {}
    if not found.get("articles"):
        raise Http404
    return as_json(found)


class PageSerializer:
    """Convert pages to data, each with its version, digest and whether a clinician signed this exact text."""

    def __init__(self, content: ContentSnapshot) -> None:
        self._content = content
        numbered = ChangeRecord.objects.live().order_by().values_list("page_type", "page_id")
        self._versions = {(kind, key): last for kind, key, last in numbered.annotate(last=Max("number"))}
        self._signed = set(SignOff.objects.order_by().values_list("digest", flat=True))

    def articles(self, part: int) -> dict[str, Any]:
        """Return one part of the articles, newest first, with a link to the next part, if any."""
        begin, end = (part - 1) * MAX_ARTICLES, part * MAX_ARTICLES
        rows = list(Article.objects.published().prefetch_related("topics", "phases")[begin : end + 1])
        following = {"next": f"/data/articles-{part + 1}.json"} if len(rows) > MAX_ARTICLES else {}
        return {"articles": [self.page(row) for row in rows[:MAX_ARTICLES]], **following}

    @staticmethod
    def text(page_text: PageText, markdown: str) -> dict[str, str]:
        return {"markdown": markdown.replace("\r\n", "\n").strip(), "html": page_text.render(markdown).html.strip()}

    def word(self, term: GlossaryTerm) -> dict[str, Any]:
        shared = PageText()
        meaning = self.text(shared, term.meaning)
        return {"word": term.word, "also": term.forms[1:], "meaning": meaning, "sources": list(shared.numbers)}

    def page(self, row: Any) -> dict[str, Any]:
        page_text, digest = PageText(), page_digest(row, self._content)
        facts_of: dict[Any, Any] = {Article: self._article, Phase: self._stage, TreatmentOption: self._treatment}
        found = {
            "title": str(row),
            "url": row.get_absolute_url(),
            "summary": row.summary,
            **facts_of[type(row)](row),
            "text": {name: self.text(page_text, getattr(row, name)) for name in row.markdown_fields},
            "published_at": row.published_at,
            "reviewed_on": row.reviewed_on,
            "review_due_on": row.review_due_on,
            "version": self._versions.get((type_of(row).pk, row.pk), 1),
            "digest": digest,
            "signed_by_a_clinician": digest in self._signed,
        }
        if isinstance(row, Phase):
            found["symptoms"] = [self._symptom(symptom, page_text) for symptom in row.symptoms.all()]
        return found | {"sources": list(page_text.numbers)}

    def _stage(self, row: Phase) -> dict[str, Any]:
        return {
            "hours": row.ranges,
            "evidence": {"level": row.evidence, "note": row.evidence_note},
            "treatments": sorted(treatment.get_absolute_url() for treatment in row.treatments.published()),
        }

    def _symptom(self, row: Symptom, page_text: PageText) -> dict[str, Any]:
        texts = {name: getattr(row, name) for name in row.markdown_fields}
        return {
            **{name: getattr(row, name) for name in ("name", "area", "intensity", "confidence")},
            "url": row.get_absolute_url(),
            "hours": row.ranges,
            "text": {name: self.text(page_text, text) for name, text in texts.items() if text},
        }

    def _treatment(self, row: TreatmentOption) -> dict[str, Any]:
        choices = ("place", "medicine", "soon", "withdrawal", "cravings", "overdose_risk")
        return {
            "kind": row.kind,
            "evidence": {"level": row.evidence, "note": row.evidence_note},
            "choices": {name: getattr(row, name) for name in choices},
        }

    def _article(self, row: Article) -> dict[str, Any]:
        stages = [stage.get_absolute_url() for stage in row.phases.all() if stage.is_published()]
        return {"topics": [topic.slug for topic in row.topics.all()], "stages": stages}


def sources_json(content: ContentSnapshot) -> bytes:
    """Return the sources cited on public pages as CSL-JSON, for reference managers."""
    return as_json([_csl(source) for source in sorted(cited(content), key=lambda source: source.key)])


def _csl(source: Source) -> dict[str, Any]:
    published = source.published_on or str(source.year or "")
    known = {
        "URL": source.link,
        "DOI": source.doi,
        "PMID": source.pmid,
        "PMCID": source.pmcid,
        "ISBN": source.isbn,
        "issued": {"date-parts": [[int(part) for part in published.split("-")]]} if published else None,
        "accessed": {"date-parts": [list(source.accessed_on.timetuple()[:3])]} if source.accessed_on else None,
    }
    return {
        "id": source.key,
        "type": CSL_TYPES.get(source.kind, "document"),
        "title": source.title,
        "author": [{"literal": source.organization}],
        **{name: value for name, value in known.items() if value},
        "custom": {"kind": source.kind, "status": source.status, "what_was_read": source.get_seen_display()},
    }


def sources_bib(content: ContentSnapshot) -> bytes:
    """Return the same sources as BibTeX, in UTF-8."""
    return "\n".join(_bib(source) for source in sorted(cited(content), key=lambda source: source.key)).encode()


def _bib(source: Source) -> str:
    """Return an entry of a type that needs no journal or publisher, which our rows do not have."""
    known = {
        "author": source.organization,
        "title": source.title,
        "year": source.year,
        "doi": source.doi,
        "url": source.link,
        "urldate": source.accessed_on,
        "isbn": source.isbn,
        "pmid": source.pmid,
        "pmcid": source.pmcid,
        "note": source.warning,
    }
    fields = "".join(f"  {name} = {{{_in_bib(name, value)}}},\n" for name, value in known.items() if value)
    return f"@{'book' if source.kind == 'book' else 'misc'}{{{source.key},\n{fields}}}\n"


def _in_bib(name: str, value: Any) -> str:
    """Escape TeX's special characters, except in a URL. Braces keep names and capitals intact."""
    if name in {"url", "doi"}:
        return str(value)
    escaped = re.sub(r"[#$%&_{}]", r"\\\g<0>", re.sub(r"[\\^~]", " ", str(value)))
    return f"{{{escaped}}}" if name in {"author", "title"} else escaped


def as_json(data: Any) -> bytes:
    """Serialize deterministically: the same content gives the same bytes in every process."""
    return (json.dumps(data, ensure_ascii=False, indent=1, cls=DjangoJSONEncoder) + "\n").encode()
