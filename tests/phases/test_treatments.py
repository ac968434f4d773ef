"""A treatment's page: what it is and how to get it on the first screen, what is for later folded."""

import re

import pytest

from editorial.text.markdown import plain_text
from phases.models import TreatmentOption

pytestmark = pytest.mark.django_db
FIRST_SCREEN = 40  # words


def words_in(*texts: str) -> int:
    return sum(len(re.findall(r"\w\S*", plain_text(text))) for text in texts)


def test_first_screen_says_in_forty_words_what_it_is_and_how_to_get_it(guide):
    for option in TreatmentOption.objects.published():
        assert words_in(option.summary, option.how_to_get_it) <= FIRST_SCREEN, option


def test_how_to_get_it_comes_right_after_what_it_is(client, guide):
    for option in TreatmentOption.objects.published():
        html = client.get(option.get_absolute_url()).content.decode()
        order = ["<h1>", 'class="lede"', "How to get it</h2>", "What it does</dt>", "Watch out</dt>", "Does it work?"]
        if option.slug == "clonidine-and-lofexidine" or option.slug == "medicines-for-single-symptoms":
            order[-1] = "Do they work?"
        places = [html.index(words) for words in order]
        assert places == sorted(places), option


def test_what_studies_found_and_what_to_ask_are_folded(client, guide):
    for option in TreatmentOption.objects.published():
        html = client.get(option.get_absolute_url()).content.decode()
        folds = re.findall(r'<details class="fold">\s*<summary>\s*<h2 id="[^"]+">([^<]+)', html)
        assert len(folds) > 1 and "Questions to ask" in folds and {"Does it work?", "Do they work?"} & set(folds), (
            option
        )


@pytest.mark.parametrize(
    ("slug", "words"),
    [
        ("methadone", "Do not top up while you wait."),
        ("methadone", "After days without it, your usual dose may be too strong."),
        ("buprenorphine", "Start with a clinician, not by the clock."),
        ("buprenorphine", "Do not take more of anything to fix it"),
        ("extended-release-naltrexone", "a smaller amount than before can kill"),
        ("clonidine-and-lofexidine", "may not be safe with some heart or kidney disease"),
        ("medicines-for-single-symptoms", "than the label says can cause deadly heart trouble"),
        ("naloxone", "Do not test it: it has only one dose."),
        ("naloxone", "Still not breathing well after 2 to 3 minutes?"),
    ],
)
def test_warning_is_in_no_fold(client, guide, slug, words):
    html = client.get(f"/treatments/{slug}/").content.decode()
    assert words in re.sub(r"<details.*?</details>", "", html, flags=re.S)


def test_naloxone_page_says_where_to_get_it_before_how_to_use_it(client, guide):
    html = client.get("/treatments/naloxone/").content.decode()
    order = ["How to get it</h2>", "with no prescription, in all 50 states", "Free:", 'id="use"', "After the spray"]
    places = [html.index(words) for words in order]
    assert places == sorted(places)
