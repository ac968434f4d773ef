"""Group symptoms by area and by hours."""

from collections.abc import Iterable
from itertools import groupby
from operator import attrgetter

from phases.choices import Area
from phases.models import Symptom


def by_area(symptoms: Iterable[Symptom]) -> list[tuple[Area, list[Symptom]]]:
    """Group symptoms by area, in the order of the check-in."""
    areas = Area.values
    ordered = sorted(symptoms, key=lambda symptom: areas.index(symptom.area))
    return [(Area(area), list(rows)) for area, rows in groupby(ordered, lambda symptom: symptom.area)]


def by_hours(symptoms: Iterable[Symptom]) -> list[list[Symptom]]:
    """Group symptoms with the same hours, earliest onset first."""
    hours = attrgetter("onset_from", "onset_to", "end_from", "end_to", "peak")
    ordered = sorted(symptoms, key=lambda symptom: [hour for hour in hours(symptom) if isinstance(hour, int)])
    return [list(rows) for _, rows in groupby(ordered, hours)]
