"""Choices for stages, symptoms and treatment options, as readers see them."""

import re
from collections.abc import Iterable
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from editorial.text.house_rules import CITATION


class Evidence(models.TextChoices):
    """How sure we are. Readers see the words, never stars or a score."""

    STRONG = "strong", _("Strong evidence")
    SOME = "some", _("Some evidence")
    LITTLE = "little", _("Little evidence")


class Area(models.TextChoices):
    """Where a symptom is felt, in the order of the check-in."""

    STOMACH = "stomach", _("Stomach and gut")
    BODY = "body", _("Aches, shakes and heartbeat")
    SKIN = "skin", _("Skin, eyes and nose")
    MOOD = "mood", _("Mood and thoughts")
    SLEEP = "sleep", _("Sleep and energy")
    CRAVING = "craving", _("Wanting to use")
    OTHER = "other", _("Something else")


class Place(models.TextChoices):
    HOME = "home", _("At home")
    VISITS = "visits", _("At home, with clinic visits")
    CLINIC = "clinic", _("At a clinic, most days at first")
    MEETINGS = "meetings", _("At meetings, or online")
    STAY = "stay", _("You stay there")
    BOTH = "both", _("At home or staying there")
    NOT_KNOWN = "not-known", _("Not known")


class Medicine(models.TextChoices):
    IS = "is", _("Yes")
    CAN_HAVE = "can-have", _("Can be added")
    NONE = "none", _("No")
    NOT_KNOWN = "not-known", _("Not known")


class Soon(models.TextChoices):
    """When it can begin. Never in hours or days: only a clinician can say when a medicine is safe to start."""

    NOW = "now", _("Now")
    ENROLLED = "enrolled", _("Once a clinic takes you on")
    IN_WITHDRAWAL = "in-withdrawal", _("In withdrawal, when a clinician says so")
    LATER = "later", _("After the worst days")
    OPIOID_FREE = "opioid-free", _("Only once you are fully off opioids")
    NOT_KNOWN = "not-known", _("Not known")


class Withdrawal(models.TextChoices):
    EASES = "eases", _("Yes")
    PARTLY = "partly", _("One symptom at a time")
    BRINGS_ON = "brings-on", _("No: it can bring it on")
    NOT_ITS_AIM = "not-its-aim", _("Not made for that")
    NOT_KNOWN = "not-known", _("Not known")


class Cravings(models.TextChoices):
    EASES = "eases", _("Yes")
    MAY_EASE = "may-ease", _("Maybe")
    NOT_ITS_AIM = "not-its-aim", _("Not made for that")
    NOT_KNOWN = "not-known", _("Not known")


class OverdoseRisk(models.TextChoices):
    LOWER = "lower", _("Yes: linked to fewer deaths")
    REVERSES = "reverses", _("Yes: reverses an overdose")
    NOT_SHOWN = "not-shown", _("Not shown")
    HIGHER_AFTER = "higher-after", _("No: more danger afterward")
    NOT_KNOWN = "not-known", _("Not known")


class Level(models.TextChoices):
    """The level of a box about getting help, which sets its title and color."""

    EMERGENCY = "emergency", _("Emergency")
    URGENT = "urgent", _("Urgent")


def by_choice(rows: Iterable[Any], choices: type[models.TextChoices], field: str) -> list[tuple[Any, list[Any]]]:
    """Group rows by a field, in the order of its choices."""
    rows = list(rows)
    groups = [(choice, [row for row in rows if getattr(row, field) == choice]) for choice in choices]
    return [(choice, found) for choice, found in groups if found]


_EMERGENCY = re.compile(
    r"(?i)\b(9-?1-?1|9-?8-?8)\b(?!-?\d)|\bemergency\s+(rooms?|departments?|services?|care)\b|\bambulanc(?:e|ia)s?\b"
    r"|\b(?-i:ER)\b|\b(?:sala|servicios?|departamento) de emergencias?\b"
)


def level_of(text: str) -> Level:
    """Return emergency if any line mentions 911, 988, an ambulance or an emergency room, else urgent."""
    return Level.EMERGENCY if _EMERGENCY.search(re.sub(CITATION, "", text)) else Level.URGENT
