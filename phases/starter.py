"""The three stages, their symptoms and the treatment options a fresh site starts with."""

from collections import Counter
from pathlib import Path

from editorial.publishing import ReviewedPage
from editorial.starter import at_start_of, load_item, read_page, read_yaml, rows
from phases.models import Phase, Symptom, TreatmentOption

STARTER = Path(__file__).parent / "starter"


def load() -> Counter:
    """Load what staff have not changed or removed. Returns how many rows had which outcome."""
    outcomes: Counter = Counter()
    for path in sorted((STARTER / "treatments").glob("*.md")):
        page = _published(read_page(path))
        page["also_called"] = ", ".join(page["also_called"])
        was = page.pop("was", ())
        outcomes[load_item(TreatmentOption, {"slug": page.pop("slug")}, page, was=was)] += 1
    for path in sorted((STARTER / "phases").glob("*.yaml")):
        page = _with_hours(_published(read_yaml(path)))
        symptoms, was = page.pop("symptoms"), page.pop("was", ())
        key = {"slug": page.pop("slug")}
        treatments = rows(TreatmentOption, "slug", page.pop("treatments"))
        outcomes[load_item(Phase, key, page, {"treatments": treatments}, was)] += 1
        for phase in rows(Phase, "slug", key.values()):
            outcomes += _load_symptoms(phase, symptoms)
    return outcomes


def _load_symptoms(phase: Phase, symptoms: list[dict]) -> Counter:
    outcomes: Counter = Counter()
    for position, symptom in enumerate(symptoms, start=1):
        values = _with_hours(symptom) | {"phase": phase, "position": position * 10}
        values["also_called"] = ", ".join(values["also_called"])
        values.setdefault("thing", "")
        was = values.pop("was", ())
        outcomes[load_item(Symptom, {"slug": values.pop("slug")}, values, was=was)] += 1
    return outcomes


def _published(page: dict) -> dict:
    return page | {"status": ReviewedPage.Status.PUBLISHED, "published_at": at_start_of(page["reviewed_on"])}


def _with_hours(page: dict) -> dict:
    """The file's [low, high] pairs as the six columns of a course."""
    page = dict(page)
    for name in ("onset", "peak", "end"):
        page[f"{name}_from"], page[f"{name}_to"] = page.pop(name) or (None, None)
    return page
