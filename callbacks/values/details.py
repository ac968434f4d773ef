"""What a person tells us: the content of a callback request, only ever stored sealed."""

import json
from dataclasses import asdict, dataclass, field, fields, replace

from django.db.models import TextChoices
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from callbacks.values import names
from callbacks.values.safe_hours import PartOfDay, SafeHours
from editorial.values import phones

#: How many corrected names are kept.
_MAX_EARLIER_NAMES = 10


class About(TextChoices):
    ME = "me", _("Me")
    SOMEONE_ELSE = "someone_else", _("Someone else")


class IfOtherAnswers(TextChoices):
    """What the caller says to anybody but the person; the first is the default and the safest."""

    QUIET = "quiet", _("Ask for me. Do not say where you call from")
    WRONG_NUMBER = "wrong_number", _("Say it is a wrong number, and hang up")
    OPEN = "open", _("You can say who you are")


class Language(TextChoices):
    """The language of the call, as speakers name it."""

    ENGLISH = "en", "English"
    SPANISH = "es", "Español"
    OTHER = "other", _("Another language")


class Channel(TextChoices):
    """How the person wants to be reached first."""

    CALL = "call", _("Call me")
    TEXT = "text", _("Text me")
    EMAIL = "email", _("Email me")
    RELAY = "relay", _("Call me through relay (711)")
    VIDEO = "video", _("Call me through video relay")


@dataclass(frozen=True, repr=False)  # no repr: it must not end up in a log
class Details:
    """`phone` is E.164, followed by ";ext=" and digits for an extension; it or `email` may be empty.

    `second_phone` is another number of theirs. `may_tell` names who may be told, in their words; empty: nobody.

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
    #: What was typed beside the number: a room, a second number, whose phone it is.
    phone_remark: str = ""
    #: Where they are, in their words, if their time zone is not listed.
    place: str = ""
    #: Of the call; empty if not said. With OTHER, `other_language` has its name, if they gave it.
    language: str = ""
    other_language: str = ""
    interpreter: bool = False
    channel: str = ""
    second_phone: str = ""
    second_phone_remark: str = ""
    may_tell: str = ""
    #: The language of the page that they sent it from, and so of the pages behind their link.
    reads: str = ""
    #: Version of `consent.WORDS` that their form showed; 0: none. Not part of the answers.
    agreed: int = field(default=0, compare=False)
    #: Other names sent earlier with the same form, perhaps by another person; not part of the answers.
    earlier_names: tuple[str, ...] = field(default=(), compare=False)
    #: Fields that the person has changed since they first sent it.
    changed: tuple[str, ...] = field(default=(), compare=False)

    def to_bytes(self) -> bytes:
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> "Details":
        """Parse what `to_bytes` wrote, in this or an earlier version with fewer fields."""
        stored = json.loads(data)
        stored |= {name: tuple(stored.get(name, ())) for name in ("earlier_names", "changed")}
        if hours := stored.get("safe_hours"):
            hours["parts"] = tuple(PartOfDay(part) for part in hours["parts"])
            stored["safe_hours"] = SafeHours(**hours | {"days": tuple(hours.get("days", ()))})
        elif (part := stored.get("preferred_time")) in PartOfDay:  # the first version asked for one part of the day
            stored["safe_hours"] = SafeHours((PartOfDay(part),))
        return cls(**{field.name: stored[field.name] for field in fields(cls) if field.name in stored})

    def after(self, earlier: "Details") -> "Details":
        """These details as a replacement of `earlier`, whose other names, changes and consent are remembered."""
        found = [name for name in (*earlier.earlier_names, earlier.name) if not names.same(name, self.name)]
        names_then = tuple(dict.fromkeys(found))[-_MAX_EARLIER_NAMES:]
        differ = [each.name for each in fields(self) if each.compare]
        differ = [name for name in differ if getattr(self, name) != getattr(earlier, name)]
        changed = tuple(dict.fromkeys([*earlier.changed, *differ]))
        return replace(self, earlier_names=names_then, agreed=earlier.agreed, changed=changed)

    def is_different_person(self, stored: "Details") -> bool:
        """Whether somebody else sent the form of `stored` again, as on a shared phone: this is no correction.

        That is so with another name, unless the names are similar and the phone or email is the same.
        """
        if names.same(self.name, stored.name):
            return False
        reached = (self.phone and self.phone == stored.phone) or (self.email and self.email == stored.email)
        return not (reached and names.akin(self.name, stored.name))

    @property
    def phones(self) -> list[str]:
        """The numbers they left, the first first."""
        return [phone for phone in (self.phone, self.second_phone) if phone]

    @property
    def phone_for_people(self) -> str:
        """The number as dialed here, like (866) 512-1908 ext. 5; may be empty."""
        return phones.for_people(self.phone)

    @property
    def phone_as_typed(self) -> str:
        """The number and its remark on one line, for a form; phones.read parses it back."""
        return ", ".join(filter(None, [self.phone_for_people, self.phone_remark]))

    @property
    def channel_or_default(self) -> str:
        """`channel`; where none was chosen, what follows from an email address alone."""
        return self.channel or (Channel.EMAIL if not self.phone else "")

    @property
    def language_or_default(self) -> str:
        """`language`; where none was chosen, that of the page they sent it from, unless that was English."""
        return self.language or (Language.SPANISH if self.reads == Language.SPANISH else "")

    @property
    def second_phone_as_typed(self) -> str:
        return ", ".join(filter(None, [self.second_phone_for_people, self.second_phone_remark]))

    @property
    def second_phone_for_people(self) -> str:
        return phones.for_people(self.second_phone)

    @property
    def language_in_words(self) -> str:
        """Like "Español, with an interpreter"; empty if nothing was said."""
        named = str(Language(self.language).label) if self.language else ""
        if self.language == Language.OTHER and self.other_language:
            named = self.other_language
        return ", ".join(filter(None, [named, gettext("with an interpreter") if self.interpreter else ""]))

    @property
    def about_in_words(self) -> str:
        return str(About(self.about).label) if self.about else gettext("Not said")
