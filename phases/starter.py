"""The files of stages, symptoms and treatment options, which a new site starts with."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from editorial.loading.content_files import (
    Entry,
    Find,
    Row,
    Sentence,
    Values,
    as_page,
    as_yaml,
    at_start_of,
    joined,
    lines,
    listed,
    publishing,
    read_page,
    read_yaml,
)
from editorial.workflow.publishing import ReviewedPage
from phases.models import Phase, Symptom, TreatmentOption

STARTER = Path(__file__).parent / "starter"
STEP = 10  # between the positions of two symptoms
SENTENCES = ("what_it_does", "how_to_get_it", "may_suit", "watch_out")
CHOICES = ("place", "medicine", "soon", "withdrawal", "cravings", "overdose_risk")


def entries(folder: Path, find: Find) -> Iterator[Entry]:
    """Read treatment options, and stages with their symptoms."""
    for path in sorted((folder / "treatments").glob("*.md")):
        page = _published(read_page(path))
        page["also_called"] = joined(page["also_called"])
        was = tuple(page.pop("was", ()))
        yield Entry(TreatmentOption, {"slug": page.pop("slug")}, page, was=was)
    for path in sorted((folder / "phases").glob("*.yaml")):
        page = _with_hours(_published(read_yaml(path)))
        symptoms, was = page.pop("symptoms"), tuple(page.pop("was", ()))
        key = {"slug": page.pop("slug")}
        treatments = find(TreatmentOption, "slug", page.pop("treatments"))
        yield Entry(Phase, key, page, {"treatments": treatments}, was)
        for phase in find(Phase, "slug", key.values()):
            yield from _symptoms_of(phase, symptoms)


def _symptoms_of(phase: Phase, symptoms: list[dict]) -> Iterator[Entry]:
    for place, symptom in enumerate(symptoms, start=1):
        values = {"position": place * STEP} | _with_hours(symptom) | {"phase": phase}
        values["also_called"] = joined(values["also_called"])
        values.setdefault("thing", "")
        was = tuple(values.pop("was", ()))
        yield Entry(Symptom, {"slug": values.pop("slug")}, values, was=was, is_part=True)


def files() -> Iterator[tuple[str, str]]:
    """Yield the name and text of each file that `entries` reads."""
    for treatment in TreatmentOption.objects.order_by("slug"):
        yield f"treatments/{treatment.slug}.md", as_page(_head(treatment), treatment.body)
    for phase in Phase.objects.with_symptoms():
        yield f"phases/{phase.slug}.yaml", as_yaml(_of_phase(phase))


def _head(row: TreatmentOption) -> Values:
    return {
        "name": row.name,
        "slug": row.slug,
        "kind": row.kind,
        "position": row.position,
        "also_called": listed(row.also_called),
        "summary": Sentence(row.summary),
        **{name: Sentence(getattr(row, name)) for name in SENTENCES},
        "evidence": row.evidence,
        "evidence_note": Sentence(row.evidence_note),
        **{name: getattr(row, name) for name in CHOICES},
        "compare_note": Sentence(row.compare_note),
        **publishing(row, _usual(row.reviewed_on)),
    }


def _of_phase(row: Phase) -> Values:
    symptoms = enumerate(row.symptoms.all(), start=1)
    return {
        "name": row.name,
        "slug": row.slug,
        "position": row.position,
        "summary": Sentence(row.summary),
        **_hours(row),
        "timing_note": lines(row.timing_note),
        "evidence": row.evidence,
        "evidence_note": Sentence(row.evidence_note),
        **{name: lines(getattr(row, name)) for name in ("overview", "what_helps", "get_help", "what_comes_next")},
        "treatments": list(row.treatments.values_list("slug", flat=True)),
        **publishing(row, _usual(row.reviewed_on)),
        "symptoms": [_of_symptom(symptom, place * STEP) for place, symptom in symptoms],
    }


def _of_symptom(row: Symptom, usual_position: int) -> Values:
    return {
        "name": row.name,
        "slug": row.slug,
        **({} if row.position == usual_position else {"position": row.position}),
        "area": row.area,
        **({"thing": row.thing} if row.thing else {}),
        "also_called": listed(row.also_called),
        "intensity": row.intensity,
        **_hours(row),
        "confidence": row.confidence,
        **{name: lines(getattr(row, name)) for name in ("description", "what_helps", "get_help")},
    }


def _published(page: dict) -> dict:
    usual = {"status": ReviewedPage.Status.PUBLISHED, "published_at": _usual(page["reviewed_on"])}
    return usual | page


def _usual(reviewed_on: Any) -> Any:
    """Return when a starter page is published, by its review date."""
    return at_start_of(reviewed_on) if reviewed_on else None


def _with_hours(page: dict) -> dict:
    """Convert the file's [low, high] pairs to the six columns of a course."""
    page = dict(page)
    for name in ("onset", "peak", "end"):
        page[f"{name}_from"], page[f"{name}_to"] = page.pop(name) or (None, None)
    return page


def _hours(row: Any) -> Values:
    pairs = {name: [getattr(row, f"{name}_from"), getattr(row, f"{name}_to")] for name in ("onset", "peak", "end")}
    return {name: None if pair == [None, None] else Row(pair) for name, pair in pairs.items()}
