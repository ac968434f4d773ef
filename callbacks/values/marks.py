"""What a look into a file found: said to the person where nobody may be able to open it, and to staff in any case."""

from django.db.models import TextChoices


class Mark(TextChoices):
    """The values are the codes that callbacks/sandbox answers with; the labels are for staff."""

    UNREADABLE = "unreadable", "It is damaged: it could not be opened."
    CUT = "cut", "The end of it is missing."
    END = "end", "The end of this picture is missing or damaged; what is there looks whole."
    LOCKED = "locked", "It has a password. Ask for it when you call."
    HUGE = "huge", "This picture is too large to be opened here."
    SCRIPT = "script", "It has a script in it."
    ACTS = "acts", "It can start something by itself, such as a program or the sending of a form."
    FORM = "form", "It has a form in it that can run scripts (XFA)."
    INSIDE = "inside", "It has another file in it."
    MORE = "more", "It may be something else as well, such as a web page or an archive."
    OPAQUE = "opaque", "Not all of it could be looked into."
    UNCHECKED = "unchecked", "It was not looked into yet."

    @property
    def for_person(self) -> str:
        """What the person reads, or nothing where it is no trouble of theirs."""
        return _FOR_PERSON.get(self, "")

    @property
    def is_poor(self) -> bool:
        """Another file may take the place of this one."""
        return self in _FOR_PERSON

    @property
    def is_active(self) -> bool:
        """Staff should open it with care."""
        return self in _ACTIVE


_FOR_PERSON = {
    Mark.UNREADABLE: "It looks damaged.",
    Mark.CUT: "It looks cut off: its end is missing.",
    Mark.LOCKED: "It has a password, so we cannot open it.",
    Mark.HUGE: "It has more pixels than we can open. A screenshot of it will do.",
}
_ACTIVE = {Mark.SCRIPT, Mark.ACTS, Mark.FORM, Mark.INSIDE, Mark.MORE}


def read(codes: str) -> list[Mark]:
    """Marks from what is kept of them; what this version does not know is left out."""
    return [Mark(code) for code in codes.split() if code in Mark.values]
