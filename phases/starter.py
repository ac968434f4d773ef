"""The files of stages, symptoms and treatment options, which a new site starts with."""

from collections.abc import Iterator
from pathlib import Path

from editorial.loading import content_files
from editorial.loading.content_files import Entry, Find, Row, Values, at_start_of, entry_of, publishing, written
from phases.hours import Course
from phases.models import Phase, Symptom, TreatmentOption

STARTER = Path(__file__).parent / "starter"
STEP = 10  # between the positions of two symptoms
TREATMENT_FIELDS = (
    *("name", "slug", "kind", "position", "also_called", "summary"),
    *("what_it_does", "how_to_get_it", "may_suit", "watch_out", "evidence", "evidence_note"),
    *("place", "medicine", "soon", "withdrawal", "cravings", "overdose_risk", "compare_note"),
)


def entries(folder: Path, find: Find) -> Iterator[Entry]:
    """Read treatment options, and stages with their symptoms."""
    for path in sorted((folder / "treatments").glob("*.md")):
        yield entry_of(TreatmentOption, content_files.with_publishing(content_files.read_page(path)))
    for path in sorted((folder / "phases").glob("*.yaml")):
        page = _with_hours(content_files.with_publishing(content_files.read_yaml(path)))
        slug, symptoms = page["slug"], page.pop("symptoms")
        yield entry_of(Phase, page, {"treatments": find(TreatmentOption, "slug", page.pop("treatments"))})
        for phase in find(Phase, "slug", [slug]):
            for place, symptom in enumerate(symptoms, start=1):
                values = {"position": place * STEP, "thing": ""} | _with_hours(symptom) | {"phase": phase}
                yield entry_of(Symptom, values, is_part=True)


def files() -> Iterator[tuple[str, str]]:
    """Yield the name and text of each file that `entries` reads."""
    for treatment in TreatmentOption.objects.order_by("slug"):
        head = written(treatment, *TREATMENT_FIELDS) | publishing(treatment, at_start_of(treatment.reviewed_on))
        yield f"treatments/{treatment.slug}.md", content_files.as_page(head, treatment.body)
    for phase in Phase.objects.with_symptoms():
        yield f"phases/{phase.slug}.yaml", content_files.as_yaml(_of_phase(phase))


def _of_phase(row: Phase) -> Values:
    texts = ("timing_note", "evidence", "evidence_note", "overview", "what_helps", "get_help", "what_comes_next")
    return {
        **written(row, "name", "slug", "position", "summary"),
        **_hours(row),
        **written(row, *texts),
        "treatments": list(row.treatments.values_list("slug", flat=True)),
        **publishing(row, at_start_of(row.reviewed_on)),
        "symptoms": [_of_symptom(symptom, place * STEP) for place, symptom in enumerate(row.symptoms.all(), start=1)],
    }


def _of_symptom(row: Symptom, usual_position: int) -> Values:
    return {
        **written(row, "name", "slug"),
        **({} if row.position == usual_position else {"position": row.position}),
        "area": row.area,
        **({"thing": row.thing} if row.thing else {}),
        **written(row, "also_called", "intensity"),
        **_hours(row),
        **written(row, "confidence", "description", "what_helps", "get_help"),
    }


def _with_hours(page: Values) -> Values:
    """Convert the file's [low, high] pairs to the six columns of a course."""
    page = dict(page)
    for name in ("onset", "peak", "end"):
        page[f"{name}_from"], page[f"{name}_to"] = page.pop(name) or (None, None)
    return page


def _hours(row: Course) -> Values:
    return {name: Row(pair) if pair else None for name, pair in row.ranges.items()}
