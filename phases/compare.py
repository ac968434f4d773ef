"""Compare treatment options by what matters to a reader, from GET parameters, so the URL can be shared."""

from collections.abc import Container, Sequence
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext_lazy as _

from phases.choices import Cravings, Medicine, OverdoseRisk, Place, Soon, Withdrawal
from phases.models import TreatmentOption

ANY = _("Any")
#: By question and answer, the values that satisfy it. "Not known" never does.
ANSWERS: dict[str, dict[str, Container[str]]] = {
    "place": {
        "home": {Place.HOME, Place.VISITS, Place.CLINIC, Place.MEETINGS, Place.BOTH},
        "stay": {Place.STAY, Place.BOTH},
    },
    "medicine": {"yes": {Medicine.IS, Medicine.CAN_HAVE}, "no": {Medicine.NONE, Medicine.CAN_HAVE}},
    "soon": {
        "now": {Soon.NOW},
        "in-withdrawal": {Soon.NOW, Soon.ENROLLED, Soon.IN_WITHDRAWAL},
        "later": {Soon.LATER, Soon.OPIOID_FREE},
    },
    "cravings": {"eases": {Cravings.EASES, Cravings.MAY_EASE}},
    "overdose_risk": {"lower": {OverdoseRisk.LOWER, OverdoseRisk.REVERSES}},
}

#: What an option helps with, in the order of the columns, and the symbol beside the words; none if unknown.
HELPS_WITH: dict[str, dict[str, str]] = {
    "withdrawal": {
        Withdrawal.EASES: "yes",
        Withdrawal.PARTLY: "partly",
        Withdrawal.BRINGS_ON: "no",
        Withdrawal.NOT_ITS_AIM: "no",
    },
    "cravings": {Cravings.EASES: "yes", Cravings.MAY_EASE: "partly", Cravings.NOT_ITS_AIM: "no"},
    "overdose_risk": {
        OverdoseRisk.LOWER: "yes",
        OverdoseRisk.REVERSES: "yes",
        OverdoseRisk.NOT_SHOWN: "partly",
        OverdoseRisk.HIGHER_AFTER: "no",
    },
}


def choice(label: Any, *answers: tuple[str, Any], none: Any = ANY) -> forms.ChoiceField:
    """Make an optional field with these answers, and `none` for no answer."""
    return forms.ChoiceField(label=label, choices=[("", none), *answers], required=False)


class CompareForm(forms.Form):
    """The filters, all optional."""

    place = choice(_("Where"), ("home", _("Sleep at home")), ("stay", _("Stay there")))
    medicine = choice(_("Medicine"), ("yes", _("Yes")), ("no", _("No")))
    soon = choice(_("How soon"), ("now", _("Now")), ("in-withdrawal", _("In withdrawal")), ("later", _("Later")))
    cravings = choice(_("Cravings"), ("eases", _("May ease them")))
    overdose_risk = choice(_("Overdose"), ("lower", _("Fewer deaths")))


def compare(form: CompareForm, options: Sequence[TreatmentOption], *, everything: bool = False) -> dict[str, Any]:
    """Return the template context: the options that fit; without filters, the medicines. Unknown values are ignored.

    `rows`: each option with the mark and words of each column. `without`, if nothing fits: the filters that can be
    dropped, each with the query without it and how many options then fit.
    """
    form.is_valid()
    form.errors.clear()  # of unknown values
    answers = {name: value for name, value in form.cleaned_data.items() if value}
    found = _fitting(options, answers)
    medicines_only = not answers and not everything
    if medicines_only:
        found = [option for option in found if option.kind == TreatmentOption.Kind.MEDICATION]
    without = []
    for name, value in answers.items() if not found else ():
        rest = {key: other for key, other in answers.items() if key != name}
        if left := _fitting(options, rest):
            label, words = answer_in_words(form, name, value)
            without.append((f"{label}: {words.lower()}", urlencode(rest), len(left)))
    rows = [(option, _cells(option)) for option in found]
    return {"form": form, "rows": rows, "medicines_only": medicines_only, "answers": answers, "without": without}


def answer_in_words(form: forms.Form, name: str, value: str) -> tuple[str, str]:
    """Return the labels of a choice field and of the chosen answer."""
    field = form.fields[name]
    return str(field.label), str(dict(field.choices)[value])  # type: ignore[attr-defined]  # it is a ChoiceField


def _fitting(options: Sequence[TreatmentOption], answers: dict[str, str]) -> list[TreatmentOption]:
    return [
        option
        for option in options
        if all(getattr(option, name) in ANSWERS[name][value] for name, value in answers.items())
    ]


def _cells(option: TreatmentOption) -> list[tuple[str, str]]:
    cells = [
        (marks.get(getattr(option, name), ""), str(getattr(option, f"get_{name}_display")()))
        for name, marks in HELPS_WITH.items()
    ]
    return cells if any(mark for mark, _ in cells) else []
