"""An article's page: what is around the text, and what a few articles have besides."""

import re

import pytest

from articles.models import Article
from editorial.text.house_rules import FOLDED
from editorial.text.markdown import plain_text
from tests.articles.test_situations import MUST_SAY
from tests.factories import make_article

pytestmark = pytest.mark.django_db
SHOWN = 430  # words and source marks, before anything is opened
FAMILIES, CRAVING = "helping-someone-through-withdrawal", "craving-right-now"


def page_of(client, slug: str) -> str:
    return client.get(f"/articles/{slug}/").content.decode()


def test_article_has_its_text_first_and_its_dates_and_sources_last(client, guide):
    main = page_of(client, FAMILIES).split("<main")[1]
    order = ["<h1>", 'class="lede"', 'class="text"', 'id="safety-title"', "866-512-1908", 'id="related"']
    places = [main.index(part) for part in [*order, 'class="review"', 'id="sources-title"']]
    assert places == sorted(places)


@pytest.mark.parametrize(("count", "listed"), [(4, []), (5, ["1", "2", "3", "4", "5"])])
def test_article_lists_its_contents_only_if_much_of_it_shows(client, count, listed):
    body = "".join(f"## {number + 1}\n\nText.[@a-source]\n\n" for number in range(count))
    make_article(body=body + "## Folded {more}\n\nText.\n")
    html = page_of(client, "an-article")
    contents = re.findall(r'<nav class="contents".*?</nav>', html, re.S)
    assert re.findall(r"<a [^>]*>([^<]*)</a>", "".join(contents)) == listed
    assert ('class="with-card"' in html) == (not listed)


def test_related_articles_are_plain_links(client, guide):
    related = page_of(client, FAMILIES).split('id="related"')[1].split("</ul>")[0]
    assert len(re.findall(r"<li><a ", related)) == 3 and "<p>" not in related


def test_breathing_circle_is_on_one_page_and_can_be_closed(client, guide):
    with_circle = [
        slug for slug in Article.objects.values_list("slug", flat=True) if 'class="breathe"' in page_of(client, slug)
    ]
    assert with_circle == [CRAVING]
    html = page_of(client, CRAVING)
    (circle,) = re.findall(r'<details class="breathe" open>.*?</details>', html)
    assert circle.endswith('<div aria-hidden="true"></div></details>')
    assert re.search(r"@media \(prefers-reduced-motion:\s?reduce\)\s?{\s?\.breathe\s?{\s?display:\s?none", html)


def test_families_page_prints_as_a_handout_and_says_early_when_to_call(client, guide):
    text = page_of(client, FAMILIES).split("<article")[1].split("</article>")[0]
    assert text.startswith(' class="handout">')
    shown = re.sub(r"<details.*?</details>", "", text, flags=re.S)
    assert shown.index("Call 911 for any of these") < len(shown) / 3


def sections_of(slug: str) -> tuple[str, str]:
    """The text that shows, and the text that a reader opens."""
    sections = re.split(r"^(?=## )", Article.objects.get(slug=slug).body, flags=re.M)
    folded = [section for section in sections if section.split("\n")[0].endswith(FOLDED)]
    return "".join(section for section in sections if section not in folded), "".join(folded)


@pytest.mark.parametrize("slug", [*MUST_SAY, FAMILIES])
def test_page_shows_little_and_folds_nothing_about_safety(guide, slug):
    shown, folded = sections_of(slug)
    marks = sum(len(re.findall("@", cited)) for cited in re.findall(r"\[@[^\]]+\]", shown))
    assert len(plain_text(shown).split()) + marks <= SHOWN
    assert folded
    never = r"tel:911|tel:988|stop (it |them )?suddenly|can kill|give naloxone|use alone|don't mix|stop your breathing"
    assert re.findall(never, folded, re.I) == []
