"""The picture is drawn from the stored hours and says nothing that they do not."""

import pytest

from phases import timeline
from tests.factories import make_phase, make_symptom

pytestmark = pytest.mark.django_db


def test_timeline_places_follow_the_hours():
    first = make_phase()
    later = make_phase(
        name="B",
        slug="b",
        position=2,
        onset_from=168,
        onset_to=336,
        peak_from=None,
        peak_to=None,
        end_from=672,
        end_to=4320,
    )
    picture = timeline.of_phases([first, later])
    early, late = picture.bands
    assert 0 < early.x < early.peak_x < early.x + early.width < late.x
    assert late.x + late.width == pytest.approx(100, abs=0.05)
    assert late.peak_x is None
    assert [tick.x for tick in picture.ticks] == sorted(tick.x for tick in picture.ticks)


def test_timeline_band_rises_over_its_onset_and_falls_over_its_end():
    band = timeline.of_phases([make_phase()]).bands[0]
    assert 0 < band.rising < band.falling < 100


def test_timeline_marks_the_readers_hour():
    picture = timeline.of_phases([make_phase()], now=24)
    assert picture.bands[0].x < picture.now_x < 100


def test_timeline_an_hour_after_everything_stays_in_the_picture():
    assert timeline.of_phases([make_phase()], now=9000).now_x == 100


def test_timeline_of_nothing_is_empty():
    assert timeline.of_phases([]).bands == []


def test_timeline_long_name_and_note_never_share_a_line():
    symptom = make_symptom(make_phase(), name="Raised heart rate and blood pressure")
    other = make_symptom(symptom.phase, slug="x", name="Craving", end_from=600, end_to=672)
    bands = timeline.of_symptoms([symptom, other]).bands
    assert bands[0].note_y > bands[0].bar_y
    assert bands[1].note_y < bands[1].bar_y
    assert [band.note_side for band in bands] == ["right", "above"]


def test_timeline_shortest_course_can_still_be_drawn():
    symptom = make_symptom(
        make_phase(), onset_from=9999, onset_to=10000, peak_from=None, peak_to=None, end_from=10000, end_to=10001
    )
    assert timeline.of_symptoms([symptom]).bands[0].width > 0


def test_timeline_page_has_a_table_with_the_same_hours(client, guide):
    html = client.get("/phases/").content.decode()
    assert html.count("<polygon") == 3
    for words in ("6 to 24 hours", "24 to 36 hours", "1 to 3 days", "4 to 10 days", "1 to 2 weeks", "No clear peak"):
        assert f"<td>{words}</td>" in html
