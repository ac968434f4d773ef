"""The short pages for one situation each: what they must say, and what none may."""

import re

import pytest
import textstat

from articles.models import Article, Topic
from editorial.models import Source
from editorial.text.markdown import cited_keys, plain_text
from guide.a_z import ARTICLES_ON

pytestmark = [pytest.mark.django_db, pytest.mark.any_backend]

#: What a reader of each page must not miss.
MUST_SAY = {
    "pain-pills-and-tramadol": [
        "Do not stop pain pills suddenly on your own",
        "Call the person who prescribes them",
        "seizure",
        "Treat each pill as if it has fentanyl in it",
        "Never mix pain pills with alcohol",
        "Don't stop either one suddenly",
        "don't have to detox first",
    ],
    "pregnant-or-breastfeeding": [
        "Do not stop opioids suddenly",
        "See a doctor or nurse today",
        "methadone or buprenorphine",
        "can treat it",
        "breastfeeding is encouraged, unless",
        "not to take codeine or tramadol while you breastfeed",
        "Baby very sleepy, limp",
        "plan of safe care",
        "do not stop daily alcohol or benzos on your own",
        "can kill a child",
    ],
    "leaving-jail-or-prison": [
        "The amount you used before can kill you now",
        "Get naloxone today",
        "I want to stay on my medicine",
        "Don't use alone",
        "By August 2025, 19 states",
        "not legal advice",
    ],
    "teenagers-and-their-parents": [
        "give naloxone now",
        "It depends on your state",
        "Lock up every medicine",
        "consider offering medicine to teens",
        "If it's every day, don't stop suddenly",
        "Don't force a detox at home",
        "Call or text 988",
    ],
    "help-tonight-without-insurance": [
        "whether or not you can pay",
        "up to three days of methadone or buprenorphine",
        "sliding",
        "Medicaid",
        "Free naloxone",
        "211",
        "Don't detox alone",
    ],
    "infections-wounds-and-supplies": [
        "You inject and have a fever? Get seen today",
        "stiff neck",
        "bad back pain",
        "not only where people inject",
        "Hepatitis C",
        "HIV",
        "Never share needles",
    ],
    "help-for-veterans": [
        *("Call 988, then press 1", "text 838255", "buprenorphine", "Naloxone", "can kill you"),
        "Don't stop them suddenly. That withdrawal can kill",
    ],
    "coming-off-methadone-or-buprenorphine": [
        "Call your clinic or prescriber now, before you use anything else",
        "up to three days of methadone or buprenorphine",
        "Don't make up for missed days by taking more",
        "the pharmacy won't fill it",
        "Going out of town",
        "go slowly, with your prescriber",
        "nine times the rate",
        "Don't drink or take pills to get by",
        "give naloxone",
    ],
    "alcohol-or-benzos-too": [
        "Do not stop them suddenly",
        "a seizure",
        "seeing or hearing things that aren't there",
        "Together they can cause an overdose",
        "should not be held back",
        "Both problems can be treated at the same time",
    ],
    "kratom-and-other-remedies": [
        "If you take it daily, don't stop suddenly",
        *("Kratom", "7-OH", "Tianeptine", "Ibogaine", "Gabapentin", "Loperamide", "Rapid detox", "Vitamins"),
        "Poison Help, 1-800-222-1222",
        "Take no more than the label says",
        "Experts advise against it",
    ],
    "craving-right-now": [
        "You don't have to decide this minute",
        "Don't use alone",
        "The amount you used before can kill you now",
        "can stop your breathing",
        "Call 911 and give naloxone",
        *("988", "741741", "1-800-662-4357", "1-800-972-0590"),
        "don't have to detox first",
    ],
    "test-strips": [
        "A strip that finds nothing does not mean it's safe",
        "Each strip looks for one thing only",
        "don't use alone",
        "No strip is proof",
        "Naloxone doesn't undo xylazine or medetomidine. Give it anyway",
    ],
}
#: Amounts, waits before a medicine, steps for coming off, and amounts called safe: never on these pages.
NEVER_SAY = [
    r"\b(mg|mcg|ml|milligrams?|micrograms?|milliliters?)\b",
    r"\bwait (at least |for )?(\d+|a|one|two|three|twelve|six) (more )?(hours?|days?)\b",
    r"\b\d+ (to \d+ )?hours? (after|before|since)\b",
    r"\b(cut|lower|drop|reduce)\b[^.]{0,40}\b(\d+ ?%|\d+ percent|half\b|every (day|week|month|other day))",
    r"\b(half|a quarter of|twice) (of )?(your|the|a) (usual |old |normal )?(dose|amount)\b",
    r"\b(micro-?dos|start low|safe (dose|amount)|how to test|dissolve)",
]
#: The help lines that the guide's facts hold. A page gives no other number.
NUMBERS = {
    "tel:911",
    "tel:988",
    "tel:211",
    "sms:838255",
    "sms:741741",
    "sms:435748",
    "tel:+18006624357",
    "tel:+18009720590",
    "tel:+18002221222",
}
WORDS = range(300, 601)  # with what is folded away
GRADE = 7
pages = pytest.mark.parametrize("slug", MUST_SAY)


def text_of(slug: str) -> str:
    article = Article.objects.published().get(slug=slug)
    return f"{article.summary} {plain_text(article.body)}"


@pages
def test_page_is_short_plain_and_says_what_it_must(guide, slug):
    text = text_of(slug)
    assert len(text.split()) in WORDS, len(text.split())
    assert [phrase for phrase in MUST_SAY[slug] if phrase not in text] == []


@pages
def test_page_says_nothing_that_could_be_followed_as_a_dose_or_a_schedule(guide, slug):
    article = Article.objects.get(slug=slug)
    said = f"{article.title} {article.summary} {plain_text(article.body)}"
    assert [found[0] for pattern in NEVER_SAY if (found := re.search(pattern, said, re.I))] == []


@pytest.mark.parametrize(
    "sentence",
    [
        "Take 8 mg.",
        "Wait 12 hours.",
        "Wait at least two days.",
        "24 hours after your last use",
        "Cut your dose by 10%.",
        "Lower it every week.",
        "Take half your usual dose.",
        "A safe amount is small.",
        "Dissolve it in water.",
    ],
)
def test_what_none_may_say_would_be_found(sentence):
    assert any(re.search(pattern, sentence, re.I) for pattern in NEVER_SAY)


@pages
def test_page_cites_known_sources_and_gives_known_numbers_only(guide, slug):
    body = Article.objects.get(slug=slug).body
    cited = cited_keys(body)
    assert len(cited) >= 4
    assert cited - set(Source.objects.values_list("key", flat=True)) == set()
    assert set(re.findall(r"\]\(((?:tel|sms):[^)]*)\)", body)) <= NUMBERS


@pages
def test_page_begins_with_what_to_do_and_reads_at_grade_seven_or_lower(guide, slug):
    body = Article.objects.get(slug=slug).body
    assert re.match(r"(- |1\. )?\*\*", body)
    first = plain_text(body.split("\n## ")[0] + "\n## " + body.split("\n## ")[1])
    assert re.search(r"\b(911|988)\b|emergency room|naloxone", first)
    lines = [plain_text(line) for line in body.splitlines() if line.strip()]
    spoken = " ".join(line if line[-1:] in ".?!:" else f"{line}." for line in lines if line)
    assert textstat.flesch_kincaid_grade(spoken) <= GRADE


def test_page_is_found_everywhere(client, guide):
    places = ["/articles/", "/articles/topics/your-situation/", "/articles/feed/", "/sitemap.xml", "/a-z/"]
    html = {place: client.get(place).content.decode() for place in [*places, "/notes.html"]}
    for slug in MUST_SAY:
        assert client.get(f"/articles/{slug}/").status_code == 200
        for place in places if slug in ARTICLES_ON else places[:-1]:
            assert f"/articles/{slug}/" in html[place], (slug, place)
        assert f'id="article.{slug}"' in html["/notes.html"]


def test_topic_of_situations_has_exactly_these_pages(guide):
    slugs = Topic.objects.get(slug="your-situation").articles.values_list("slug", flat=True)
    assert set(slugs) == set(MUST_SAY)
    assert Topic.objects.first().slug == "your-situation"


@pytest.mark.parametrize(
    ("query", "slug"),
    [
        ("tramadol", "pain-pills-and-tramadol"),
        ("breastfeeding", "pregnant-or-breastfeeding"),
        ("jail", "leaving-jail-or-prison"),
        ("teenager", "teenagers-and-their-parents"),
        ("no insurance", "help-tonight-without-insurance"),
        ("hepatitis", "infections-wounds-and-supplies"),
        ("veterans", "help-for-veterans"),
        ("missed dose", "coming-off-methadone-or-buprenorphine"),
        ("xanax", "alcohol-or-benzos-too"),
        ("kratom", "kratom-and-other-remedies"),
        ("kratum", "kratom-and-other-remedies"),
        ("Ibogane", "kratom-and-other-remedies"),
        ("tianeptine", "kratom-and-other-remedies"),
        ("test strips", "test-strips"),
        ("i want to use", "craving-right-now"),
    ],
)
def test_search_finds_the_page_for_a_situation(client, guide, query, slug):
    assert f"/articles/{slug}/" in client.get("/search/", {"q": query}).content.decode()
