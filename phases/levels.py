"""What a box that tells when to get help is called, and so its colour: the page, its preview and the file ask here."""

import re

from django.db import models

from editorial.markdown import CITATION

_TELLS_TO_CALL_NOW = re.compile(r"\b(911|988)\b|\bemergency (room|department)\b", re.I)


class Level(models.TextChoices):
    EMERGENCY = "emergency", "Emergency"
    URGENT = "urgent", "Urgent"


def level_of(text: str) -> Level:
    """An emergency as soon as the Markdown sends anybody to 911, 988 or an emergency room, else urgent.

    Where one box holds both, its worst line gives the name: a sign to call 911 for is nowhere called less than that.
    """
    return Level.EMERGENCY if _TELLS_TO_CALL_NOW.search(re.sub(CITATION, "", text)) else Level.URGENT
