"""What the starter's articles, treatments and words say: each beside a source that carries it, each study once.

Every test is of a kind of mistake that stood on the site, so a new page is held to it too.
"""

import datetime
import re

import pytest

from articles.starter import STARTER as ARTICLES
from editorial.loading.content_files import read_page, read_yaml
from editorial.loading.starter import STARTER as EDITORIAL
from phases.starter import STARTER as PHASES

pytestmark = pytest.mark.any_backend
FRONT = ("summary", "what_it_does", "how_to_get_it", "may_suit", "watch_out", "evidence_note", "compare_note")
FILES = [*sorted(ARTICLES.glob("*.md")), *sorted((PHASES / "treatments").glob("*.md"))]
PAGES = {path.stem: read_page(path) for path in FILES}
TEXTS = {slug: "\n".join([*(page.get(name, "") for name in FRONT), page["body"]]) for slug, page in PAGES.items()}
TEXTS["glossary"] = "\n".join(word["meaning"] for word in read_yaml(EDITORIAL / "glossary.yaml"))

CITED = re.compile(r"\[@[^\]]+\]")
SEDATIVES = ("alcohol", "benzos", "xanax", "valium", "gabapentin", "pregabalin", "sleeping pills")
OPIOIDS = ("methadone", "buprenorphine")


def sentences(slug: str) -> list[tuple[str, set[str]]]:
    """Each sentence of a page as plain words in lower case, with the keys that are cited right after it."""
    found = []
    for line in TEXTS[slug].splitlines():
        for part in re.split(r"(?<=[.!?:*\]])\s+(?=[\"“*\[(A-Z0-9])", line):
            keys = set(re.findall(r"@([a-z0-9-]+)", " ".join(CITED.findall(part))))
            found.append((CITED.sub("", part).replace("*", "").lower(), keys))
    return found


def citing(key: str) -> list[tuple[str, str]]:
    return [(slug, words) for slug in TEXTS for words, keys in sentences(slug) if key in keys]


@pytest.mark.parametrize(
    ("key", "about", "never"),
    [
        ("huhn-2020", r"\b(days|stay|clear|positive)", r"withdrawal (may|can)|predict"),
        (
            "medetomidine-philadelphia-2025",
            r"hospital|intensive care|breathing tube|heart muscle|ill they were",
            r"911",
        ),
        ("bu-medetomidine-2025", r"medetomidine", r"911"),
        ("darke-2017", r"\w", r"wish to die|suicide|thoughts of death"),
        ("cdc-overdose-response", r"\w", r"speaker"),
        ("emcdda-sows", r"scale", r"waves"),
        ("dea-telehealth-2025", r"phone|video|(this|that) way", r"waiver|license"),
        ("strang-2003", r"\w", r"even a (few|short)"),
        ("krupitsky-2011", r"may ease craving", r"shown to"),
        (
            "fda-benzos-2017",
            r"benzos|sedatives|mixing|together|no treatment|refuse|stop (your|their) breathing",
            r"child",
        ),
        ("cdc-naloxone-breathing", r"naloxone|breath|waking|sleep|watch|sure", r"no response"),
    ],
)
def test_source_is_cited_only_for_what_it_says(key, about, never):
    for slug, words in citing(key):
        assert re.search(about, words) and not re.search(never, words), (slug, words)


def test_sources_of_the_rules_above_are_in_use():
    for key in ("huhn-2020", "medetomidine-philadelphia-2025", "darke-2017", "dea-telehealth-2025", "krupitsky-2011"):
        assert citing(key), key


@pytest.mark.parametrize(
    ("words", "must"),
    [
        (r"advises? against detox|against detox alone", r"without going on to methadone or buprenorphine"),
        (r"half as often|half the death rate", r"less than half"),
        (r"2 to 3 minutes|two to three minutes", r"not breathing well"),
        (r"emergency rooms? can\b.*start|emergency rooms? start", r"many emergency rooms"),
        (r"medetomidine", r"^(?!.*\b(deadly|kills?)\b)"),
        (r"3 in 4", r"nearly 3 in 4"),
        (r"were not using", r"45 in 100 were not using at six months"),
        (r"deaths?.*9 or 10|about 4 on it", r"9 or 10"),
    ],
)
def test_guideline_or_figure_is_told_one_way_everywhere(words, must):
    found = [(slug, text) for slug in TEXTS for text, _ in sentences(slug) if re.search(words, text)]
    assert found
    for slug, text in found:
        assert re.search(must, text), (slug, text)


def test_buprenorphine_in_place_of_detox_rests_on_more_than_the_guide_to_methadone():
    for slug, words in citing("who-2009"):
        if "buprenorphine" in words:
            (keys,) = [keys for text, keys in sentences(slug) if text == words]
            assert "clinicalkey-2023" in keys, (slug, words)


@pytest.mark.parametrize("slug", [*OPIOIDS, "medicines-that-help", "lost-tolerance-and-overdose"])
def test_opioid_medicine_page_mentions_sedatives_and_both_halves_of_the_warning(slug):
    text = TEXTS[slug].lower()
    assert all(name in text for name in SEDATIVES)
    mixed = [keys for words, keys in sentences(slug) if "stop your breathing" in words and "sleeping pills" in words]
    assert mixed and all(keys & {"fda-benzos-2017", "btod-rems", "methadose-label"} for keys in mixed)
    assert "no reason to refuse" in text and "harm of no treatment" in text


@pytest.mark.parametrize("slug", [*OPIOIDS, "medicines-that-help", "helping-someone-through-withdrawal"])
def test_page_that_brings_an_opioid_medicine_home_says_lock_it_away(slug):
    text = TEXTS[slug].lower()
    assert re.search(r"kill a child", text) and re.search(r"\block it away", text)


@pytest.mark.parametrize(
    ("slug", "must"),
    [
        (
            "methadone",
            ["almost every day", "days to weeks", "Do not top up", "first week", "by video", "April 2, 2024"],
        ),
        ("methadone", ["Very sleepy, breathing slowly, or can't be woken? Call", "a hospital even if they wake"]),
        ("buprenorphine", ["Breathing slowly, or can't be woken?"]),
        ("methadone", ["faint", "races or skips", "Missed doses", "before you take more", "give yours away"]),
        ("buprenorphine", ["December 31, 2025", "December 31, 2026", "August 8, 2023", "Brixadi", "Sublocade"]),
        ("buprenorphine", ["Many can start it, so ask", "8 of 100 starts that were followed up"]),
        ("buprenorphine", ["had not kept to the plan"]),
        ("naloxone", ["push hard on the chest", "Narcan and RiVive"]),
        ("naloxone", ["for breathing, not for waking", "Breathing well but asleep"]),
        (
            "the-first-72-hours",
            ["every day? [Do not stop them suddenly]", "every day, and have stopped", "Give naloxone too"],
        ),
        ("lost-tolerance-and-overdose", ["Do not test it", "for breathing, not for waking", "push hard on the chest"]),
        ("clonidine-and-lofexidine", ["42 in 100", "32 in 100", "methadone", "sleepy", "fainted"]),
        ("extended-release-naltrexone", ["may ease craving"]),
        ("fentanyl-and-todays-supply", ["7,252", "2,787", "Pennsylvania", "within a few hours", "Xylazine"]),
        ("fentanyl-and-todays-supply", ["/articles/infections-wounds-and-supplies/"]),
        ("the-first-72-hours", ["the mix can stop your breathing", "three days of methadone or buprenorphine"]),
        ("getting-ready-for-detox", ["ask the program what to do about them", "keep naloxone near"]),
        ("glossary", ["buprenorphine or naltrexone is taken too soon, or when naloxone is given"]),
    ],
)
def test_page_has_required_statement(slug, must):
    for words in must:
        assert words in TEXTS[slug], words


@pytest.mark.parametrize(
    "never",
    [
        r"top of this page",
        r"DEA licen[sc]e",
        r"clear (them|it) out",
        r"[Nn]o (response|change) (after|in)\b",
        r"[Aa]n emergency room can start",
        r"\b[Ww]e (offer|treat|provide|go through|will call|will help)\b",
        r"start (sooner or later),? and last longer or less predictably",
        r"no treatment after it|nothing after it",
        r"refuse you medicine",
    ],
)
def test_no_text_has_forbidden_statement(never):
    for slug, text in TEXTS.items():
        assert not re.search(never, text), (slug, never)


def test_no_source_is_listed_twice():
    keys = [source["key"] for source in read_yaml(EDITORIAL / "sources.yaml")]
    assert sorted(keys) == sorted(set(keys))


def test_page_that_names_the_clinic_names_the_national_helpline_too():
    for slug, text in TEXTS.items():
        if re.search(r"\[the clinic[^\]]*\]\(/contact/\)", text):
            assert "tel:+18006624357" in text, slug


def test_size_of_a_study_is_on_one_page():
    """A reader in withdrawal needs to know what to do, not the same study on nine pages."""
    pages: dict[str, set[str]] = {}
    for slug, text in TEXTS.items():
        for number in re.findall(r"(?<!in )\b(\d[\d,]*) (?:people|adults|relatives)\b", text):
            if int(number.replace(",", "")) > 100 and number != "1,000":
                pages.setdefault(number, set()).add(slug)
    assert len(pages) > 3
    assert {number: slugs for number, slugs in pages.items() if len(slugs) > 1} == {}


def test_page_is_due_again_before_a_rule_it_names_ends():
    ends = [
        (slug, datetime.datetime.strptime(day, "%B %d, %Y").date())  # noqa: DTZ007 - a date, no moment
        for slug, text in TEXTS.items()
        for day in re.findall(r"until ([A-Z][a-z]+ \d{1,2}, \d{4})", text)
    ]
    assert ends
    for slug, end in ends:
        assert PAGES[slug]["review_due_on"] < end, slug
