"""The form of "Where am I now?": when the last use was, and of what."""

from django import forms
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy as _, ngettext

from phases.hours import DAY, MAX_HOURS

Hours = tuple[float, float]  # a range in hours since last use


class Substance(models.TextChoices):
    """The drug used, as heroin's hours do not apply to other opioids."""

    HEROIN = "heroin", _("Heroin")
    FENTANYL = "fentanyl", _("Fentanyl")
    PILLS = "pills", _("Pain pills, like oxycodone, hydrocodone, morphine, codeine or tramadol")
    METHADONE = "methadone", _("Methadone or another long-acting opioid")
    BUPRENORPHINE = "buprenorphine", _("Buprenorphine, like Suboxone")
    KRATOM = "kratom", _("Kratom or 7-OH")
    UNSURE = "unsure", _("I am not sure")


#: Their names without the examples.
SHORT = {
    Substance.PILLS: _("Pain pills"),
    Substance.METHADONE: _("Methadone"),
    Substance.BUPRENORPHINE: _("Buprenorphine"),
    Substance.UNSURE: _("Not sure what"),
}
#: May be long-acting, so that an overdose can still follow the next day.
MAY_BE_LONG_ACTING = (Substance.METHADONE, Substance.PILLS, Substance.UNSURE)

#: Articles that an answer links to, if published: those on the substance first, then those for everybody.
READ_ON: dict[str, tuple[str, Promise]] = {
    Substance.FENTANYL: ("test-strips", _("Test strips")),
    Substance.UNSURE: ("test-strips", _("Test strips")),
    Substance.PILLS: ("pain-pills-and-tramadol", _("Pain pills and tramadol")),
    Substance.METHADONE: ("coming-off-methadone-or-buprenorphine", _("Coming off methadone or buprenorphine")),
    Substance.BUPRENORPHINE: ("coming-off-methadone-or-buprenorphine", _("Coming off methadone or buprenorphine")),
    Substance.KRATOM: ("kratom-and-other-remedies", _("Kratom and other remedies")),
}
FOR_ALL = (
    ("alcohol-or-benzos-too", _("Also using alcohol or benzos")),
    ("pregnant-or-breastfeeding", _("Pregnant or breastfeeding")),
)


#: By answer, its label and range; None if the person does not know.
SINCE: dict[str, tuple[Promise, Hours | None]] = {
    "under-6": (_("Less than 6 hours ago"), (0, 6)),
    "6-12": (_("6 to 12 hours ago"), (6, 12)),
    "12-24": (_("12 to 24 hours ago"), (12, 24)),
    "24-48": (_("1 to 2 days ago"), (24, 48)),
    "48-72": (_("2 to 3 days ago"), (48, 72)),
    "3-5": (_("3 to 5 days ago"), (72, 120)),
    "5-10": (_("5 to 10 days ago"), (120, 240)),
    "10-28": (_("10 days to 4 weeks ago"), (240, 672)),
    "over-28": (_("More than 4 weeks ago"), (672, 4320)),
    "unknown": (_("I do not know"), None),
}
UNITS = {"hours": 1, "days": DAY}


class NowForm(forms.Form):
    """Two questions with rough answers, and an optional exact number."""

    since = forms.ChoiceField(
        label=_("When did you last use?"),
        choices=[(key, words) for key, (words, _) in SINCE.items()],
        widget=forms.RadioSelect,
        required=False,
    )
    amount = forms.DecimalField(
        label=_("How long ago"),
        min_value=0,
        max_value=MAX_HOURS,
        max_digits=8,
        decimal_places=2,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "size": 6}),
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_digits", "max_decimal_places", "max_whole_digits"),
            _("Write one number in digits, like 30 or 1.5, with no other words."),
        )
        | {"max_value": _("Write a number up to three years.")},
    )
    unit = forms.ChoiceField(
        label=_("Hours or days"),
        choices=[("hours", _("hours ago")), ("days", _("days ago"))],
        initial="hours",
        required=False,
    )
    substance = forms.ChoiceField(
        label=_("What did you use?"),
        choices=Substance.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what you used. “I am not sure” is an answer too.")},
    )

    def clean(self) -> dict:
        data = super().clean() or {}
        amount = data.get("amount")
        if amount is None and not data.get("since") and not {"amount", "since"} & set(self.errors):
            self.add_error("since", _("Choose when you last used. A rough answer is fine."))
        elif amount is not None and amount * UNITS[data.get("unit") or "hours"] > MAX_HOURS:
            self.add_error("amount", _("Write a number up to three years."))
        elif amount is not None and SINCE.get(data.get("since", ""), ("", None))[1] and not self.errors:
            places = list(SINCE)
            if abs(places.index(self.coarse_since) - places.index(data["since"])) > 1:  # as 4 days, left at hours
                self.add_error("amount", _("The number does not fit the answer above it. Is it hours or days?"))
        return data

    @property
    def hours(self) -> Hours | None:
        """Return the answer as a range; None if the person does not know."""
        amount = self.cleaned_data["amount"]
        if amount is not None:
            exact = float(amount) * UNITS[self.cleaned_data["unit"] or "hours"]
            return exact, exact
        return SINCE[self.cleaned_data["since"]][1]

    @property
    def in_words(self) -> str:
        """Return the answer in a reader's words."""
        chosen = Substance(self.cleaned_data["substance"])
        substance = str(SHORT.get(chosen, chosen.label))
        amount = self.cleaned_data["amount"]
        if amount is not None:
            number = 1 if amount == 1 else 2  # "1.5 hours"
            if self.cleaned_data["unit"] == "days":
                ago = ngettext("{amount} day ago", "{amount} days ago", number)
            else:
                ago = ngettext("{amount} hour ago", "{amount} hours ago", number)
            return f"{substance}, {ago.format(amount=f'{amount.normalize():f}')}"
        words, unsure = str(SINCE[self.cleaned_data["since"]][0]), gettext("not sure when")
        return f"{substance}, {words[0].lower() + words[1:] if self.hours else unsure}"

    @property
    def coarse_since(self) -> str:
        """Return the rough answer that includes the exact one, for the check-in."""
        if self.cleaned_data["amount"] is None or self.hours is None:
            return self.cleaned_data["since"]
        hour, _ = self.hours
        return next((key for key, (_, hours) in SINCE.items() if hours and hour < hours[1]), "over-28")
