"""Where am I now? From hours since last use to the stage, what is likely, and what comes next.

Nothing here or in its view is stored. It never says that a person is well: it names what is usual, and what is not.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django import forms

from phases.hours import DAY, LONGEST
from phases.models import Phase, Symptom

LATE = 20 * DAY  # hours: by then acute symptoms are gone, methadone's too (drugs-com-withdrawal)
AHEAD = (6, 24, 72)  # hours: how far "what comes next" looks


class Substance:
    """What was used decides whether heroin's hours say anything."""

    HEROIN, FENTANYL, METHADONE = "heroin", "fentanyl", "methadone"
    choices = [
        (HEROIN, "Heroin"),
        (FENTANYL, "Fentanyl, or I am not sure"),
        (METHADONE, "Methadone or another long-acting opioid"),
    ]


#: Each answer as a range in hours since last use; None where the person does not know.
SINCE = {
    "under-6": ("Less than 6 hours ago", (0, 6)),
    "6-12": ("6 to 12 hours ago", (6, 12)),
    "12-24": ("12 to 24 hours ago", (12, 24)),
    "24-48": ("1 to 2 days ago", (24, 48)),
    "48-72": ("2 to 3 days ago", (48, 72)),
    "3-5": ("3 to 5 days ago", (72, 120)),
    "5-10": ("5 to 10 days ago", (120, 240)),
    "10-28": ("10 days to 4 weeks ago", (240, 672)),
    "over-28": ("More than 4 weeks ago", (672, 4320)),
    "unknown": ("I do not know", None),
}
UNITS = {"hours": 1, "days": DAY}


class NowForm(forms.Form):
    """Two questions, coarse answers, and room for an exact one."""

    since = forms.ChoiceField(
        label="When did you last use?",
        choices=[(key, words) for key, (words, _) in SINCE.items()],
        widget=forms.RadioSelect,
        required=False,
    )
    amount = forms.DecimalField(
        label="Or a number",
        help_text="If you write one, we go by it and not by the list above.",
        min_value=0,
        max_value=LONGEST,
        max_digits=8,
        decimal_places=2,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "size": 6}),
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_digits", "max_decimal_places", "max_whole_digits"),
            "Write one number in digits, like 30 or 1.5, with no words beside it.",
        )
        | {"max_value": "Write a number up to three years."},
    )
    unit = forms.ChoiceField(
        label="Hours or days",
        choices=[(unit, f"{unit} ago") for unit in UNITS],
        initial="hours",
        required=False,
    )
    substance = forms.ChoiceField(
        label="What did you use?",
        choices=Substance.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what you used. “Not sure” is an answer too."},
    )

    def clean(self) -> dict:
        data = super().clean()
        amount = data.get("amount")
        if amount is None and not data.get("since") and not {"amount", "since"} & set(self.errors):
            self.add_error("since", "Choose when you last used. A rough answer is fine.")
        elif amount is not None and amount * UNITS[data.get("unit") or "hours"] > LONGEST:
            self.add_error("amount", "Write a number up to three years.")
        return data

    @property
    def hours(self) -> tuple[float, float] | None:
        """From when to when, in hours since last use, or None where the person does not know."""
        amount = self.cleaned_data["amount"]
        if amount is not None:
            exact = float(amount) * UNITS[self.cleaned_data["unit"] or "hours"]
            return exact, exact
        return SINCE[self.cleaned_data["since"]][1]

    @property
    def coarse_since(self) -> str:
        """The rough answer that an exact one falls into: the check-in asks for no more."""
        if self.cleaned_data["amount"] is None:
            return self.cleaned_data["since"]
        hour = self.hours[0]
        return next((key for key, (_, hours) in SINCE.items() if hours and hour < hours[1]), "over-28")


@dataclass(frozen=True)
class Window:
    """What usually changes between now and so many hours ahead, and after the window before it."""

    after: int
    until: int
    begins: list[Symptom]
    eases: list[Symptom]
    phases: list[Phase]
    is_hardest: bool
    hardest_ends: bool

    @property
    def is_quiet(self) -> bool:
        return not (self.begins or self.eases or self.phases)


@dataclass(frozen=True)
class Answer:
    """What the answer page shows. Without hours, or with another drug than heroin, no stage is named.

    `guide` is the stage whose advice fits in any case; without one, `likely_now` is what comes at some time.
    """

    hours: tuple[float, float] | None
    substance: str
    phases: list[Phase]
    guide: Phase | None
    likely_now: list[Symptom]
    ahead: list[Window]
    is_past: bool = False  # later than the stages on the chart

    @property
    def is_charted(self) -> bool:
        """Only heroin's hours are known well enough to place somebody on the timeline."""
        return self.hours is not None and self.substance == Substance.HEROIN

    @property
    def phase(self) -> Phase | None:
        """The furthest stage whose onset has usually begun by now."""
        return self.phases[-1] if self.phases else None


def place(hours: tuple[float, float] | None, substance: str, phases: Sequence[Phase]) -> Answer:
    """The answer for a time since last use (None: not known), from the stages' stored hours.

    A stage or symptom counts as possible if it is so in the middle of the range that the person gave.
    """
    if hours is None or substance != Substance.HEROIN:
        # No hours to go by, but weeks later it is the lasting stage, whose hours name no peak.
        late = hours is not None and hours[0] >= LATE
        near = [phase for phase in phases if (phase.peak_from is None) == late]
        at_some_time = _one_of_each([symptom for phase in near for symptom in phase.symptoms.all()], near[-1:])
        return Answer(hours, substance, [], next(iter(near), None), at_some_time, [])
    middle = sum(hours) / 2
    symptoms = [symptom for phase in phases for symptom in phase.symptoms.all()]
    now = [phase for phase in phases if phase.is_possible_at(middle)]
    likely = [symptom for symptom in symptoms if symptom.is_possible_at(middle)]
    likely = _one_of_each(likely, now[-1:])
    likely.sort(key=lambda symptom: not symptom.is_peak_at(middle))
    if not now and phases and middle > max(phase.end_to for phase in phases):
        return Answer(hours, substance, [], phases[-1], [], [], is_past=True)
    return Answer(
        hours=hours,
        substance=substance,
        phases=now,
        guide=now[-1] if now else next(iter(phases), None),
        likely_now=likely,
        ahead=[
            _window(middle, after, until, symptoms, phases) for after, until in zip((0, *AHEAD), AHEAD, strict=False)
        ],
    )


def _one_of_each(symptoms: Iterable[Symptom], stages: Sequence[Phase] = ()) -> list[Symptom]:
    """Where symptoms are one thing under several names, the one of these stages, or else the first."""
    kept: dict[object, Symptom] = {}
    for symptom in symptoms:
        if _thing(symptom) not in kept or any(symptom.phase_id == stage.pk for stage in stages):
            kept[_thing(symptom)] = symptom
    return list(kept.values())


def _thing(symptom: Symptom) -> object:
    return symptom.thing or symptom.pk


def _window(now: float, after: int, until: int, symptoms: Sequence[Symptom], phases: Sequence[Phase]) -> Window:
    start, stop = now + after, now + until
    there = {_thing(symptom) for symptom in symptoms if symptom.is_possible_at(start)}
    goes_on = {_thing(symptom) for symptom in symptoms if symptom.onset_from <= stop < symptom.end_from}
    begins = [symptom for symptom in symptoms if start < symptom.onset_from <= stop and _thing(symptom) not in there]
    eases = [symptom for symptom in symptoms if start < symptom.end_from <= stop and _thing(symptom) not in goes_on]
    return Window(
        after=after,
        until=until,
        begins=_one_of_each(begins),
        eases=_one_of_each(eases),
        phases=[phase for phase in phases if start < phase.onset_from <= stop],
        is_hardest=any(phase.overlaps_peak(start, stop) for phase in phases),
        hardest_ends=any(start < (phase.peak_to or 0) <= stop for phase in phases),
    )
