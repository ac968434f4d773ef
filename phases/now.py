"""Where am I now? From hours since last use to the stage, what is likely, and what comes next.

Nothing here or in its view is stored. It never says that a person is well: it names what is usual, and what is not.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django import forms

from phases.models import Phase, Symptom

LATE = 20 * 24  # hours: by then acute symptoms are gone, methadone's too (drugs-com-withdrawal)
SOON = 24  # hours ahead that "what comes next" looks


class Substance:
    """What was used decides whether heroin's hours say anything."""

    HEROIN, FENTANYL, METHADONE = "heroin", "fentanyl", "methadone"
    choices = [
        (HEROIN, "Heroin"),
        (FENTANYL, "Fentanyl, or I am not sure"),
        (METHADONE, "Methadone or another long-acting opioid"),
    ]


#: The middle of each answer, in hours since last use; None where the person does not know.
SINCE = {
    "under-6": ("Less than 6 hours ago", 3),
    "6-12": ("6 to 12 hours ago", 9),
    "12-24": ("12 to 24 hours ago", 18),
    "24-48": ("1 to 2 days ago", 36),
    "48-72": ("2 to 3 days ago", 60),
    "3-5": ("3 to 5 days ago", 96),
    "5-10": ("5 to 10 days ago", 180),
    "10-28": ("10 days to 4 weeks ago", 456),
    "over-28": ("More than 4 weeks ago", 1440),
    "unknown": ("I do not know", None),
}


class NowForm(forms.Form):
    """Two questions, coarse answers."""

    since = forms.ChoiceField(
        label="When did you last use?",
        choices=[(key, words) for key, (words, _) in SINCE.items()],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose when you last used. A rough answer is fine."},
    )
    substance = forms.ChoiceField(
        label="What did you use?",
        choices=Substance.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what you used. “Not sure” is an answer too."},
    )

    @property
    def hours(self) -> int | None:
        """Hours since last use, or None where the person does not know."""
        return SINCE[self.cleaned_data["since"]][1]


@dataclass(frozen=True)
class Answer:
    """What the answer page shows. Without hours, or with another drug than heroin, no stage is named.

    `guide` is the stage whose advice fits in any case; without one, `likely_now` is what comes at some time.
    """

    hours: int | None
    substance: str
    phases: list[Phase]
    guide: Phase | None
    likely_now: list[Symptom]
    coming: list[Symptom]

    @property
    def is_charted(self) -> bool:
        """Only heroin's hours are known well enough to place somebody on the timeline."""
        return self.hours is not None and self.substance == Substance.HEROIN

    @property
    def phase(self) -> Phase | None:
        """The furthest stage whose onset has usually begun by now."""
        return self.phases[-1] if self.phases else None


def place(hours: int | None, substance: str, phases: Sequence[Phase]) -> Answer:
    """The answer for so many hours since last use (None: not known), from the stages' stored hours."""
    if hours is None or substance != Substance.HEROIN:
        # No hours to go by, but weeks later it is the lasting stage, whose hours name no peak.
        late = hours is not None and hours >= LATE
        near = [phase for phase in phases if (phase.peak_from is None) == late]
        at_some_time = [symptom for phase in near for symptom in phase.symptoms.all()]
        return Answer(hours, substance, [], next(iter(near), None), at_some_time, [])
    symptoms = [symptom for phase in phases for symptom in phase.symptoms.all()]
    now = [phase for phase in phases if phase.is_possible_at(hours)]
    likely = [symptom for symptom in symptoms if symptom.is_possible_at(hours)]
    likely.sort(key=lambda symptom: not symptom.is_peak_at(hours))
    return Answer(
        hours=hours,
        substance=substance,
        phases=now,
        guide=now[-1] if now else next(iter(phases), None),
        likely_now=likely,
        coming=[symptom for symptom in symptoms if hours < symptom.onset_from <= hours + SOON],
    )
