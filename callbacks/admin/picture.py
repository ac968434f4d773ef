"""Waiting times and promises kept, for a meeting: from counts, and of no fewer than ten people.

What is drawn is computed from what the tables say, as the length of a bar can be measured.
"""

import datetime
import itertools
from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from callbacks.admin.access import COUNTS, needs, staff_page
from callbacks.models import CallCount
from callbacks.values.counts import (
    FEW,
    FEWEST,
    FEWEST_FOR_LONGEST,
    KEPT_DAYS,
    STEPS,
    Measure,
    about,
    percentile,
    rounded,
    share,
    within,
)

WEEK = 7
#: Hours and days are joined until there are about this many people in each column.
ENOUGH = 30
#: Of a drawing, in its own units: the part that the columns fill.
LEFT, TOP, WIDTH, HEIGHT = 56, 8, 284, 132

Row = tuple[datetime.date, int, str, int, int]  # as the fields of CallCount
Bar = tuple[str, float, float]  # a class, and from where to where in the height of 1
NOTHING: Bar = ("few", 0, 0.08)


@dataclass(frozen=True)
class Axis:
    """Columns, each with its name in the table and the short one below the drawing, and which one a row belongs to."""

    head: str
    title: str
    columns: list[tuple[str, str]]
    column_of: Callable[[datetime.date, int], int]


@dataclass(frozen=True)
class Waits:
    """How long people waited, in the steps that are counted."""

    measure: Measure
    title: str
    note: str
    people: str
    parts = ("Half of them", "95 of 100")
    buckets = len(STEPS)
    marks = ((1, "15 min"), (3, "1 hour"), (5, "4 hours"), (8, "1 day"), (11, "1 week"))

    @property
    def lines(self) -> list[tuple[float, str]]:
        return [(step / self.buckets, words) for step, words in self.marks]

    def headline(self, column: list[int]) -> tuple[str, str]:
        people, half, most = self.cells(column)
        return half or people, f"for half of {people}; {most} for 95 of 100" if most else ""

    def cells(self, column: list[int]) -> list[str]:
        total = sum(column)
        if total < FEWEST:
            return [FEW, "", ""]
        most = within(percentile(column, 95)) if total >= FEWEST_FOR_LONGEST else f"fewer than {FEWEST_FOR_LONGEST}"
        return [about(total), within(percentile(column, 50)), most]

    def bars(self, column: list[int]) -> list[Bar]:
        total = sum(column)
        if total < FEWEST:
            return [NOTHING]
        half, most = ((percentile(column, percent) + 1) / self.buckets for percent in (50, 95))
        bars: list[Bar] = [("part-0", 0, half)]
        return [*bars, ("part-1", half, most)] if total >= FEWEST_FOR_LONGEST else bars


@dataclass(frozen=True)
class Shares:
    """How people divide into `parts`."""

    measure: Measure
    title: str
    note: str
    people: str
    parts: tuple[str, ...]
    lines = ((0.5, "50%"), (1, "100%"))

    @property
    def buckets(self) -> int:
        return len(self.parts)

    def headline(self, column: list[int]) -> tuple[str, str]:
        return share(
            column[0], sum(column[1:])
        ), f"{self.parts[0].lower()}, of {about(sum(column))} {self.people.lower()}"

    def cells(self, column: list[int]) -> list[str]:
        total = sum(column)
        return [about(total), *(about(part) if total >= FEWEST else "" for part in column)]

    def bars(self, column: list[int]) -> list[Bar]:
        shown = [rounded(part) for part in column]
        if not any(shown):
            return [NOTHING]
        hidden = max(FEWEST, rounded(sum(column)) - sum(shown)) if 0 in shown else 0
        ends = [0, *itertools.accumulate([*shown, hidden])]
        kinds = [*(f"part-{position}" for position in range(self.buckets)), "few"]
        return [
            (kind, begin / ends[-1], end / ends[-1])
            for kind, (begin, end) in zip(kinds, itertools.pairwise(ends), strict=True)
        ]


SECTIONS: list[Waits | Shares] = [
    Waits(
        Measure.FIRST_CALL, "Until our first call", "From the request to the first call, message or email.", "Called"
    ),
    Waits(Measure.REACHED, "Until we talked to them", "From the request to the call that reached them.", "Reached"),
    Shares(
        Measure.KEPT,
        "Promises kept",
        "Kept means that the first call was made by the time that the person was told.",
        "Promised",
        ("Kept", "Late"),
    ),
    Shares(
        Measure.TRY,
        "Reached at which try",
        "Calls, messages and emails until we talked to them.",
        "Reached",
        ("First try", "Second", "Third or later"),
    ),
]


def _days(start: datetime.date, days: int, people: int) -> Axis:
    width = _width(people, days, (1, WEEK) if days > WEEK else (1,))
    begins = [start + datetime.timedelta(days=first) for first in range(0, days, width)]
    columns = [(f"{day:%a}, {_date(day)}", f"{day:%a} {day.day}" if days == WEEK else _date(day)) for day in begins]
    if width == WEEK:
        columns = [(f"{_date(day)} to {_date(day + datetime.timedelta(days=6))}", _date(day)) for day in begins]
    head = "Week" if width == WEEK else "Day"
    return Axis(head, f"By {head.lower()} of the call", columns, lambda day, _: (day - start).days // width)


def _hours(people: int) -> Axis:
    width = _width(people, 24, (1, 2, 4))
    columns = [(f"{_clock(hour)} to {_clock(hour + width)}", _clock(hour)) for hour in range(0, 24, width)]
    title = "By hour of the request" + (f", {width} hours together" if width > 1 else "")
    return Axis("Hours", title, columns, lambda _, hour: hour // width)


def _width(people: int, span: int, widths: tuple[int, ...]) -> int:
    return next((width for width in widths if people >= span // width * ENOUGH), widths[-1])


def _date(day: datetime.date) -> str:
    return f"{day:%b} {day.day}"


def _clock(hour: int) -> str:
    return f"{hour % 12 or 12} {'am' if hour % 24 < 12 else 'pm'}"


def _sums(rows: list[Row], section: Waits | Shares, axis: Axis | None = None) -> list[list[int]]:
    """For each column of the axis, or for all in one, the people in each bucket."""
    columns = [[0] * section.buckets for _ in (axis.columns if axis else [""])]
    for day, hour, measure, bucket, count in rows:
        if measure == section.measure:
            columns[axis.column_of(day, hour) if axis else 0][bucket] += count
    return columns


def _plot(section: Waits | Shares, axis: Axis, rows: list[Row]) -> dict:
    """All that the template draws and lists."""
    sums = _sums(rows, section, axis)
    width, every = WIDTH / len(sums), -(-len(sums) // 7)
    middles = [LEFT + (position + 0.5) * width for position in range(len(sums))]
    return {
        "axis": axis,
        "lines": [(f"{_height(at):.1f}", words) for at, words in section.lines],
        "ticks": [(f"{x:.1f}", short) for x, (_, short) in zip(middles, axis.columns, strict=True)][::every],
        "bars": [
            (kind, f"{x - 0.35 * width:.1f}", f"{_height(end):.1f}", f"{(end - begin) * HEIGHT:.1f}")
            for x, column in zip(middles, sums, strict=True)
            for kind, begin, end in section.bars(column)
        ],
        "bar_width": f"{0.7 * width:.1f}",
        "rows": [(name, section.cells(column)) for (name, _), column in zip(axis.columns, sums, strict=True)],
    }


def _height(part: float) -> float:
    return TOP + (1 - part) * HEIGHT


@require_safe
@needs(COUNTS)
def page(request: HttpRequest) -> HttpResponse:
    days = WEEK if request.GET.get("days") == str(WEEK) else KEPT_DAYS
    today = timezone.localdate()
    start = today - datetime.timedelta(days=days - 1)
    found = CallCount.objects.filter(day__range=(start, today))
    rows: list[Row] = list(found.values_list("day", "hour", "measure", "bucket", "count"))
    people = sum(count for _, _, measure, _, count in rows if measure == Measure.FIRST_CALL)
    axes = [_days(start, days, people), _hours(people)]
    figures = [
        (section, section.headline(*_sums(rows, section)), [_plot(section, axis, rows) for axis in axes])
        for section in SECTIONS
    ]
    context = {
        "title": "Waiting times and promises",
        "days": days,
        "periods": (WEEK, KEPT_DAYS),
        "figures": figures if people >= FEWEST else [],
    }
    return staff_page(request, "picture.html", context)
