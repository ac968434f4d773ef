"""Where am I now? From hours since last use to the stage, what is likely, and what comes next.

Nothing is stored. The answer never says that a person is well: it says what is usual, and what is not.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django import forms

from phases.hours import DAY, LONGEST
from phases.models import Phase, Symptom
from phases.outlook import EASES_FROM, outlooks

Hours = tuple[float, float]  # a range in hours since last use

LATE = 20 * DAY  # hours: by then acute symptoms are gone, methadone's too (drugs-com-withdrawal)
JUST_USED = 6  # hours: until then an answer warns of overdose first
LONG_ACTING = 24  # hours: the same for what may be long-acting; not from a study, but on the safe side
AHEAD = (6, 24, 72)  # hours: how far "what comes next" looks


class Substance:
    """What was used: the hours of heroin say nothing about other opioids."""

    HEROIN, FENTANYL, PILLS = "heroin", "fentanyl", "pills"
    METHADONE, BUPRENORPHINE, KRATOM = "methadone", "buprenorphine", "kratom"
    choices = [
        (HEROIN, "Heroin"),
        (FENTANYL, "Fentanyl, or I am not sure"),
        (PILLS, "Pain pills, like oxycodone, hydrocodone, morphine, codeine or tramadol"),
        (METHADONE, "Methadone or another long-acting opioid"),
        (BUPRENORPHINE, "Buprenorphine, like Suboxone"),
        (KRATOM, "Kratom or 7-OH"),
    ]


#: Articles that an answer links to, where published: the substance's own first, then those for everybody.
READ_ON = {
    Substance.FENTANYL: ("test-strips", "Test strips"),
    Substance.PILLS: ("pain-pills-and-tramadol", "Pain pills and tramadol"),
    Substance.METHADONE: ("coming-off-methadone-or-buprenorphine", "Coming off methadone or buprenorphine"),
    Substance.BUPRENORPHINE: ("coming-off-methadone-or-buprenorphine", "Coming off methadone or buprenorphine"),
    Substance.KRATOM: ("kratom-and-other-remedies", "Kratom and other remedies"),
}
FOR_ALL = (
    ("alcohol-or-benzos-too", "Also using alcohol or benzos"),
    ("pregnant-or-breastfeeding", "Pregnant or breastfeeding"),
)


#: Each answer with its range; None where the person does not know.
SINCE: dict[str, tuple[str, Hours | None]] = {
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
        label="Hours or days", choices=[(unit, f"{unit} ago") for unit in UNITS], initial="hours", required=False
    )
    substance = forms.ChoiceField(
        label="What did you use?",
        choices=Substance.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what you used. “Not sure” is an answer too."},
    )

    def clean(self) -> dict:
        data = super().clean() or {}
        amount = data.get("amount")
        if amount is None and not data.get("since") and not {"amount", "since"} & set(self.errors):
            self.add_error("since", "Choose when you last used. A rough answer is fine.")
        elif amount is not None and amount * UNITS[data.get("unit") or "hours"] > LONGEST:
            self.add_error("amount", "Write a number up to three years.")
        return data

    @property
    def hours(self) -> Hours | None:
        """The answer as a range, or None where the person does not know."""
        amount = self.cleaned_data["amount"]
        if amount is not None:
            exact = float(amount) * UNITS[self.cleaned_data["unit"] or "hours"]
            return exact, exact
        return SINCE[self.cleaned_data["since"]][1]

    @property
    def coarse_since(self) -> str:
        """The rough answer that an exact one falls into: the check-in asks for no more."""
        if self.cleaned_data["amount"] is None or self.hours is None:
            return self.cleaned_data["since"]
        hour, _ = self.hours
        return next((key for key, (_, hours) in SINCE.items() if hours and hour < hours[1]), "over-28")


@dataclass(frozen=True)
class Window:
    """What usually changes between two times ahead, in hours from now."""

    after: int
    until: int
    outlook: str
    begins: list[Symptom]
    eases: list[Symptom]
    phases: list[Phase]


@dataclass(frozen=True)
class Answer:
    """What the answer page shows. Without hours, or with another drug than heroin, it names no stage.

    `guide` is the stage whose advice fits in any case. Without `phases`, `likely_now` is what comes at some time.
    """

    hours: Hours | None
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
        """The furthest stage that has usually begun by now, or else the first that may have."""
        usual = [phase for phase in self.phases if phase.usually_begun_at(self._middle)]
        return next(iter(usual[-1:] or self.phases), None)

    @property
    def is_easing(self) -> bool:
        """Whether the hardest hours of the stage are over. Never for a stage without a peak."""
        peak = self.phase.peak if self.phase else None
        return peak is not None and self._middle > peak[1]

    @property
    def _middle(self) -> float:
        return sum(self.hours) / 2 if self.hours else 0

    @property
    def may_have_just_used(self) -> bool:
        return may_have_just_used(self.hours, self.substance)


def may_have_just_used(hours: Hours | None, substance: str) -> bool:
    """Return whether an overdose may still come, as it may where nobody knows when the last use was."""
    long_acting = substance in (Substance.METHADONE, Substance.PILLS)
    return hours is None or hours[0] < (LONG_ACTING if long_acting else JUST_USED)


def place(hours: Hours | None, substance: str, phases: Sequence[Phase]) -> Answer:
    """Return the answer for a time since last use (None: not known), from the stages' stored hours.

    A stage or symptom counts as possible if it is so in the middle of the range that the person gave.
    """
    if hours is None or substance != Substance.HEROIN:
        return _without_hours(hours, substance, phases)
    middle = sum(hours) / 2
    now = [phase for phase in phases if phase.is_possible_at(middle)]
    if not now and phases and middle > max(phase.end_to for phase in phases):
        return Answer(hours, substance, [], phases[-1], [], [], is_past=True)
    symptoms = [symptom for phase in phases for symptom in phase.symptoms.all()]
    likely = _one_of_each([symptom for symptom in symptoms if symptom.is_possible_at(middle)], now[-1:])
    answer = Answer(hours, substance, now, None, likely, _windows(hours, symptoms, phases))
    return replace(answer, guide=answer.phase or next(iter(phases), None))


def _without_hours(hours: Hours | None, substance: str, phases: Sequence[Phase]) -> Answer:
    """There are no hours to go by, but weeks later it is the lasting stage, which has no peak."""
    late = hours is not None and hours[0] >= LATE
    near = [phase for phase in phases if (phase.peak is None) == late]
    at_some_time = _one_of_each([symptom for phase in near for symptom in phase.symptoms.all()], near[-1:])
    return Answer(hours, substance, [], next(iter(near), None), at_some_time, [])


def _one_of_each(symptoms: Iterable[Symptom], stages: Sequence[Phase] = ()) -> list[Symptom]:
    """Keep one of the symptoms that are one thing under several names: that of these stages, or else the first."""
    kept: dict[object, Symptom] = {}
    for symptom in symptoms:
        if _thing(symptom) not in kept or any(symptom.phase_id == stage.pk for stage in stages):
            kept[_thing(symptom)] = symptom
    return list(kept.values())


def _thing(symptom: Symptom) -> object:
    return symptom.thing or symptom.pk


def _windows(hours: Hours, symptoms: Sequence[Symptom], phases: Sequence[Phase]) -> list[Window]:
    steps = list(zip((0, *AHEAD), AHEAD, strict=False))
    said = outlooks([(hours[0] + after, hours[1] + until) for after, until in steps], phases)
    return [_window(hours, step, words, symptoms, phases) for step, words in zip(steps, said, strict=True)]


def _window(
    hours: Hours, step: tuple[int, int], words: str, symptoms: Sequence[Symptom], phases: Sequence[Phase]
) -> Window:
    middle = sum(hours) / 2
    start, stop = (middle + ahead for ahead in step)
    there = {_thing(symptom) for symptom in symptoms if symptom.is_possible_at(start)}
    goes_on = {_thing(symptom) for symptom in symptoms if symptom.onset_from <= stop < symptom.end_from}
    begins = [symptom for symptom in symptoms if start < symptom.onset_from <= stop and _thing(symptom) not in there]
    eases = [symptom for symptom in symptoms if start < symptom.end_from <= stop and _thing(symptom) not in goes_on]
    return Window(
        *step,
        outlook=words,
        begins=_one_of_each(begins),
        eases=_one_of_each(eases) if hours[0] + step[0] >= EASES_FROM else [],
        phases=[phase for phase in phases if start < phase.onset_from <= stop],
    )
