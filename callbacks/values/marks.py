"""Findings of a file's inspection, with messages for the person and for staff."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Mark(TextChoices):
    """Values are the codes that callbacks.files.sandbox reports; labels are for staff."""

    UNREADABLE = "unreadable", "It is damaged: it could not be opened."
    CUT = "cut", "The end of it is missing."
    END = "end", "The end of this picture is missing or damaged; what is there looks whole."
    LOCKED = "locked", "It has a password. Ask for it when you call."
    HUGE = "huge", "This picture is too large to be opened here."
    SCRIPT = "script", "It contains a script."
    ACTS = "acts", "It can do something when opened, such as start a program or submit a form."
    FORM = "form", "It contains a form that can run scripts (XFA)."
    INSIDE = "inside", "It contains another file."
    MORE = "more", "It may also be something else, such as a web page or an archive."
    OPAQUE = "opaque", "It could not be inspected completely."
    UNCHECKED = "unchecked", "It has not been inspected yet."

    @property
    def is_active(self) -> bool:
        """Return whether staff should open the file with care."""
        return self in {Mark.SCRIPT, Mark.ACTS, Mark.FORM, Mark.INSIDE, Mark.MORE}


#: For the person, of a file that is unusable, so that another may replace it.
FOR_PERSON = {
    Mark.UNREADABLE: _("It looks damaged."),
    Mark.CUT: _("It looks cut off: its end is missing."),
    Mark.LOCKED: _("It has a password, so we cannot open it."),
    Mark.HUGE: _("It has more pixels than we can open. A screenshot of it will do."),
}


def read(codes: str) -> list[Mark]:
    """Parse stored codes, ignoring unknown ones."""
    return [Mark(code) for code in codes.split() if code in Mark.values]
