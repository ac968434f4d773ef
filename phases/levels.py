"""What a box that tells when to get help is called, and so its colour: the page, its preview and the file ask here."""

import re

from django.db import models

from editorial.house_rules import CITATION

_TELLS_TO_CALL_NOW = re.compile(
    r"\b(9-?1-?1|9-?8-?8)\b(?!-?\d)|\bemergency\s+(rooms?|departments?|services?|care)\b|\bambulances?\b|\b(?-i:ER)\b",
    re.I,
)


class Level(models.TextChoices):
    EMERGENCY = "emergency", "Emergency"
    URGENT = "urgent", "Urgent"


def level_of(text: str) -> Level:
    """An emergency as soon as the Markdown names 911, 988, an ambulance or an emergency room, else urgent.

    Where one box holds both, its worst line gives the name: a sign to call 911 for is nowhere called less than that.
    """
    return Level.EMERGENCY if _TELLS_TO_CALL_NOW.search(re.sub(CITATION, "", text)) else Level.URGENT
