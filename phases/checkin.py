"""The check-in: danger signs first, then what helps for each symptom, as a sheet to show a nurse.

The questions and groups are our own. No scale is copied, nothing is scored, and no answer means that all is well: a low
score would reassure somebody who is dehydrated, or whose drugs held something other than heroin. Nothing is stored.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django import forms
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy as _

from phases.choices import Area, by_choice
from phases.compare import answer_in_words, choice
from phases.models import Symptom
from phases.now import may_have_just_used
from phases.now_form import SINCE, Substance


class Urgency(models.TextChoices):
    """The words before each action, most urgent first."""

    CALL_911 = "911", _("Emergency")
    CALL_988 = "988", _("Call or text 988 now")
    TODAY = "today", _("Be seen today")


@dataclass(frozen=True)
class DangerSign:
    """A yes-or-no question, and what to do on a yes, in Markdown."""

    key: str
    question: Promise
    action: Promise
    level: Urgency = Urgency.CALL_911


DANGERS = [
    DangerSign(
        "overdose",
        _("Someone here will not wake up, or breathes slowly or badly"),
        _("Call [911](tel:911) and give naloxone. Do both now. Help them breathe, and stay.[@cdc-overdose-response]"),
    ),
    DangerSign(
        "chest",
        _("Chest pain, trouble breathing, or fainting"),
        _("Call [911](tel:911).[@medlineplus-emergency]"),
    ),
    DangerSign(
        "heart-mind",
        _("A very fast heartbeat, hard shaking, confusion, or seeing things that are not there"),
        _(
            "Call [911](tel:911). It can be withdrawal from something else in the drugs, and that can "
            "threaten your life.[@cdc-medetomidine-2025; @medetomidine-philadelphia-2025]"
        ),
    ),
    DangerSign("seizure", _("A seizure"), _("Call [911](tel:911).[@medlineplus-emergency]")),
    DangerSign(
        "suicide",
        _("Thoughts of suicide, or of hurting yourself"),
        _("Call or text [988](tel:988), at any hour. If you may act on it now, call [911](tel:911).[@988-lifeline]"),
        Urgency.CALL_988,
    ),
    DangerSign(
        "fluids",
        _("You cannot keep fluids down, the vomiting will not stop, or there is blood in vomit or stool"),
        _(
            "Call [911](tel:911) or go to the emergency room. People have died of this, and care can prevent "
            "it.[@darke-2017; @beckers-2025]"
        ),
    ),
    DangerSign(
        "dry",
        _("You pass little or dark urine, have sunken eyes, or feel dizzy"),
        _(
            "Call [911](tel:911) or go to the emergency room. You may be dehydrated.[@nlm-dehydration-2007; "
            "@darke-2017]"
        ),
    ),
    DangerSign(
        "infection",
        _(
            "Fever with a stiff neck, new severe back pain, a wound that spreads, or turns red or black, or any "
            "fever if you inject"
        ),
        _(
            "Call [911](tel:911) or go to the emergency room. Fever alone, and you inject? Be seen "
            "today.[@acep-fever; @medlineplus-emergency; @ucsf-fever-injecting]"
        ),
    ),
    DangerSign(
        "alcohol-benzos",
        _("You drank alcohol or took benzos every day, and have stopped or cut down"),
        _("Call [911](tel:911) or go to the emergency room. That withdrawal can kill.[@darke-2017]"),
    ),
    DangerSign(
        "pregnant",
        _("You are pregnant, or might be"),
        _(
            "See a doctor or nurse the same day. Bleeding or cramps? Go to the emergency room or call [911](tel:911). "
            "Do not stop suddenly: experts recommend medicine instead.[@acog-711]"
        ),
        Urgency.TODAY,
    ),
]
#: Follows from an answer, not from a box: 988 is offered before somebody mentions suicide.
VERY_LOW = DangerSign(
    "very-low",
    _("Your mood is very low"),
    _(
        "If you feel you cannot cope, or think of suicide, call or text [988](tel:988), day or night. It "
        "is free. If you may act on it now, call [911](tel:911).[@988-lifeline]"
    ),
    Urgency.CALL_988,
)
_question = partial(choice, none=_("I would rather not say"))


class CheckInForm(forms.Form):
    """At least one question must be answered. No free text, so nothing private is typed."""

    danger = forms.MultipleChoiceField(
        label=_("First: is any of this happening?"),
        choices=[(sign.key, sign.question) for sign in DANGERS],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    felt = forms.MultipleChoiceField(
        label=_("What do you feel?"),
        required=False,
        error_messages={"invalid_choice": _("One of these is not on our list.")},
    )
    since = _question(_("When did you last use?"), *((key, words) for key, (words, _) in SINCE.items()))
    substance = _question(_("What did you use?"), *Substance.choices)
    how = _question(
        _("How did you take it?"),
        ("injected", _("Injected")),
        ("smoked", _("Smoked")),
        ("snorted", _("Snorted")),
        ("swallowed", _("Swallowed")),
    )
    others = forms.MultipleChoiceField(
        label=_("Anything else in the last days?"),
        choices=[
            ("alcohol", _("Alcohol")),
            ("benzos", _("Benzos, like Xanax, or sleeping pills")),
            ("methadone", _("Methadone")),
            ("buprenorphine", _("Buprenorphine, like Suboxone")),
            ("uppers", _("Cocaine, crack or meth")),
            ("other", _("Other drugs or medicines")),
        ],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    fluids = _question(_("Can you keep drinks down?"), ("yes", _("Yes")), ("some", _("Some")), ("no", _("No")))
    mood = _question(
        _("How is your mood?"),
        ("steady", _("Steady")),
        ("low", _("Low")),
        ("very-low", _("Very low")),
        ("suicide", _("I think about suicide")),
    )

    def __init__(self, symptoms: list[Symptom], data: Any = None, initial: dict[str, str] | None = None) -> None:
        super().__init__(data, initial=initial, auto_id="check_%s")
        self.symptoms = symptoms
        choices = [(symptom.known_as, symptom.name) for symptom in symptoms]
        self.fields["felt"].choices = choices  # type: ignore[attr-defined]  # it is a MultipleChoiceField

    def clean_felt(self) -> list[Symptom]:
        """Return the symptoms in the order of the questions."""
        return [symptom for symptom in self.symptoms if symptom.known_as in self.cleaned_data["felt"]]

    def groups(self) -> list[tuple[str, list[tuple[Symptom, bool]]]]:
        """Return the symptoms by area, each with whether it is checked."""
        checked, areas = set(self["felt"].value() or []), by_choice(self.symptoms, Area, "area")
        return [(str(area.label), [(each, each.known_as in checked) for each in rows]) for area, rows in areas]

    def clean(self) -> dict:
        data = super().clean() or {}
        if not self.errors and not any(data.values()):
            problem = _("Check at least one thing. If you cannot find yours, call and say how you feel.")
            self.add_error("danger", problem)
        return data

    def dangers(self) -> list[DangerSign]:
        """Return the danger signs checked or implied by other answers, in the order of the questions."""
        data = self.cleaned_data
        keys = set(data["danger"])
        if data["fluids"] == "no":
            keys.add("fluids")
        if data["mood"] == "suicide":
            keys.add("suicide")
        if data["mood"] == "very-low" and "suicide" not in keys:
            keys.add("very-low")
        signs = [sign for sign in (*DANGERS, VERY_LOW) if sign.key in keys]
        return sorted(signs, key=lambda sign: sign.level == Urgency.TODAY)

    @property
    def may_be_fentanyl(self) -> bool:
        """Return whether the drug may contain fentanyl or other sedatives: heroin, fentanyl or not sure."""
        return self.cleaned_data["substance"] in (Substance.FENTANYL, Substance.HEROIN, Substance.UNSURE)

    @property
    def may_have_just_used(self) -> bool:
        """Return whether an overdose may still follow; False if the person would rather not say when they used."""
        since, others = self.cleaned_data["since"], self.cleaned_data["others"]
        # methadone beside another drug counts as the last use
        substance = Substance.METHADONE if Substance.METHADONE in others else self.cleaned_data["substance"]
        return bool(since) and may_have_just_used(SINCE[since][1], substance)

    @property
    def takes_alcohol_or_benzos(self) -> bool:
        return bool({"alcohol", "benzos"} & set(self.cleaned_data["others"]))

    def notes(self) -> Iterable[tuple[str, str]]:
        """Yield what to tell a clinician: each question and its answer in words, or "" to fill in by hand."""
        data = self.cleaned_data
        for name in ("since", "substance", "how", "others", "fluids", "mood"):
            chosen = data[name] if isinstance(data[name], list) else [data[name]] if data[name] else []
            label = str(self.fields[name].label)
            yield label, ", ".join(answer_in_words(self, name, key)[1] for key in chosen)
        might_be = gettext("Yes, or might be") if "pregnant" in data["danger"] else ""
        yield gettext("Are you pregnant, or might you be?"), might_be
