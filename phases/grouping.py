"""Symptoms in groups: by where they are felt, and by their hours."""

from collections.abc import Iterable
from itertools import groupby
from operator import attrgetter

from phases.choices import Area
from phases.models import Symptom


def by_area(symptoms: Iterable[Symptom]) -> list[tuple[Area, list[Symptom]]]:
    """Group symptoms by where they are felt, in the order of the check-in."""
    areas = Area.values
    ordered = sorted(symptoms, key=lambda symptom: areas.index(symptom.area))
    return [(Area(area), list(rows)) for area, rows in groupby(ordered, lambda symptom: symptom.area)]


def by_hours(symptoms: Iterable[Symptom]) -> list[list[Symptom]]:
    """Group symptoms that begin and end at the same hours, the first to begin first."""
    hours = attrgetter("onset_from", "onset_to", "end_from", "end_to", "peak")
    ordered = sorted(symptoms, key=lambda symptom: [hour for hour in hours(symptom) if isinstance(hour, int)])
    return [list(rows) for _, rows in groupby(ordered, hours)]
