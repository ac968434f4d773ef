"""The picture of a course: bands on a scale that gives the first days as much room as the months after.

Everything is measured in percent of the width, so that the drawing stretches while its words keep their size.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from phases.hours import DAY, MONTH, WEEK, Course

STEP = 6  # hours: below it the scale is nearly even, above it each doubling takes the same room
TICKS = [(6, "6h"), (DAY, "1d"), (3 * DAY, "3d"), (WEEK, "1w"), (2 * WEEK, "2w"), (MONTH, "1m"), (6 * MONTH, "6m")]
HEAD, ROW, BAR = 30, 56, 24  # pixels: the tick names, one row, the band within it
LEAST_WIDTH = 0.4  # percent: even the shortest course can be seen
ROOM_FOR_STAGES, ROOM_FOR_INTENSITY = 45, 34  # percent of a phone's width that the notes take


@dataclass(frozen=True)
class Tick:
    """A line across the picture, `x` percent from the left."""

    x: float
    name: str
    anchor: str


@dataclass(frozen=True)
class Band:
    """One row: where it starts and how wide it is in percent, its slopes in percent of its own width."""

    course: Course
    tone: str
    label: str
    note: str
    y: int
    x: float
    width: float
    rising: float
    falling: float
    peak_x: float | None
    peak_width: float | None
    room: int

    @property
    def points(self) -> str:
        """A band that rises over the range of its onset and falls over the range of its end."""
        return f"0,{BAR} {self.rising:.2f},0 {self.falling:.2f},0 100,{BAR}"

    @property
    def bar_y(self) -> int:
        return self.y + 22

    @property
    def note_side(self) -> str:
        """Where there is room for the note beside the band, so that a long name never runs into it."""
        if self.x + self.width <= 100 - self.room:
            return "right"
        return "left" if self.x >= self.room else "above"

    @property
    def note_y(self) -> int:
        return self.y + 16 if self.note_side == "above" else self.bar_y + 17


@dataclass(frozen=True)
class Timeline:
    """The whole picture. `now_x` marks a reader's own hour, in percent."""

    bands: list[Band]
    ticks: list[Tick]
    height: int
    now_x: float | None

    bar = BAR
    head = HEAD

    @property
    def has_peaks(self) -> bool:
        return any(band.peak_x is not None for band in self.bands)


def draw(
    courses: Sequence[Course], tones: Iterable[str], notes: Iterable[str], *, room: int, now: float | None = None
) -> Timeline:
    """A picture of the courses, top to bottom, on one scale; `now` is in hours since last use.

    `room` is how many percent of a phone's width a note takes.
    """
    longest = max((course.end_to for course in courses), default=WEEK)

    def place(hour: float) -> float:
        return round(100 * math.log1p(min(hour, longest) / STEP) / math.log1p(longest / STEP), 2)

    bands = []
    for index, (course, tone, note) in enumerate(zip(courses, tones, notes, strict=True)):
        left, right = place(course.onset_from), place(course.end_to)
        width = max(right - left, LEAST_WIDTH)
        rising = 100 * (place(course.onset_to) - left) / width
        falling = 100 * (place(course.end_from) - left) / width
        has_peak = course.peak_from is not None
        bands.append(
            Band(
                course=course,
                tone=tone,
                label=str(course),
                note=note,
                y=HEAD + index * ROW,
                x=left,
                width=round(width, 2),
                rising=rising,
                falling=max(falling, rising),
                peak_x=place(course.peak_from) if has_peak else None,
                peak_width=round(place(course.peak_to) - place(course.peak_from), 2) if has_peak else None,
                room=room,
            )
        )
    ticks = [
        Tick(place(hour), name, "end" if place(hour) > 94 else "middle") for hour, name in TICKS if hour <= longest
    ]
    return Timeline(bands, ticks, HEAD + len(bands) * ROW, None if now is None else place(now))


def of_phases(phases: Sequence[Course], now: float | None = None) -> Timeline:
    """The three stages on one scale, hours to months."""
    tones = [f"stage-{phase.position}" for phase in phases]
    return draw(phases, tones, [f"starts {phase.onset_words}" for phase in phases], room=ROOM_FOR_STAGES, now=now)


def of_symptoms(symptoms: Sequence[Course], now: float | None = None) -> Timeline:
    """The symptoms of one stage, with their usual intensity in words."""
    return draw(
        symptoms,
        [f"intensity-{symptom.intensity}" for symptom in symptoms],
        [symptom.get_intensity_display() for symptom in symptoms],
        room=ROOM_FOR_INTENSITY,
        now=now,
    )
