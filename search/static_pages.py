"""Find static pages by what people call them: they are templates, not in the index."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from search import vocabularies
from search.words import joined


@dataclass(frozen=True)
class StaticPage:
    """Its title, URL name, a sentence about it, and the queries that mean it.

    `anywhere`: words that mean it anywhere in a query. `place`: the fragment of the URL. These queries are in English;
    those in other languages are in their vocabulary.
    """

    title: Promise
    name: str
    words: Promise
    called: tuple[str, ...]
    anywhere: tuple[str, ...] = ()
    place: str = ""

    @property
    def url(self) -> str:
        return f"{reverse(self.name)}#{self.place}" if self.place else reverse(self.name)

    def names(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return its names in the active language: as a whole query, and anywhere in one."""
        known, here = vocabularies.current(), f"{self.name}#{self.place}" if self.place else self.name
        if known.called is None:
            return self.called, self.anywhere
        called = [name for name, page in known.called.items() if page == here]
        anywhere = [name for name, page in known.anywhere.items() if page == here]
        return tuple(called), tuple(anywhere)


#: A reader who searches for this may need it now. Other searches for naloxone lead to its treatment page.
NALOXONE = ("use naloxone", "use narcan", "give naloxone", "give narcan", "nose spray")
#: For the comparison, which lists places to detox and says not to do it alone.
AT_HOME = tuple(
    f"{verb} {where}" for verb in ("detox", "withdraw", "withdrawal", "quit") for where in ("at home", "alone")
)

WHEN = ("how much longer", "when will this end", "when will it end", "when does it get better", "will it ever stop")
EMERGENCY = StaticPage(
    _("Emergency: overdose and warning signs"),
    "emergency",
    _("What to do when somebody will not wake up, in order, and the signs to call 911 for."),
    ("emergency", "911", "988", "overdose", "overdosing", "od", "warning signs", "suicide", "suicidal", *NALOXONE),
    anywhere=("overdose", "od", "sobredosis", "emergencia", "suicidio"),
)
VERSUS = (
    "suboxone vs methadone",
    "methadone vs suboxone",
    "suboxone or methadone",
    "methadone or suboxone",
    "difference between",
)
MY_DATA = (
    "delete my request",
    "withdraw my request",
    "cancel my request",
    "cancel my call",
    "change my number",
    "anonymous",
)
STATIC_PAGES = (
    EMERGENCY,
    StaticPage(
        _("People to call, day or night"),
        "emergency",
        _("988, 1-800-662-4357 and others, with what each is for. In Spanish: 988 and press 2, or 1-800-662-4357."),
        (
            "crisis",
            "hotline",
            "helpline",
            "crisis line",
            "phone numbers",
            "numbers",
            "someone to talk to",
            "text line",
            "chat",
            "deaf",
        ),
        anywhere=("spanish", "espanol", "español", "hotline", "helpline", "ayuda"),
        place="lines",
    ),
    StaticPage(
        _("Pregnant? Do not stop suddenly"),
        "emergency",
        _("See a clinician the same day, because medicine is the care that experts recommend."),
        (),
        anywhere=("pregnant", "pregnancy", "preggo", "expecting a baby", "embarazada"),
        place="pregnant",
    ),
    StaticPage(
        _("Where am I now?"),
        "phases:now",
        _("Two questions: the likely stage, what comes next, and what is a warning sign."),
        ("where am i", "where am i now", "what stage", "which stage", "what day"),
    ),
    StaticPage(
        _("The three stages, on one timeline"),
        "phases:list",
        _("How long each usually lasts with heroin, and what changes that."),
        ("timeline", "stages", "how long", "detox timeline", "withdrawal timeline", *WHEN),
    ),
    StaticPage(
        _("Check in: check what you feel"),
        "phases:check-in",
        _("A sheet to print or show a nurse."),
        ("check in", "checkin", "cows", "sows"),
    ),
    StaticPage(
        _("My plan"),
        "plan",
        _("A page to check off, fill in and print: what to prepare, whom to call, next steps."),
        ("plan", "my plan", "checklist"),
    ),
    StaticPage(
        _("Pocket card"),
        "card",
        _("Danger signs, overdose steps and numbers, for a screenshot or a print."),
        ("card", "pocket card", "wallet card"),
    ),
    StaticPage(
        _("Treatments side by side"),
        "treatments:compare",
        _("Narrow them by what matters to you, such as nights at home. Do not detox alone."),
        ("compare", "compare treatments", "which treatment", "home detox", "detox myself", *AT_HOME, *VERSUS),
    ),
    StaticPage(
        _("Ask for a call"),
        "callbacks:contact",
        _("Leave a name and a number, and say what makes a call safe."),
        ("call me", "call back", "callback", "contact", "phone number", "talk to someone"),
    ),
    StaticPage(
        _("Who can see that I was here?"),
        "safety",
        _("What stays on a phone, how to clear it, and the private version."),
        ("clear history", "delete history", "history", "incognito", "who can see", "private version", "hide"),
    ),
    StaticPage(
        _("Privacy"),
        "privacy",
        _("What we keep of what you send, and how long."),
        ("privacy", "private", "data", *MY_DATA),
    ),
    StaticPage(
        _("Sources"),
        "sources",
        _("What this guide rests on."),
        ("sources", "references", "studies", "evidence", "who wrote this", "legit"),
    ),
    StaticPage(_("A to Z"), "a-z", _("All symptoms, treatments and hard words."), ("a to z", "glossary", "index")),
)


def meant_by(*queries: str) -> list[tuple[StaticPage, bool]]:
    """Return the pages that a spelling of the query means, each with whether it is the exact name; exact ones first."""
    spellings = [_plain(query) for query in queries]
    pages = [page for page in STATIC_PAGES if any(_is_called(page, typed) for typed in spellings)]
    named = [(page, any(_is_name_of(page, typed) for typed in spellings)) for page in pages]
    return sorted(named, key=lambda page: not page[1])


def _is_called(page: StaticPage, typed: str) -> bool:
    called, words = page.names()
    longer = (name for name in called if " " in name)
    return typed in called or _holds_one_of(typed, chain(longer, words))


def _is_name_of(page: StaticPage, typed: str) -> bool:
    """Return whether the query is a name of the page and stop words; "how long is rehab" is more."""
    called, _ = page.names()
    common = vocabularies.current().common
    rests = (f" {typed} ".replace(f" {name} ", " ", 1) for name in called if _holds_one_of(typed, [name]))
    return any(common.issuperset(rest.split()) for rest in rests)


def _plain(query: str) -> str:
    """Lower the case, join split words, and correct the spelling of overdose."""
    plain = joined(re.sub(r"[^\w']+", " ", vocabularies.current().plain(query)).strip())
    return re.sub(r"\bov(er|r)d\w*", "overdose", plain)


def _holds_one_of(typed: str, names: Iterable[str]) -> bool:
    return any(f" {name} " in f" {typed} " for name in names)
