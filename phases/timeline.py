"""The timeline: bands on a scale that gives the first days as much room as the months after.

Shapes are paths on a grid that stretches to the page's width; words are placed in percent and keep their size. A band
rises over the onset, is tall at the peak and low as it eases, so that it is readable without color. A symptom's height
is its intensity.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext, gettext_lazy as _

from phases.hours import DAY, MONTH, WEEK, Course
from phases.models import Phase, Symptom

STEP = 6  # hours: below it the scale is nearly linear, above it logarithmic
GRID = 1000  # width of the grid
TICKS = [
    (STEP, "6", _("hours")),
    (DAY, "1", _("day")),
    (3 * DAY, "3", _("days")),
    (WEEK, "1", _("week")),
    (2 * WEEK, "2", _("weeks")),
    (MONTH, "1", _("month")),
    (6 * MONTH, "6", _("months")),
]
LABEL_WIDTH = 11.5  # percent of a phone's width that a label under the axis takes
TICKS_HEIGHT, MARK_HEIGHT, ROW_HEIGHT, BAND_HEIGHT = 38, 18, 54, 24  # pixels
BAND_TOP = 21  # pixels from the top of a row
BAND_BOTTOM = BAND_TOP + BAND_HEIGHT
MIN_WIDTH = 4  # on the grid, so that the shortest course is visible
MIN_MARK_WIDTH = 0.8  # percent, of the reader's mark
RISING, EASING = 0.6, 0.35  # of the peak's height
NOTE_WIDTH = 45  # percent of a phone's width that a note takes
HEIGHTS = {"mild": 0.4, "moderate": 0.7, "severe": 1.0}


@dataclass(frozen=True)
class Tick:
    """A vertical line, `x` percent from the left, labeled with a number and a unit."""

    x: float
    number: str
    unit: str

    @property
    def anchor(self) -> str:
        return "end" if self.x > 94 else "middle"


@dataclass(frozen=True)
class Mark:
    """The reader's range, in percent."""

    x: float
    width: float

    @property
    def middle(self) -> float:
        return min(max(self.x + self.width / 2, 4), 96)


@dataclass(frozen=True)
class Row:
    """One course, from `left` to `right` percent. Heights are from its top, so that equal shapes compress well."""

    course: Course
    tone: str
    note: str
    y: int
    left: float
    right: float
    band: str
    peak: str
    mark: Mark | None = None

    height, name_y = ROW_HEIGHT, 15
    #: The mark covers only the band, not the name.
    mark_y, mark_height = BAND_TOP - 1, BAND_HEIGHT + 7

    @property
    def note_side(self) -> str:
        """Return the side where the note does not overlap a long name."""
        left, right = self.left, self.right
        if self.mark:
            left, right = min(left, self.mark.x), max(right, self.mark.x + self.mark.width)
        if right <= 100 - NOTE_WIDTH:
            return "right"
        return "left" if left >= NOTE_WIDTH else "above"

    @property
    def note_y(self) -> int:
        return self.name_y if self.note_side == "above" else BAND_TOP + 17


@dataclass(frozen=True)
class Timeline:
    """The whole picture."""

    rows: list[Row]
    ticks: list[Tick]
    top: int
    height: int
    mark: Mark | None

    grid = GRID

    @property
    def has_peaks(self) -> bool:
        return any(row.peak for row in self.rows)


class Scale:
    """Converts hours since last use to a position."""

    def __init__(self, longest: int) -> None:
        self.longest = longest

    def grid(self, hour: float) -> int:
        return round(GRID * math.log1p(min(hour, self.longest) / STEP) / math.log1p(self.longest / STEP))

    def percent(self, hour: float) -> float:
        return round(self.grid(hour) * 100 / GRID, 1)

    def ticks(self) -> list[Tick]:
        """Return the marks of the axis whose labels fit, always with the last."""
        kept: list[Tick] = []
        known = [Tick(self.percent(hour), number, str(unit)) for hour, number, unit in TICKS if hour <= self.longest]
        for tick in known:
            if kept and tick.x - kept[-1].x < LABEL_WIDTH:
                if tick is not known[-1]:
                    continue
                kept.pop()
            kept.append(tick)
        return kept


#: A course to draw: with its tone, its note, and its height from 0 to 1.
Drawn = tuple[Course, str, str, float]


def draw(drawn: Sequence[Drawn], *, now: tuple[float, float] | None = None) -> Timeline:
    """Draw the courses, top to bottom, on one scale; `now` is a range in hours since last use."""
    courses = [course for course, *_ in drawn]
    scale = Scale(max((course.end_to for course in courses), default=WEEK))
    top = TICKS_HEIGHT + (MARK_HEIGHT if now else 0)
    mark = None
    if now:
        left, right = (scale.percent(hour) for hour in now)
        width = max(round(right - left, 1), MIN_MARK_WIDTH)
        mark = Mark(min(left, 100 - width), width)
    marked = _at(courses, now) if now else []
    rows = [
        Row(
            course=course,
            tone=tone,
            note=note,
            y=top + index * ROW_HEIGHT,
            left=scale.percent(course.onset_from),
            right=scale.percent(course.end_to),
            band=_band(course, scale, BAND_HEIGHT * height),
            peak=_peak(course, scale, BAND_HEIGHT * height),
            mark=mark if course in marked else None,
        )
        for index, (course, tone, note, height) in enumerate(drawn)
    ]
    return Timeline(rows, scale.ticks(), top, top + len(rows) * ROW_HEIGHT, mark)


def _at(courses: Sequence[Course], now: tuple[float, float]) -> list[Course]:
    """Return the courses that may be present then, otherwise the next to begin."""
    going_on = [course for course in courses if course.onset_from <= now[1] and now[0] < course.end_to]
    return going_on or [course for course in courses if course.onset_from > now[1]][:1] or list(courses[-1:])


def _band(course: Course, scale: Scale, tall: float) -> str:
    """Return a path: up over the onset, low after the peak, down over the end."""
    full, rising, easing = (round(BAND_BOTTOM - tall * height) for height in (1, RISING, EASING))
    if course.peak:
        top = [(course.onset_to, rising), (course.peak[1], rising), (course.peak[1], easing), (course.end_from, easing)]
    else:
        top = [(course.onset_to, full), (course.end_from, full)]
    path, furthest = [], 0
    for hour, y in [(course.onset_from, BAND_BOTTOM), *top, (course.end_to, BAND_BOTTOM)]:  # ranges may overlap
        furthest = max(furthest, scale.grid(hour))
        path.append(f"{furthest} {y}")
    if furthest - scale.grid(course.onset_from) < MIN_WIDTH:
        return _block(min(scale.grid(course.onset_from), GRID - MIN_WIDTH), MIN_WIDTH, tall)
    return f"M{' '.join(path)}z"


def _peak(course: Course, scale: Scale, tall: float) -> str:
    if course.peak is None:
        return ""
    left, right = map(scale.grid, course.peak)
    return _block(left, max(right - left, MIN_WIDTH), tall)


def _block(left: int, width: int, tall: float) -> str:
    return f"M{left} {BAND_BOTTOM}v-{round(tall)}h{width}v{round(tall)}z"


def of_phases(phases: Sequence[Phase], now: tuple[float, float] | None = None) -> Timeline:
    """Draw the three stages on one scale, hours to months."""
    starts = gettext("starts {hours}")
    drawn = [(phase, f"s{phase.position}", starts.format(hours=phase.onset_words), 1.0) for phase in phases]
    return draw(drawn, now=now)


def of_symptom(symptom: Symptom, phases: Sequence[Phase]) -> Timeline:
    """Draw one symptom above the three stages."""
    note = gettext("usually {intensity}").format(intensity=symptom.get_intensity_display().lower())
    stages = [(phase, f"s{phase.position}", "", 1.0) for phase in phases]
    return draw([(symptom, f"i-{symptom.intensity}", note, HEIGHTS[symptom.intensity]), *stages])
