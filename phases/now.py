"""Where am I now? From hours since last use to the stage, what is likely, and what comes next.

Nothing is stored. The answer never says that a person is well, only what is usual and what is not.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from django.utils.translation import gettext

from phases.hours import DAY, Course, in_words
from phases.models import Phase, Symptom
from phases.now_form import MAY_BE_LONG_ACTING, Hours, Substance

ACUTE_UNTIL = 20 * DAY  # hours: by then acute symptoms are gone, methadone's too (drugs-com-withdrawal)
TOLERANCE_KEPT_FOR = 3 * DAY  # hours: "even a few days" lower tolerance (toronto-tolerance)
JUST_USED_FOR = 6  # hours in which an answer warns of overdose first
LONG_ACTING_FOR = 24  # hours: the same for what may be long-acting; not from a study, but on the safe side
AHEAD = (6, 24, 72)  # hours: the ends of the windows of "what comes next"
#: Hours since last use, and their place on the picture of the hill, 340 units wide (templates: phases/_hill.html).
HILL_POINTS = ((0, 20), (24, 78), (72, 140), (240, 220), (672, 290), (4320, 324))
#: Hours since last use before which nothing is said to ease: some guides put the peak at 36 to 72
#: (medscape-opioid-2018), others at 24 to 48 (elsevier-opioid-withdrawal).
EASES_FROM = 48


@dataclass(frozen=True)
class Window:
    """What usually changes between two times ahead, in hours from now."""

    after: int
    until: int
    outlook: str
    begins: list[Symptom]
    eases: list[Symptom]
    phases: list[Phase]

    @property
    def when(self) -> str:
        if self.after:
            return gettext("{hours} from now").format(hours=in_words(self.after, self.until))
        return gettext("The next {hours}").format(hours=in_words(self.until, self.until))

    def joined(self, later: "Window") -> "Window":
        """Return one window for both, if the later one is the same."""
        begins, eases = _one_of_each(self.begins + later.begins), _one_of_each(self.eases + later.eases)
        return replace(self, until=later.until, begins=begins, eases=eases, phases=self.phases + later.phases)


@dataclass(frozen=True)
class Answer:
    """The answer page's content. Without hours, or for a drug other than heroin, it names no stage."""

    hours: Hours | None
    substance: str
    phases: list[Phase]
    guide: Phase | None  # whose advice always applies
    likely_now: list[Symptom]  # without `phases`, what comes at some point
    ahead: list[Window]
    is_past: bool = False  # later than the stages on the chart

    @property
    def is_charted(self) -> bool:
        """Return whether to place them on the timeline: only heroin's hours are known well enough."""
        return self.hours is not None and self.substance == Substance.HEROIN

    @property
    def phase(self) -> Phase | None:
        """Return the latest stage that has usually begun by now, otherwise the first that may have."""
        usual = [phase for phase in self.phases if phase.usually_begun_at(self._middle)]
        return next(iter(usual[-1:] or self.phases), None)

    @property
    def is_easing(self) -> bool:
        """Return whether the peak of the stage is over; False for a stage without a peak."""
        peak = self.phase.peak if self.phase else None
        return peak is not None and self._middle > peak[1]

    @property
    def is_lasting(self) -> bool:
        """Return whether this is a stage without a peak, after the one with it."""
        return self.phase is not None and self.phase.peak is None and self._middle >= EASES_FROM

    @property
    def is_late(self) -> bool:
        return self.hours is not None and self.hours[0] >= ACUTE_UNTIL

    @property
    def has_lost_tolerance(self) -> bool:
        """Return whether to begin with the danger of the old amount. The words on buprenorphine have it already."""
        is_street_opioid = self.substance not in (Substance.BUPRENORPHINE, Substance.KRATOM)
        return self.is_late or (is_street_opioid and self.hours is not None and self.hours[0] >= TOLERANCE_KEPT_FOR)

    @property
    def hill(self) -> tuple[int, int]:
        """Return the answer's place on the picture of the hill: left edge and width."""
        return on_the_hill(*self.hours or (0, 0))

    @property
    def _middle(self) -> float:
        return sum(self.hours) / 2 if self.hours else 0

    @property
    def may_have_just_used(self) -> bool:
        return may_have_just_used(self.hours, self.substance)


def may_have_just_used(hours: Hours | None, substance: str) -> bool:
    """Return whether an overdose may still follow; also if the last use is unknown."""
    return hours is None or hours[0] < (LONG_ACTING_FOR if substance in MAY_BE_LONG_ACTING else JUST_USED_FOR)


def answer_for(hours: Hours | None, substance: str, phases: Sequence[Phase]) -> Answer:
    """Return the answer for a time since last use (None: not known), from the stages' stored hours."""
    if hours is None or substance != Substance.HEROIN:
        return _without_hours(hours, substance, phases)
    middle = sum(hours) / 2  # what is possible then counts as possible
    now = [phase for phase in phases if phase.is_possible_at(middle)]
    if not now and phases and middle > max(phase.end_to for phase in phases):
        return Answer(hours, substance, [], phases[-1], [], [], is_past=True)
    symptoms = [symptom for phase in phases for symptom in phase.symptoms.all()]
    likely = _one_of_each([symptom for symptom in symptoms if symptom.is_possible_at(middle)], now[-1:])
    answer = Answer(hours, substance, now, None, likely, _windows(hours, symptoms, phases))
    return replace(answer, guide=answer.phase or next(iter(phases), None))


def _without_hours(hours: Hours | None, substance: str, phases: Sequence[Phase]) -> Answer:
    """Return an answer without hours; weeks after the last use, with the advice of the lasting stage."""
    late = hours is not None and hours[0] >= ACUTE_UNTIL
    near = [phase for phase in phases if (phase.peak is None) == late]
    at_some_time = _one_of_each([symptom for phase in near for symptom in phase.symptoms.all()], near[-1:])
    return Answer(hours, substance, [], next(iter(near), None), at_some_time, [])


def _one_of_each(symptoms: Iterable[Symptom], stages: Sequence[Phase] = ()) -> list[Symptom]:
    """Keep one of each group of equivalent symptoms: one of these stages, otherwise the first."""
    kept: dict[object, Symptom] = {}
    for symptom in symptoms:
        if _thing(symptom) not in kept or any(symptom.phase_id == stage.pk for stage in stages):
            kept[_thing(symptom)] = symptom
    return list(kept.values())


def _thing(symptom: Symptom) -> object:
    return symptom.thing or symptom.pk


def _windows(hours: Hours, symptoms: Sequence[Symptom], phases: Sequence[Phase]) -> list[Window]:
    windows: list[Window] = []
    for step in zip((0, *AHEAD), AHEAD, strict=False):
        window = _window(hours, step, symptoms, phases)
        same = windows and windows[-1].outlook == window.outlook
        windows.append(windows.pop().joined(window) if same else window)
    return windows


def _window(hours: Hours, step: tuple[int, int], symptoms: Sequence[Symptom], phases: Sequence[Phase]) -> Window:
    middle = sum(hours) / 2
    start, stop = (middle + ahead for ahead in step)
    there = {_thing(symptom) for symptom in symptoms if symptom.is_possible_at(start)}
    goes_on = {_thing(symptom) for symptom in symptoms if symptom.onset_from <= stop < symptom.end_from}
    begins = [symptom for symptom in symptoms if start < symptom.onset_from <= stop and _thing(symptom) not in there]
    eases = [symptom for symptom in symptoms if start < symptom.end_from <= stop and _thing(symptom) not in goes_on]
    return Window(
        *step,
        outlook=outlook(hours[0] + step[0], hours[1] + step[1], phases),
        begins=_one_of_each(begins),
        eases=_one_of_each(eases) if hours[0] + step[0] >= EASES_FROM else [],
        phases=[phase for phase in phases if start < phase.onset_from <= stop],
    )


def outlook(start: float, stop: float, phases: Sequence[Course]) -> str:
    """Return a sentence for a range in hours since last use: hard if any of it is in the one peak, which passes."""
    if any(phase.overlaps_peak(start, stop) for phase in phases):
        if start < min(phase.peak[0] for phase in phases if phase.peak and phase.overlaps_peak(start, stop)):
            return gettext("The hardest time often begins here, and it passes.")
        if start < EASES_FROM:
            return gettext("Often the hardest time, and it passes.")
        return gettext("Often still the hardest time, but the worst usually starts to ease.")
    if start < max((phase.peak[1] for phase in phases if phase.peak), default=0):
        if stop < min(phase.onset_from for phase in phases):
            return gettext("Often no signs yet.")
        return gettext("Signs often begin or get stronger.")
    if start < max((phase.end_to for phase in phases if phase.peak), default=0):
        return gettext("The hardest part is usually over, and it may ease day by day.")
    return gettext("New symptoms are not likely. Low mood, poor sleep or cravings may continue.")


def on_the_hill(start: float, stop: float) -> tuple[int, int]:
    """Return the place of a range in hours since last use on the hill: left edge and width."""
    left, right = _place_on_the_hill(start), _place_on_the_hill(stop)
    return left - 2, max(right - left, 4)


def _place_on_the_hill(hour: float) -> int:
    for (earlier, left), (later, right) in pairwise(HILL_POINTS):
        if hour <= later:
            return round(left + (right - left) * (hour - earlier) / (later - earlier))
    return HILL_POINTS[-1][1]
