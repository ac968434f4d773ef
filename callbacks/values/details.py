"""The content of a callback request, stored only sealed."""

import json
from dataclasses import asdict, dataclass, field, fields, replace

from django.db.models import TextChoices
from django.utils.translation import gettext, gettext_lazy as _

from callbacks.values import names
from callbacks.values.safe_hours import PartOfDay, SafeHours
from editorial.values import phones

#: How many corrected names are kept.
_MAX_EARLIER_NAMES = 10


class About(TextChoices):
    ME = "me", _("Me")
    SOMEONE_ELSE = "someone_else", _("Someone else")


class IfOtherAnswers(TextChoices):
    """What the caller says if someone else answers; the first is the default and safest."""

    QUIET = "quiet", _("Ask for me. Do not say where you call from")
    WRONG_NUMBER = "wrong_number", _("Say it is a wrong number, and hang up")
    OPEN = "open", _("You can say who you are")


class Language(TextChoices):
    """The language of the call, as speakers name it."""

    ENGLISH = "en", "English"
    SPANISH = "es", "Español"
    OTHER = "other", _("Another language")


class Channel(TextChoices):
    CALL = "call", _("Call me")
    TEXT = "text", _("Text me")
    EMAIL = "email", _("Email me")
    RELAY = "relay", _("Call me through relay (711)")
    VIDEO = "video", _("Call me through video relay")


@dataclass(frozen=True, repr=False)  # no repr: it must not end up in a log
class Details:
    """`phone` is E.164, followed by ";ext=" and digits for an extension; it or `email` may be empty.

    `second_phone` is the person's other number. `may_tell` names who may be told, in their words; empty: nobody.

    The defaults are the safe ones: no voicemail, no text, and the caller does not say where the call comes from.
    """

    name: str
    phone: str = ""
    email: str = ""
    about: str = ""
    safe_hours: SafeHours = field(default_factory=SafeHours)
    voicemail: bool = False
    text_message: bool = False
    if_other_answers: str = IfOtherAnswers.QUIET
    message: str = ""
    #: Other words in the phone field: a room, a second number, whose phone it is.
    phone_remark: str = ""
    #: Where they are, if their time zone is not listed.
    place: str = ""
    #: Language of the call, or empty. For OTHER, `other_language` may have its name.
    language: str = ""
    other_language: str = ""
    interpreter: bool = False
    channel: str = ""
    second_phone: str = ""
    second_phone_remark: str = ""
    may_tell: str = ""
    #: The language of the form, and so of the private link's pages.
    reads: str = ""
    #: Version of `consent.WORDS` in the form; 0: none. Not part of the answers.
    agreed: int = field(default=0, compare=False)
    #: Earlier names sent with the same form, perhaps by another person; not part of the answers.
    earlier_names: tuple[str, ...] = field(default=(), compare=False)
    #: Fields changed by the person since.
    changed: tuple[str, ...] = field(default=(), compare=False)

    def to_bytes(self) -> bytes:
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> "Details":
        """Parse the output of `to_bytes`, also of earlier versions with fewer fields."""
        stored = json.loads(data)
        stored |= {name: tuple(stored.get(name, ())) for name in ("earlier_names", "changed")}
        if hours := stored.get("safe_hours"):
            hours["parts"] = tuple(PartOfDay(part) for part in hours["parts"])
            stored["safe_hours"] = SafeHours(**hours | {"days": tuple(hours.get("days", ()))})
        elif (part := stored.get("preferred_time")) in PartOfDay:  # the first version had one part of the day
            stored["safe_hours"] = SafeHours((PartOfDay(part),))
        return cls(**{field.name: stored[field.name] for field in fields(cls) if field.name in stored})

    def after(self, earlier: "Details") -> "Details":
        """Return these details as a replacement of `earlier`, keeping its other names, changes and consent."""
        found = [name for name in (*earlier.earlier_names, earlier.name) if not names.same(name, self.name)]
        names_then = tuple(dict.fromkeys(found))[-_MAX_EARLIER_NAMES:]
        answers = [each.name for each in fields(self) if each.compare]
        differ = [name for name in answers if getattr(self, name) != getattr(earlier, name)]
        changed = tuple(dict.fromkeys([*earlier.changed, *differ]))
        return replace(self, earlier_names=names_then, agreed=earlier.agreed, changed=changed)

    def is_different_person(self, stored: "Details") -> bool:
        """Return whether someone else sent the form again, as on a shared phone, so that it is no correction.

        True if the name differs, unless the names are similar and phone or email are the same.
        """
        if names.same(self.name, stored.name):
            return False
        reached = (self.phone and self.phone == stored.phone) or (self.email and self.email == stored.email)
        return not (reached and names.similar(self.name, stored.name))

    @property
    def phones(self) -> list[str]:
        return [phone for phone in (self.phone, self.second_phone) if phone]

    @property
    def phone_for_people(self) -> str:
        """Return the number as dialed here, like (866) 512-1908 ext. 5; may be empty."""
        return phones.for_people(self.phone)

    @property
    def channel_or_default(self) -> str:
        """Return `channel` or, if none was chosen, email if there is only an email address."""
        return self.channel or (Channel.EMAIL if not self.phone else "")

    @property
    def language_or_default(self) -> str:
        """Return `language` or, if none was chosen, the form's language unless that is English."""
        return self.language or (Language.SPANISH if self.reads == Language.SPANISH else "")

    @property
    def second_phone_for_people(self) -> str:
        return phones.for_people(self.second_phone)

    @property
    def language_in_words(self) -> str:
        """Format as "Español, Mixteco, with an interpreter"; may be empty."""
        is_named = self.language == Language.OTHER and self.other_language
        chosen = str(Language(self.language).label) if self.language and not is_named else ""
        interpreter = gettext("with an interpreter") if self.interpreter else ""
        return ", ".join(filter(None, [chosen, self.other_language, interpreter]))

    @property
    def about_in_words(self) -> str:
        return str(About(self.about).label) if self.about else gettext("Not said")
