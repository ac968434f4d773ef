"""A text that would keep a thread for minutes is refused, with a sentence for its editor; readers see it as typed."""

import time

import pytest
from django.core.exceptions import ValidationError

from editorial.text.check_rules import broken_links, stigmatizing_words, unsourced_claims
from editorial.text.doses import doses
from editorial.text.layout_rules import lists_and_tables_cut_short, unformatted_lists
from editorial.text.markdown import PageText, markdownify
from tests import hostile_markdown
from tests.factories import make_article
from translations.doses import doses as spanish_doses

pytestmark = pytest.mark.any_backend
SLOW = {
    "brackets": "[" * 5000,
    "links": "[a](" * 2000,
    "citations": "[@who-2009; " * 2000,
    "pictures": "![" * 4000,
    "escapes": "\\(" * 100_000,
    "headings": "# a\n" * 20_000,
    "paragraphs": "a\n\n" * 60_000,
    "returns": "a\r" * 60_000,
    "quotes": ">" * 5000,
    "deep lists": "\n".join("  " * depth + "- a" for depth in range(1900)),
    "mixed nesting": "1. - " * 5000,
    "length": "word " * 50_000,
}


@pytest.mark.parametrize("text", SLOW.values(), ids=SLOW)
def test_text_that_would_take_minutes_is_shown_as_typed_with_a_reason(text):
    rendered = PageText().render(text)
    assert rendered.refusal.endswith(".") and "<a" not in rendered.html


def test_refused_text_is_escaped():
    assert "&lt;script&gt;" in PageText().render("<script>" + "[" * 5000).html


def test_generated_text_of_200_000_characters_is_converted_or_refused():
    """bench.markdown shows how long they take."""
    outcomes = {bool(PageText().render(text).refusal) for text in hostile_markdown.texts(3)}
    assert outcomes == {True, False}


def test_long_plain_text_is_converted():
    text = "A line of some twenty words, **one** of them strong, with a [link](/phases/) to a stage. " * 5 + "\n\n"
    rendered = PageText().render(text * 400)
    assert not rendered.refusal and rendered.html.count("<strong>") == 2000


@pytest.mark.parametrize(
    "text", ["-" * 80, "* * *", "> > > quoted", "- a\n  - b\n    - c", "2026. Year", "a" * 199_000]
)
def test_what_editors_write_is_not_refused(text):
    assert not PageText().render(text).refusal


@pytest.mark.parametrize("words", ["1,", "1/", "10 mg ", "2 tablets ", "don’t ", "“", 'mg/[[]("'])
def test_rules_of_a_long_text_take_no_minutes(words):
    """The first took eight seconds of the processor for less than half of this, and the square of it for more."""
    text, begin = words * (30_000 // len(words)), time.thread_time()
    for rule in (broken_links, stigmatizing_words, unsourced_claims, doses, spanish_doses):
        list(rule(text))
    assert time.thread_time() - begin < 8


@pytest.mark.parametrize("text", ["a\t" * 20_000 + "\nb\tc", "a\n" + " " * 40_000 + "|a|\n|b|"])
@pytest.mark.parametrize("rule", [unformatted_lists, lists_and_tables_cut_short])
def test_rules_of_layout_take_no_minutes(rule, text):
    """They took two and nine seconds, and the square of it for more."""
    begin = time.thread_time()
    list(rule(text))
    assert time.thread_time() - begin < 1


@pytest.mark.django_db
def test_preview_says_why_a_text_is_refused():
    assert "too many brackets" in markdownify("[" * 5000)


@pytest.mark.django_db
def test_page_with_a_refused_text_is_not_saved_by_its_form():
    article = make_article(body="[" * 5000)
    with pytest.raises(ValidationError, match="too many brackets"):
        article.full_clean()


@pytest.mark.django_db
def test_refused_text_that_is_in_the_database_still_has_a_page(client):
    article = make_article(body="- " * 5000)
    assert client.get(article.get_absolute_url()).status_code == 200
