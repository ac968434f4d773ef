"""Waiting times and kept promises, from ten people or more. Bars show rounded values, as they can be measured."""

import datetime
import itertools
from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from callbacks.admin.access import COUNTS, needs, staff_page
from callbacks.models import CallCount
from callbacks.values import counts
from callbacks.values.counts import FEW, MIN_SHOWN, Measure
from callbacks.values.safe_hours import hour_name

WEEK = 7
#: Hours and days are merged until each column has about this many people.
PEOPLE_PER_COLUMN = 30
#: The plot area within the drawing.
LEFT, TOP, WIDTH, HEIGHT = 56, 8, 284, 132

Row = tuple[datetime.date, int, str, int, int]  # as the fields of CallCount
Bar = tuple[str, float, float]  # CSS class, bottom and top, from 0 to 1
NOTHING: Bar = ("few", 0, 0.08)


@dataclass(frozen=True)
class Axis:
    """Columns: their names in the table, their short labels below the drawing, and the column of each row."""

    head: str
    title: str
    columns: list[tuple[str, str]]
    column_of: Callable[[datetime.date, int], int]


@dataclass(frozen=True)
class Section:
    """One measure; `people` is the heading of the column of counts."""

    measure: Measure
    people: str
    note: str
    parts: tuple[str, ...] = ("Half of them", "95 of 100")


class Waits(Section):
    """How long people waited, in the steps of values.counts."""

    buckets = scale = len(counts.STEPS)
    lines = ((1, "15 min"), (3, "1 hour"), (5, "4 hours"), (8, "1 day"), (11, "1 week"))

    def headline(self, column: list[int]) -> tuple[str, str]:
        people, half, most = self.cells(column)
        return half, f"for half of {people}; {most} for 95 of 100"

    def cells(self, column: list[int]) -> list[str]:
        total = sum(column)
        most = counts.within(counts.percentile(column, 95)) if total >= counts.MIN_FOR_95TH else "too few to say"
        return [counts.about(total), counts.within(counts.percentile(column, 50)), most]

    def bars(self, column: list[int]) -> list[Bar]:
        half, most = ((counts.percentile(column, percent) + 1) / self.buckets for percent in (50, 95))
        return [("part-0", 0, half), ("part-1", half, most if sum(column) >= counts.MIN_FOR_95TH else half)]


class Shares(Section):
    """The shares of people in `parts`."""

    scale, lines = 100, ((50, "50%"), (100, "100%"))

    @property
    def buckets(self) -> int:
        return len(self.parts)

    def headline(self, column: list[int]) -> tuple[str, str]:
        people, first, rest = f"of {counts.about(sum(column))} {self.people.lower()}", column[0], sum(column[1:])
        if min(first, rest) >= MIN_SHOWN:
            return counts.share(first, rest), f"{self.parts[0].lower()}, {people}"
        others = self.parts[1] if self.buckets == 2 else "later"
        return f"{FEW} {(others if rest < MIN_SHOWN else self.parts[0]).lower()}", people

    def cells(self, column: list[int]) -> list[str]:
        return [counts.about(sum(column)), *map(counts.about, column)]

    def bars(self, column: list[int]) -> list[Bar]:
        shown = [counts.rounded(part) for part in column]
        hidden = max(MIN_SHOWN, counts.rounded(sum(column)) - sum(shown)) if 0 in shown else 0
        ends = [0, *itertools.accumulate([*shown, hidden])]
        kinds = [*(f"part-{position}" for position in range(self.buckets)), "few"]
        spans = zip(kinds, itertools.pairwise(ends), strict=True)
        return [(kind, begin / ends[-1], end / ends[-1]) for kind, (begin, end) in spans]


KEPT, TRIES = ("Kept", "Late"), ("First try", "Second", "Third or later")
SECTIONS: list[Waits | Shares] = [
    Waits(Measure.FIRST_CALL, "Called", "From the request to the first call, message or email."),
    Waits(Measure.REACHED, "Reached", "From the request to the call that reached them."),
    Shares(Measure.KEPT, "Promised", "Kept: the first call was made by the time that the person was told.", KEPT),
    Shares(Measure.TRY, "Reached", "Calls, messages and emails until we talked to them.", TRIES),
]


def _days(start: datetime.date, days: int, people: int) -> Axis:
    width = _width(people, days, (1, WEEK) if days > WEEK else (1,))
    begins = [start + datetime.timedelta(days=first) for first in range(0, days, width)]
    columns = [(f"{day:%a}, {_date(day)}", f"{day:%a}" if days == WEEK else _date(day)) for day in begins]
    if width == WEEK:
        columns = [(f"{_date(day)} to {_date(day + datetime.timedelta(days=6))}", _date(day)) for day in begins]
    head = "Week" if width == WEEK else "Day"
    return Axis(head, f"By {head.lower()} of the call", columns, lambda day, _: (day - start).days // width)


def _hours(people: int) -> Axis:
    width = _width(people, 24, (1, 2, 4))
    columns = [(f"{hour_name(hour)} to {hour_name(hour + width)}", hour_name(hour)) for hour in range(0, 24, width)]
    title = "By hour of the request" + (f", {width} hours together" if width > 1 else "")
    return Axis("Hours", title, columns, lambda _, hour: hour // width)


def _width(people: int, span: int, widths: tuple[int, ...]) -> int:
    return next((width for width in widths if people >= span // width * PEOPLE_PER_COLUMN), widths[-1])


def _date(day: datetime.date) -> str:
    return f"{day:%b} {day.day}"


def _sums(rows: list[Row], section: Waits | Shares, axis: Axis) -> list[list[int]]:
    """Return the people in each bucket, by column of the axis."""
    columns = [[0] * section.buckets for _ in axis.columns]
    for day, hour, measure, bucket, count in rows:
        if measure == section.measure:
            columns[axis.column_of(day, hour)][bucket] += count
    return columns


def _plot(section: Waits | Shares, axis: Axis, rows: list[Row]) -> dict:
    sums = _sums(rows, section, axis)
    width, every = WIDTH / len(sums), {28: 7, 24: 4, 12: 2}.get(len(sums), 1)  # every how many columns a label fits
    middles = [LEFT + (position + 0.5) * width for position in range(len(sums))]
    return {
        "axis": axis,
        "lines": [(f"{_height(at / section.scale):.1f}", words) for at, words in section.lines],
        "ticks": [(f"{x:.1f}", short) for x, (_, short) in zip(middles, axis.columns, strict=True)][::every],
        "bars": [
            (kind, f"{x - 0.35 * width:.1f}", f"{_height(end):.1f}", f"{(end - begin) * HEIGHT:.1f}")
            for x, column in zip(middles, sums, strict=True)
            for kind, begin, end in (section.bars(column) if sum(column) >= MIN_SHOWN else [NOTHING])
            if begin < end
        ],
        "bar_width": f"{0.7 * width:.1f}",
        "rows": [
            (name, section.cells(column) if sum(column) >= MIN_SHOWN else [FEW, *[""] * len(section.parts)])
            for (name, _), column in zip(axis.columns, sums, strict=True)
        ],
    }


def _height(part: float) -> float:
    return TOP + (1 - part) * HEIGHT


@require_safe
@needs(COUNTS)
def page(request: HttpRequest) -> HttpResponse:
    days = WEEK if request.GET.get("days") == str(WEEK) else counts.KEPT_DAYS
    today = timezone.localdate()
    start = today - datetime.timedelta(days=days - 1)
    found = CallCount.objects.filter(day__range=(start, today))
    rows: list[Row] = list(found.values_list("day", "hour", "measure", "bucket", "count"))
    people = sum(count for _, _, measure, _, count in rows if measure == Measure.FIRST_CALL)
    axes = [_days(start, days, people), _hours(people)]
    figures = []
    for section in SECTIONS if people >= MIN_SHOWN else []:
        total = [sum(bucket) for bucket in zip(*_sums(rows, section, axes[0]), strict=True)]
        headline = section.headline(total) if sum(total) >= MIN_SHOWN else (FEW, section.people.lower())
        figures.append((section, headline, [_plot(section, axis, rows) for axis in axes]))
    context = {"days": days, "periods": (WEEK, counts.KEPT_DAYS), "figures": figures}
    return staff_page(request, "waiting_times.html", context | {"title": "Waiting times and promises"})
