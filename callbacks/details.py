"""What a person tells us: the content of a callback request, only ever stored sealed."""

import json
from dataclasses import asdict, dataclass, fields

import phonenumbers
from django.db.models import TextChoices


class PreferredTime(TextChoices):
    ANY = "any", "Any time"
    MORNING = "morning", "Morning"
    AFTERNOON = "afternoon", "Afternoon"
    EVENING = "evening", "Evening"


@dataclass(frozen=True, repr=False)  # no repr: it must not end up in a log
class Details:
    """`phone` is E.164, with ";ext=" and digits behind it where there is an extension."""

    name: str
    phone: str
    preferred_time: str = PreferredTime.ANY
    message: str = ""

    def to_bytes(self) -> bytes:
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> "Details":
        """Takes what `to_bytes` made, now or in an earlier version with fewer fields."""
        stored = json.loads(data)
        return cls(**{field.name: stored[field.name] for field in fields(cls) if field.name in stored})

    @property
    def phone_for_people(self) -> str:
        """The number as it is read aloud: +1 866-512-1908 ext. 5."""
        number = phonenumbers.parse(self.phone)
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)

    @property
    def preferred_time_in_words(self) -> str:
        return PreferredTime(self.preferred_time).label
