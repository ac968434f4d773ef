"""Find static pages by what people call them (search/words/): they are templates, not in the index."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from search import vocabulary


class StaticPage(NamedTuple):
    """Its title, its URL name with a fragment, if any, and a sentence about it."""

    title: Promise
    address: str
    words: Promise

    @property
    def url(self) -> str:
        name, *place = self.address.split("#")
        return "#".join([reverse(name), *place])


EMERGENCY = StaticPage(
    _("Emergency: overdose and warning signs"),
    "emergency",
    _("What to do when somebody will not wake up, in order, and the signs to call 911 for."),
)
STATIC_PAGES = (
    EMERGENCY,
    StaticPage(
        _("People to call, day or night"),
        "emergency#lines",
        _("988, 1-800-662-4357 and others, with what each is for. In Spanish: 988 and press 2, or 1-800-662-4357."),
    ),
    StaticPage(
        _("Pregnant? Do not stop suddenly"),
        "emergency#pregnant",
        _("See a clinician the same day, because medicine is the care that experts recommend."),
    ),
    StaticPage(
        _("Where am I now?"),
        "phases:now",
        _("Two questions: the likely stage, what comes next, and what is a warning sign."),
    ),
    StaticPage(
        _("The three stages, on one timeline"),
        "phases:list",
        _("How long each usually lasts with heroin, and what changes that."),
    ),
    StaticPage(_("Check in: check what you feel"), "phases:check-in", _("A sheet to print or show a nurse.")),
    StaticPage(
        _("My plan"), "plan", _("A page to check off, fill in and print: what to prepare, whom to call, next steps.")
    ),
    StaticPage(_("Pocket card"), "card", _("Danger signs, overdose steps and numbers, for a screenshot or a print.")),
    StaticPage(
        _("Treatments side by side"),
        "treatments:compare",
        _("Narrow them by what matters to you, such as nights at home. Do not detox alone."),
    ),
    StaticPage(
        _("Ask for a call"), "callbacks:contact", _("Leave a name and a number, and say what makes a call safe.")
    ),
    StaticPage(
        _("Who can see that I was here?"),
        "safety",
        _("What stays on a phone, how to clear it, and the private version."),
    ),
    StaticPage(_("Privacy"), "privacy", _("What we keep of what you send, and how long.")),
    StaticPage(_("Sources"), "sources", _("What this guide rests on.")),
    StaticPage(_("A to Z"), "a-z", _("All symptoms, treatments and hard words.")),
)


def meant_by(*queries: str) -> list[tuple[StaticPage, bool]]:
    """Return the pages that a spelling of the query means, each with whether it is the exact name; exact ones first.

    A query is the exact name if the rest are stop words; "how long is rehab" is more.
    """
    known, spellings, found = vocabulary.current(), [_plain(query) for query in queries], []
    for page in STATIC_PAGES:
        called = [name for name, address in known.called.items() if address == page.address]
        words = [name for name, address in known.anywhere.items() if address == page.address]
        longer = [name for name in called if " " in name]
        if any(typed in called or any(_rests(typed, longer + words)) for typed in spellings):
            rests = [rest.split() for typed in spellings for rest in _rests(typed, called)]
            found.append((page, any(known.common.issuperset(rest) for rest in rests)))
    return sorted(found, key=lambda page: not page[1])


def _plain(query: str) -> str:
    """Lower the case, join split words, and correct the spelling of overdose."""
    plain = vocabulary.joined(re.sub(r"[^\w']+", " ", vocabulary.current().plain(query)).strip())
    return re.sub(r"\bov(er|r)d\w*", "overdose", plain)


def _rests(typed: str, names: Iterable[str]) -> list[str]:
    """Return what remains of the query for each name that it holds."""
    return [f" {typed} ".replace(f" {name} ", " ", 1) for name in names if f" {name} " in f" {typed} "]
