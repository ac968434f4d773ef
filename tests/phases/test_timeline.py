"""The picture is drawn from the stored hours and says nothing that they do not."""

import re

import pytest

from phases import timeline
from phases.models import Phase
from tests.factories import make_phase, make_symptom

pytestmark = [pytest.mark.django_db, pytest.mark.any_backend]
LATER = {"name": "B", "slug": "b", "position": 2, "onset_from": 168, "onset_to": 336, "peak_from": None}
LATER |= {"peak_to": None, "end_from": 672, "end_to": 4320}


def points(path: str) -> list[tuple[int, int]]:
    return [(int(x), int(y)) for x, y in re.findall(r"(-?\d+) (-?\d+)", path)]


def test_timeline_places_follow_the_hours():
    picture = timeline.of_phases([make_phase(), make_phase(**LATER)])
    early, late = picture.rows
    assert 0 < early.left < early.right < late.left
    assert late.right == 100
    assert early.peak and not late.peak
    assert points(early.band)[0][0] < points(early.peak)[0][0] < points(early.band)[-1][0]


def test_timeline_scale_is_the_same_for_all_rows_and_gives_the_first_days_room():
    scale = timeline.Scale(4320)
    places = [scale.percent(hour) for hour in (0, 6, 24, 72, 168, 720, 4320)]
    assert places == sorted(places) and places[0] == 0 and places[-1] == 100
    assert scale.percent(72) > 35


@pytest.mark.parametrize("longest", [48, 72, 240, 672, 720, 4320, 26280])
def test_timeline_names_of_ticks_have_room(longest):
    ticks = timeline.Scale(longest).ticks()
    assert len(ticks) >= 2
    gaps = [after.x - before.x for before, after in zip(ticks, ticks[1:], strict=False)]
    assert min(gaps) >= timeline.LABEL_WIDTH
    assert all(tick.anchor == "end" for tick in ticks if tick.x > 94)


def test_timeline_band_rises_over_the_onset_is_level_at_the_peak_and_low_as_it_eases():
    """The shape alone tells the three apart, whatever the colors do."""
    row = timeline.of_phases([make_phase(end_to=96)]).rows[0]
    heights = [y for _, y in points(row.band)]
    floor, rising, easing = heights[0], heights[1], heights[-2]
    assert floor == heights[-1] and rising < easing < floor  # y grows downward
    top = floor - int(re.search(r"v-(\d+)", row.peak)[1])
    assert top < rising


def test_timeline_shape_never_turns_back_where_ranges_overlap():
    overlapping = {"onset_from": 6, "onset_to": 60, "peak_from": 24, "peak_to": 36, "end_from": 30, "end_to": 90}
    xs = [x for x, _ in points(timeline.of_phases([make_phase(**overlapping)]).rows[0].band)]
    assert xs == sorted(xs)


def test_timeline_shows_intensity_by_height_and_in_words():
    phase = make_phase()
    levels = ["mild", "moderate", "severe"]
    symptoms = [make_symptom(phase, name=level, slug=level, intensity=level) for level in levels]
    rows = [timeline.of_symptom(symptom, []).rows[0] for symptom in symptoms]
    heights = [int(re.search(r"v-(\d+)", row.peak)[1]) for row in rows]
    assert heights == sorted(set(heights))
    assert [row.note for row in rows] == [f"usually {level}" for level in levels]


def test_timeline_marks_the_readers_hour_as_the_stretch_they_gave():
    phase = make_phase()
    exact, rough = (timeline.of_phases([phase], now=hours).mark for hours in ((24, 24), (12, 24)))
    assert rough.width > exact.width > 0
    assert rough.x + rough.width == pytest.approx(exact.x, abs=0.2)


@pytest.mark.parametrize(
    ("hours", "marked"),
    [
        ((0, 6), ["A stage"]),
        ((2, 3), ["A stage"]),
        ((30, 30), ["A stage"]),
        ((100, 100), ["B"]),
        ((168, 336), ["B"]),
        ((9000, 9000), ["B"]),
    ],
)
def test_timeline_marks_the_reader_on_what_can_be_going_on_or_comes_next(hours, marked):
    rows = timeline.of_phases([make_phase(), make_phase(**LATER)], now=hours).rows
    assert [row.course.name for row in rows if row.mark] == marked


def test_timeline_note_gives_way_to_the_readers_place():
    late = {"onset_from": 240, "onset_to": 336, "peak_from": None, "peak_to": None, "end_from": 672, "end_to": 4320}
    phase = make_phase(**late)
    assert timeline.of_phases([phase]).rows[0].note_side == "left"
    assert timeline.of_phases([phase], now=(48, 300)).rows[0].note_side == "above"


def test_timeline_an_hour_after_everything_stays_in_the_picture():
    mark = timeline.of_phases([make_phase()], now=(9000, 9000)).mark
    assert mark.x + mark.width == pytest.approx(100)


def test_timeline_of_nothing_is_empty():
    assert timeline.of_phases([]).rows == []


def test_timeline_long_name_and_note_never_share_a_line():
    symptom = make_symptom(make_phase(), name="Raised heart rate and blood pressure")
    other = make_symptom(symptom.phase, slug="x", name="Craving", end_from=600, end_to=4320)
    rows = timeline.draw([(symptom, "", "mild", 1.0), (other, "", "mild", 1.0)]).rows
    assert rows[0].note_y > rows[0].name_y
    assert rows[1].note_y == rows[1].name_y
    assert [row.note_side for row in rows] == ["right", "above"]


@pytest.mark.parametrize(("start", "end"), [(9999, 10_001), (4319, 4320)])
def test_timeline_shortest_course_can_still_be_drawn(start, end):
    symptom = make_symptom(
        make_phase(), onset_from=start, onset_to=start, peak_from=None, peak_to=None, end_from=end, end_to=end
    )
    band = timeline.of_symptom(symptom, []).rows[0].band
    left, width = (int(value) for value in re.match(r"M(\d+) \d+v-\d+h(\d+)v", band).groups())
    assert width >= timeline.MIN_WIDTH and left + width <= timeline.GRID


def test_timeline_page_has_a_table_with_the_same_hours(client, guide):
    html = client.get("/phases/").content.decode()
    assert html[html.index("<figure") :].count("<path ") == 4 and html.count('<path class="peak"') == 1
    for words in ("6 to 24 hours", "24 to 36 hours", "1 to 3 days", "4 to 10 days", "No clear peak"):
        assert f"<td>{words}</td>" in html


@pytest.mark.parametrize("path", ["/phases/", "/symptoms/insomnia/"])
def test_timeline_is_titled_described_and_leads_on(client, guide, path):
    html = client.get(path).content.decode()
    picture = html[html.index('<figure class="timeline">') :].split("</figure>")[0]
    assert 'aria-labelledby="line-t" aria-describedby="line-d"' in picture
    assert re.search(r'<title id="line-t">\S', picture) and re.search(r'<desc id="line-d">\S', picture)
    assert 'style="' not in picture
    names = re.findall(r'class="row-name"[^>]*>([^<]+)', picture)
    links = re.findall(r'<a href="([^"]+)">', picture)
    assert len(links) == len([name for name in names if name.endswith("›")]) >= 3
    for link in links:
        assert client.get(link).status_code == 200


def test_symptom_is_drawn_above_the_stages_on_their_scale(guide):
    phases = list(Phase.objects.published())
    symptom = phases[1].symptoms.first()
    rows = timeline.of_symptom(symptom, phases).rows
    assert [row.course for row in rows] == [symptom, *phases]
    assert rows[-1].right == 100
