"""Boxes, links by name and drawings, as editors write them: seen wherever the text is, and never as typed."""

import re

import pytest

from articles.models import Article
from editorial.models.addresses import add_redirect
from editorial.text.markdown import PageText, markdownify, plain_text
from phases.models import Phase, TreatmentOption
from tests.factories import make_article, make_phase, make_symptom, make_treatment

TEXT = """Words.[@a-source]
::: emergency If **any** of these
- Slow breathing.[@a-source]
- Blue lips
:::
::: do
Take [[treatment:a-medicine]] if you can.
:::
::: do not
Wait.
:::

## Then

::: urgent
See [[stage:a-stage|the stage]], [[symptom:yawning]] and [[article:other]].
:::

[[picture:side|Someone lies on their side.]]

| When | What |
|---|---|
| Now | [[article:other\\|what strips find]] |
"""
TYPED = re.compile(r":::|\[\[|\]\]")


@pytest.fixture
def pages(db):
    stage = make_phase()
    make_symptom(stage)
    make_treatment()
    make_article(slug="other", title="Test & strips")
    return make_article(body=TEXT)


def test_blocks_are_boxes_links_and_pictures_on_every_page_with_the_text(client, pages):
    html = client.get(pages.get_absolute_url()).content.decode()
    text = html.split('<div class="text">')[1]
    emergency = re.search(r'<section class="card card--emergency">.*?</section>', text, re.S)[0]
    assert '<span class="level">Emergency:</span> If <strong>any</strong> of these</h2>' in emergency
    assert emergency.count("<li>") == 2 and "#source-1" in emergency
    assert '<section class="card card--good">' in text and ">Do not</span>" in text
    assert '<h3 id="urgent-get-help-today"><span class="level">Urgent:</span> get help today</h3>' in text
    for link in (
        '<a href="/treatments/a-medicine/">A medicine</a>',
        '<a href="/phases/a-stage/">the stage</a>',
        '<a href="/symptoms/yawning/">Yawning</a>',
        '<a href="/articles/other/">Test &amp; strips</a>',
        '<td><a href="/articles/other/">what strips find</a></td>',
    ):
        assert link in text, link
    assert '<figure class="pic" role="img" aria-label="Someone lies on their side."><svg' in text
    assert ".pic{" in html.split("</head>")[0] and ".pic{" not in client.get("/articles/other/").content.decode()
    TreatmentOption.objects.update(body=TEXT)
    Phase.objects.update(overview=TEXT, what_helps=TEXT)
    private = re.search(r'href="([^"]+)">Private version', html)[1]
    for path in ("/articles/an-article/", private, "/phases/a-stage/", "/treatments/a-medicine/", "/notes.html"):
        page = client.get(path).content.decode()
        assert "card--emergency" in page and "<figure" in page and ".pic{" in page, path
        assert not TYPED.search(page.split("<body")[1]), path


def test_contents_list_names_sections_and_no_boxes(pages):
    assert [heading.text for heading in PageText().render(TEXT).headings] == ["Then"]


def test_search_reads_the_words_of_blocks(pages):
    words = plain_text(TEXT)
    assert not TYPED.search(words)
    assert "Emergency: If any of these" in words and "Take A medicine if" in words


def test_link_by_name_follows_its_page_and_shows_words_alone_where_readers_find_none(client, pages):
    other = Article.objects.get(slug="other")
    before = other.get_absolute_url()
    other.slug = "renamed"
    other.save()
    add_redirect(before, other.get_absolute_url())
    assert '<a href="/articles/renamed/">Test &amp; strips</a>' in client.get("/articles/an-article/").content.decode()
    other.status = "draft"
    other.save()
    html = client.get("/articles/an-article/").content.decode()
    assert "Test &amp; strips" in html and "/articles/renamed/" not in html and "[not published" not in html
    assert "[not published: article:other]" in markdownify(TEXT)
    other.delete()
    assert "[nothing has this name: article:other]" in markdownify(TEXT)
    assert "nothing has" not in client.get("/articles/an-article/").content.decode()


def test_links_by_name_cost_one_query_after_a_change_and_then_none(client, pages, django_assert_max_num_queries):
    plain = Article.objects.get(slug="other")
    client.get(plain.get_absolute_url())
    with django_assert_max_num_queries(4):  # where it is in the other language, too
        client.get(pages.get_absolute_url())
    with django_assert_max_num_queries(1):
        client.get(pages.get_absolute_url())


@pytest.mark.parametrize(
    ("text", "has", "never"),
    [
        ("::: emergency\nA\n\n## Next\n\nB", "</section>\n<h2", "B</section>"),
        ("::: do\nA\n::: do not\nB\n:::\nC", "</section>\n<section", "C</section>"),
        (":::\n\nA", "<p>A</p>", "<section"),
        ("::: warn\nA\n:::", "[unknown block: warn]", "<section"),
        ("> ::: do\n> A\n> :::", "A", ":::"),
        ("- a\n\n    ::: do\n    A\n    :::", "A", ":::"),
        ("`[[stage:x]]` [[1]](https://a.example/)", "<code>[[stage:x]]</code>", "named"),
        ("Words [[picture:side|x]] here", "Words  here", "picture"),
        ("[[<img src=x>|<b>]]", "&lt;b&gt;", "<b>"),
        ("::: do <script>\nA\n:::", "&lt;script&gt;", "<script"),
    ],
)
@pytest.mark.django_db
def test_block_that_is_not_whole_harms_nothing_around_it(text, has, never):
    html = PageText().render(text).html
    assert has in html and never not in html, html
