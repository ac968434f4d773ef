"""The choices of stages, symptoms and treatment options, in the words that readers see."""

import re

from django.db import models

from editorial.house_rules import CITATION


class Evidence(models.TextChoices):
    """How sure we are. Readers see the words, never stars or a score."""

    STRONG = "strong", "Strong evidence"
    SOME = "some", "Some evidence"
    LITTLE = "little", "Little evidence"


class Area(models.TextChoices):
    """Where a symptom is felt, in the order of the check-in."""

    STOMACH = "stomach", "Stomach and gut"
    BODY = "body", "Aches, shakes and heartbeat"
    SKIN = "skin", "Skin, eyes and nose"
    MOOD = "mood", "Mood and thoughts"
    SLEEP = "sleep", "Sleep and energy"
    CRAVING = "craving", "Wanting to use"
    OTHER = "other", "Something else"


class Place(models.TextChoices):
    HOME = "home", "At home"
    VISITS = "visits", "At home, with clinic visits"
    CLINIC = "clinic", "At a clinic, most days at first"
    MEETINGS = "meetings", "At meetings, or online"
    STAY = "stay", "You stay there"
    BOTH = "both", "At home or staying there"
    NOT_KNOWN = "not-known", "Not known"


class Medicine(models.TextChoices):
    IS = "is", "Yes"
    CAN_HAVE = "can-have", "Can be added"
    NONE = "none", "No"
    NOT_KNOWN = "not-known", "Not known"


class Soon(models.TextChoices):
    """When it can begin. Never a number of hours or days: only a clinician says when a medicine is safe to start."""

    NOW = "now", "Now"
    ENROLLED = "enrolled", "Once a clinic takes you on"
    IN_WITHDRAWAL = "in-withdrawal", "In withdrawal, when a clinician says so"
    LATER = "later", "After the worst days"
    OPIOID_FREE = "opioid-free", "Only once you are fully off opioids"
    NOT_KNOWN = "not-known", "Not known"


class Withdrawal(models.TextChoices):
    EASES = "eases", "Yes"
    PARTLY = "partly", "One symptom at a time"
    BRINGS_ON = "brings-on", "No: it can bring it on"
    NOT_ITS_AIM = "not-its-aim", "Not made for that"
    NOT_KNOWN = "not-known", "Not known"


class Cravings(models.TextChoices):
    EASES = "eases", "Yes"
    MAY_EASE = "may-ease", "Maybe"
    NOT_ITS_AIM = "not-its-aim", "Not made for that"
    NOT_KNOWN = "not-known", "Not known"


class OverdoseRisk(models.TextChoices):
    LOWER = "lower", "Yes: linked to fewer deaths"
    REVERSES = "reverses", "Yes: reverses an overdose"
    NOT_SHOWN = "not-shown", "Not shown"
    HIGHER_AFTER = "higher-after", "No: more danger afterward"
    NOT_KNOWN = "not-known", "Not known"


class Level(models.TextChoices):
    """The name, and so the color, of a box that tells when to get help."""

    EMERGENCY = "emergency", "Emergency"
    URGENT = "urgent", "Urgent"


_TELLS_TO_CALL_NOW = re.compile(
    r"\b(9-?1-?1|9-?8-?8)\b(?!-?\d)|\bemergency\s+(rooms?|departments?|services?|care)\b|\bambulances?\b|\b(?-i:ER)\b",
    re.I,
)


def level_of(text: str) -> Level:
    """Return emergency as soon as the Markdown names 911, 988, an ambulance or an emergency room, else urgent.

    The worst line of a box names it: a sign to call 911 for is never called less than an emergency.
    """
    return Level.EMERGENCY if _TELLS_TO_CALL_NOW.search(re.sub(CITATION, "", text)) else Level.URGENT
