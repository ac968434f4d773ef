"""Pages that are no rows of the database, found by the names that people have for them."""

import re
from dataclasses import dataclass

from django.urls import reverse


@dataclass(frozen=True)
class StandingPage:
    """Its title, the name of its address, a sentence on it, and the words that are looked for when it is meant."""

    title: str
    name: str
    words: str
    called: tuple[str, ...]

    @property
    def url(self) -> str:
        return reverse(self.name)


STANDING = (
    StandingPage(
        "Emergency: overdose and warning signs",
        "emergency",
        "What to do when somebody will not wake up, in order, and the signs to call 911 for.",
        ("emergency", "911", "988", "overdose", "overdosing", "od", "warning signs", "suicide", "suicidal"),
    ),
    StandingPage(
        "Where am I now?",
        "phases:now",
        "Two questions: the likely stage, what comes next, and what is a warning sign.",
        ("where am i", "where am i now", "what stage", "which stage", "what day"),
    ),
    StandingPage(
        "Check in: tick what you feel",
        "phases:check-in",
        "A sheet to print or show a nurse.",
        ("check in", "checkin", "check-in", "cows", "sows"),
    ),
    StandingPage(
        "My plan",
        "plan",
        "A page to tick, fill in and print: what to prepare, whom to call, next steps.",
        ("plan", "my plan", "checklist"),
    ),
    StandingPage(
        "Pocket card",
        "card",
        "Danger signs, overdose steps and numbers, for a screenshot or a print.",
        ("card", "pocket card", "wallet card"),
    ),
    StandingPage(
        "Treatments side by side",
        "treatments:compare",
        "Narrow them by what matters to you.",
        ("compare", "compare treatments", "which treatment"),
    ),
    StandingPage(
        "Ask for a call",
        "callbacks:contact",
        "Leave a name and a number, and say what makes a call safe.",
        ("call me", "call back", "callback", "contact", "phone number", "talk to someone"),
    ),
    StandingPage(
        "Who can see that I was here?",
        "safety",
        "What stays on a phone, how to clear it, and the private version.",
        ("clear history", "delete history", "history", "incognito", "who can see", "private version", "hide"),
    ),
    StandingPage("Privacy", "privacy", "What we keep of what you send, and how long.", ("privacy", "private", "data")),
    StandingPage("A to Z", "a-z", "All symptoms, treatments and hard words.", ("a to z", "glossary", "index")),
)


def meant_by(query: str) -> list[StandingPage]:
    """Those that are called by the whole of what was typed, or by several words in it."""
    typed = re.sub(r"[^\w' -]+", " ", query.casefold()).strip()
    return [
        page
        for page in STANDING
        if any(typed == name or (" " in name and f" {name} " in f" {typed} ") for name in page.called)
    ]
