"""What to say of the hours ahead, from the stages' stored hours: there is one peak, and it passes.

A stretch that includes part of the peak is called hard, whatever else is in it. Nothing is said to ease before 48
hours: some guides put the peak at 36 to 72 (medscape-opioid-2018), others at 24 to 48 (elsevier-opioid-withdrawal).
"""

from collections.abc import Sequence

from phases.hours import Course

EASES_FROM = 48  # hours since last use: before that, nothing is said to ease

#: For each place in the course, what to say first, and what where the stretch before was in the same place.
WORDS = {
    "before": ("Often no signs yet in this time.", "There may be no signs yet.", "Often still no signs."),
    "building": (
        "Signs often begin or grow in this time.",
        "They often go on growing.",
        "They may grow more in this time.",
    ),
    "rising": (
        "The hardest time often begins here, and it passes.",
        "This may be where the hardest time begins.",
        "The hardest time may still be starting.",
    ),
    "hardest": (
        "This is often part of the hardest time, and it passes.",
        "This is often among the hardest hours too.",
        "This is often still the hardest time.",
    ),
    "turning": (
        "This is often still part of the hardest time, but it may start to ease.",
        "The hardest time often ends here, and it may ease.",
        "Part of the hardest time may still be here, but it may be easing.",
    ),
    "easing": (
        "The hardest part is usually over, and it may ease day by day.",
        "It may ease more in this time.",
        "It often goes on easing, bit by bit.",
    ),
    "lasting": (
        "Nothing new usually begins. Low mood, poor sleep or cravings may go on.",
        "They may come and go.",
        "For some people they last for weeks or months.",
    ),
}


def outlooks(stretches: Sequence[tuple[float, float]], phases: Sequence[Course]) -> list[str]:
    """Return a sentence for each stretch, a range in hours since last use, and no sentence twice."""
    said: list[str] = []
    for start, stop in stretches:
        words = WORDS[_place(start, stop, phases)]
        said.append(next(sentence for sentence in words if sentence not in said))
    return said


def _place(start: float, stop: float, phases: Sequence[Course]) -> str:
    if any(phase.overlaps_peak(start, stop) for phase in phases):
        if start < min(phase.peak[0] for phase in phases if phase.peak and phase.overlaps_peak(start, stop)):
            return "rising"
        return "turning" if start >= EASES_FROM else "hardest"
    if start < max((phase.peak[1] for phase in phases if phase.peak), default=0):
        return "before" if stop < min(phase.onset_from for phase in phases) else "building"
    return "easing" if start < max((phase.end_to for phase in phases if phase.peak), default=0) else "lasting"
