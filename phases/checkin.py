"""The check-in: danger signs first, then what helps for each symptom, as a sheet to show a nurse.

The questions and groups are our own. No scale is copied, nothing is scored, and no answer means that all is well: a low
score would reassure somebody who is dehydrated, or whose drugs held something other than heroin. Nothing is stored.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms

from phases.compare import answer_in_words
from phases.grouping import by_area
from phases.models import Symptom
from phases.now import may_have_just_used
from phases.now_form import SINCE, Substance


@dataclass(frozen=True)
class DangerSign:
    """One plain question, and what to do on a yes, in Markdown. `level` is "911", "988" or "today"."""

    key: str
    question: str
    level: str
    action: str

    @property
    def level_words(self) -> str:
        return LEVELS[self.level]


DANGERS = [
    DangerSign(
        "overdose",
        "Someone here will not wake up, or breathes slowly or badly",
        "911",
        "Call [911](tel:911) and give naloxone. Do both now. Help them breathe, and stay.[@cdc-overdose-response]",
    ),
    DangerSign(
        "chest", "Chest pain, trouble breathing, or fainting", "911", "Call [911](tel:911).[@medlineplus-emergency]"
    ),
    DangerSign(
        "heart-mind",
        "A very fast heartbeat, hard shaking, confusion, or seeing things that are not there",
        "911",
        "Call [911](tel:911). It can be withdrawal from something else in the drugs, and that can threaten your life."
        "[@cdc-medetomidine-2025; @medetomidine-philadelphia-2025]",
    ),
    DangerSign("seizure", "A seizure", "911", "Call [911](tel:911).[@medlineplus-emergency]"),
    DangerSign(
        "suicide",
        "Thoughts of suicide, or of hurting yourself",
        "988",
        "Call or text [988](tel:988), at any hour. If you may act on it now, call [911](tel:911).[@988-lifeline]",
    ),
    DangerSign(
        "fluids",
        "You cannot keep fluids down, the vomiting will not stop, or there is blood in vomit or stool",
        "911",
        "Call [911](tel:911) or go to the emergency room. People have died of this, and care can prevent it."
        "[@darke-2017; @beckers-2025]",
    ),
    DangerSign(
        "dry",
        "You pass little or dark urine, have sunken eyes, or feel dizzy",
        "911",
        "Call [911](tel:911) or go to the emergency room. You may be dehydrated.[@nlm-dehydration-2007; @darke-2017]",
    ),
    DangerSign(
        "infection",
        "Fever with a stiff neck, new severe back pain, a wound that spreads or turns black, "
        "or any fever if you inject",
        "911",
        "Call [911](tel:911) or go to the emergency room. Fever alone, and you inject? Be seen today."
        "[@acep-fever; @medlineplus-emergency; @ucsf-fever-injecting]",
    ),
    DangerSign(
        "alcohol-benzos",
        "You drank alcohol or took benzos every day, and have stopped or cut down",
        "911",
        "Call [911](tel:911) or go to the emergency room. That withdrawal can kill.[@darke-2017]",
    ),
    DangerSign(
        "pregnant",
        "You are pregnant, or might be",
        "today",
        "See a doctor or nurse the same day. Do not stop suddenly: experts recommend medicine instead.[@acog-711]",
    ),
]
#: Not a box to check but an answer: 988 is offered before somebody thinks of suicide, or says so.
VERY_LOW = DangerSign(
    "very-low",
    "Your mood is very low",
    "988",
    "If you feel you cannot cope, or think of suicide, call or text [988](tel:988), day or night. It is free. "
    "If you may act on it now, call [911](tel:911).[@988-lifeline]",
)
#: The words before each action, most urgent first.
LEVELS = {"911": "Emergency", "988": "Call or text 988 now", "today": "Be seen today"}


class CheckInForm(forms.Form):
    """Every question is optional, but one must be answered. No field takes free text: nothing private is typed."""

    danger = forms.MultipleChoiceField(
        label="First: is any of this happening?",
        choices=[(sign.key, sign.question) for sign in DANGERS],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    felt = forms.ModelMultipleChoiceField(
        label="What do you feel?",
        queryset=Symptom.objects.none(),
        to_field_name="slug",
        required=False,
        error_messages={
            "invalid_choice": "One of these is not on our list.",
            "invalid_pk_value": "Choose from the list.",
        },
    )
    since = forms.ChoiceField(
        label="When did you last use?",
        choices=[("", "I would rather not say"), *((key, words) for key, (words, _) in SINCE.items())],
        required=False,
    )
    substance = forms.ChoiceField(
        label="What did you use?", choices=[("", "I would rather not say"), *Substance.choices], required=False
    )
    how = forms.ChoiceField(
        label="How did you take it?",
        choices=[
            ("", "I would rather not say"),
            ("injected", "Injected"),
            ("smoked", "Smoked"),
            ("snorted", "Snorted"),
            ("swallowed", "Swallowed"),
        ],
        required=False,
    )
    others = forms.MultipleChoiceField(
        label="Anything else in the last days?",
        choices=[
            ("alcohol", "Alcohol"),
            ("benzos", "Benzos, like Xanax, or sleeping pills"),
            ("methadone", "Methadone"),
            ("buprenorphine", "Buprenorphine, like Suboxone"),
            ("uppers", "Cocaine, crack or meth"),
            ("other", "Other drugs or medicines"),
        ],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    fluids = forms.ChoiceField(
        label="Can you keep drinks down?",
        choices=[("", "I would rather not say"), ("yes", "Yes"), ("some", "Some"), ("no", "No")],
        required=False,
    )
    mood = forms.ChoiceField(
        label="How is your mood?",
        choices=[
            ("", "I would rather not say"),
            ("steady", "Steady"),
            ("low", "Low"),
            ("very-low", "Very low"),
            ("suicide", "I think about suicide"),
        ],
        required=False,
    )

    def __init__(self, symptoms: list[Symptom], data: Any = None, initial: dict[str, str] | None = None) -> None:
        super().__init__(data, initial=initial, auto_id="check_%s")
        self.symptoms = symptoms
        felt = Symptom.objects.filter(pk__in=[symptom.pk for symptom in symptoms])
        self.fields["felt"].queryset = felt  # type: ignore[attr-defined]  # it is a ModelMultipleChoiceField

    def groups(self) -> list[tuple[str, list[tuple[Symptom, bool]]]]:
        """The symptoms by where they are felt, each with whether it is checked."""
        checked = set(self["felt"].value() or [])
        return [(area.label, [(each, each.slug in checked) for each in rows]) for area, rows in by_area(self.symptoms)]

    def clean(self) -> dict:
        data = super().clean() or {}
        if not self.errors and not any(data.values()):
            self.add_error("danger", "Check at least one thing. If you cannot find yours, call and say how you feel.")
        return data

    def dangers(self) -> list[DangerSign]:
        """The danger signs checked, and those that follow from other answers, in the order of the questions."""
        data = self.cleaned_data
        keys = set(data["danger"])
        if data["fluids"] == "no":
            keys.add("fluids")
        if data["mood"] == "suicide":
            keys.add("suicide")
        if data["mood"] == "very-low" and "suicide" not in keys:
            keys.add("very-low")
        signs = [sign for sign in (*DANGERS, VERY_LOW) if sign.key in keys]
        return sorted(signs, key=lambda sign: sign.level == "today")

    @property
    def may_be_fentanyl(self) -> bool:
        """Whether other sedatives may be in what was taken: heroin, fentanyl or not sure."""
        return self.cleaned_data["substance"] in (Substance.FENTANYL, Substance.HEROIN, Substance.UNSURE)

    @property
    def may_have_just_used(self) -> bool:
        """Whether an overdose may still come. Never where the person would rather not say when it was."""
        since = self.cleaned_data["since"]
        return bool(since) and may_have_just_used(SINCE[since][1], self.cleaned_data["substance"])

    @property
    def takes_alcohol_or_benzos(self) -> bool:
        return bool({"alcohol", "benzos"} & set(self.cleaned_data["others"]))

    def notes(self) -> Iterable[tuple[str, str]]:
        """What to tell a clinician: each question, and the answer in words, or none, to be written in by hand."""
        data = self.cleaned_data
        for name in ("since", "substance", "how", "others", "fluids", "mood"):
            chosen = data[name] if isinstance(data[name], list) else [data[name]] if data[name] else []
            label = str(self.fields[name].label)
            yield label, ", ".join(answer_in_words(self, name, key)[1] for key in chosen)
        yield "Are you pregnant, or might you be?", "Yes, or might be" if "pregnant" in data["danger"] else ""
