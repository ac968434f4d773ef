"""Describe the hours ahead, from the stages' stored hours: there is one peak, and it passes.

A range that overlaps the peak is called hard, whatever else is in it. Nothing is said to ease before 48 hours: some
guides put the peak at 36 to 72 (medscape-opioid-2018), others at 24 to 48 (elsevier-opioid-withdrawal).
"""

from collections.abc import Sequence
from itertools import pairwise

from django.utils.translation import gettext_lazy as _

from phases.hours import Course

#: Hours since last use, and their place on the picture of the hill, 340 units wide (templates: phases/_hill.html).
HILL = ((0, 20), (24, 78), (72, 140), (240, 220), (672, 290), (4320, 324))
EASES_FROM = 48  # hours since last use: before that, nothing is said to ease

#: A sentence for each place in the course.
WORDS = {
    "before": _("Often no signs yet."),
    "building": _("Signs often begin or get stronger."),
    "rising": _("The hardest time often begins here, and it passes."),
    "hardest": _("Often the hardest time, and it passes."),
    "turning": _("Often still the hardest time, but the worst usually starts to ease."),
    "easing": _("The hardest part is usually over, and it may ease day by day."),
    "lasting": _("New symptoms are not likely. Low mood, poor sleep or cravings may continue."),
}


def outlook(start: float, stop: float, phases: Sequence[Course]) -> str:
    """Return a sentence for a range in hours since last use."""
    return str(WORDS[_place(start, stop, phases)])


def _place(start: float, stop: float, phases: Sequence[Course]) -> str:
    if any(phase.overlaps_peak(start, stop) for phase in phases):
        if start < min(phase.peak[0] for phase in phases if phase.peak and phase.overlaps_peak(start, stop)):
            return "rising"
        return "turning" if start >= EASES_FROM else "hardest"
    if start < max((phase.peak[1] for phase in phases if phase.peak), default=0):
        return "before" if stop < min(phase.onset_from for phase in phases) else "building"
    return "easing" if start < max((phase.end_to for phase in phases if phase.peak), default=0) else "lasting"


def on_the_hill(start: float, stop: float) -> tuple[int, int]:
    """Return the place of a range in hours since last use on the hill: left edge and width."""
    left, right = _place_on_the_hill(start), _place_on_the_hill(stop)
    return left - 2, max(right - left, 4)


def _place_on_the_hill(hour: float) -> int:
    for (earlier, left), (later, right) in pairwise(HILL):
        if hour <= later:
            return round(left + (right - left) * (hour - earlier) / (later - earlier))
    return HILL[-1][1]
