"""Hours since last use: said as people say them, and kept in order by the database."""

import pytest
from django.db import IntegrityError, transaction

from phases.hours import in_words
from tests.factories import HOURS, make_phase, make_symptom


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (6, 24, "6 to 24 hours"),
        (24, 36, "24 to 36 hours"),
        (24, 72, "1 to 3 days"),
        (36, 72, "36 hours to 3 days"),
        (96, 240, "4 to 10 days"),
        (168, 336, "1 to 2 weeks"),
        (168, 672, "1 to 4 weeks"),
        (672, 4320, "4 weeks to 6 months"),
        (1440, 4320, "2 to 6 months"),
        (72, 4320, "3 days to 6 months"),
        (6, 672, "6 hours to 4 weeks"),
        (0, 12, "0 to 12 hours"),
        (1, 1, "1 hour"),
        (24, 24, "24 hours"),
        (48, 48, "2 days"),
    ],
)
def test_range_of_hours_in_words(low, high, words):
    assert in_words(low, high) == words


WRONG = [
    {"onset_from": 25},
    {"end_from": 49},
    {"peak_from": 37},
    {"peak_to": 49},
    {"peak_from": 5},
    {"peak_from": None},
    {"peak_to": None},
    {"onset_from": 48, "onset_to": 50, "peak_from": None, "peak_to": None},
    {"end_to": 30_000},
    {"onset_to": 49},
    {"end_from": 5, "peak_from": None, "peak_to": None},
]


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", WRONG)
def test_database_refuses_hours_out_of_order(wrong):
    phase = make_phase()
    with pytest.raises(IntegrityError), transaction.atomic():
        make_symptom(phase, **(HOURS | wrong))


@pytest.mark.django_db
def test_stage_without_a_peak_is_described_as_such():
    phase = make_phase(peak_from=None, peak_to=None)
    assert phase.peak_words == "No clear peak"
    assert not phase.overlaps_peak(20, 40)
    assert phase.is_possible_at(30)
