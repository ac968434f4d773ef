"""The blog: what is published can be read everywhere, what is not, nowhere."""

import datetime
import re
from xml.etree import ElementTree

import pytest
from django.utils import timezone

from articles import article_page
from articles.article_page import ArticleIndex
from articles.models import Article, Topic
from articles.views import PAGE_SIZE
from bench import growth
from editorial.text import snapshot
from tests.factories import DATES, make_article, make_phase

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"
SUBJECTS = [
    "what-heroin-detox-is",
    "why-withdrawal-happens",
    "three-challenges-of-detox",
    "why-medical-supervision-matters",
    "medicines-that-help",
    "inpatient-or-outpatient",
    "support-groups-and-therapy",
    "what-comes-after-detox",
    "lost-tolerance-and-overdose",
    "helping-someone-through-withdrawal",
    "getting-ready-for-detox",
    "the-first-72-hours",
]


def test_starter_articles_cover_the_subjects(guide):
    slugs = set(Article.objects.published().values_list("slug", flat=True))
    assert len(slugs) >= 12
    assert set(SUBJECTS) <= slugs
    assert Article.objects.filter(title="Group Therapy: Strengthening Bonds During Detox").exists()


def test_article_shows_text_sources_dates_and_safety(client, guide):
    Article.objects.filter(slug="medicines-that-help").update(**DATES)  # the guide's own are over one day
    html = client.get("/articles/medicines-that-help/").content.decode()
    assert "Medicines that help" in html
    assert 'id="sources-title"' in html
    assert "Checked against its sources on" in html and "Due again on" in html
    assert "the amount you used before can kill you now" in html.lower()


@pytest.mark.parametrize(
    "hidden",
    [
        {"status": "draft"},
        {"status": "in-review"},
        {"published_at": timezone.now() + datetime.timedelta(days=2)},
    ],
)
def test_unpublished_article_is_invisible_at_every_url(client, hidden):
    topic = Topic.objects.create(name="A topic", slug="a-topic", description="About it.")
    phase = make_phase()
    other = make_article(slug="other", title="Another")
    secret = make_article(slug="secret", title="Zebra secret", body="Zebrawood.[@a-source]", **hidden)
    for article in (secret, other):
        article.phases.add(phase)
    secret.topics.add(topic)
    assert client.get("/articles/secret/").status_code == 404
    assert client.get("/articles/topics/a-topic/").status_code == 404
    for path in (
        "/",
        "/articles/",
        "/articles/feed/",
        "/articles/other/",
        "/sitemap.xml",
        "/phases/a-stage/",
        "/search/?q=zebrawood",
        "/search/?q=zebra",
    ):
        html = client.get(path).content.decode().lower()
        assert "/articles/secret/" not in html and "zebra secret" not in html, path


def test_list_pages_through_many_articles(client):
    for number in range(PAGE_SIZE + 5):
        make_article(slug=f"a{number}", title=f"Article {number}")
    first = client.get("/articles/").content.decode()
    assert first.count('href="/articles/a') == PAGE_SIZE
    assert 'rel="next"' in first
    second = client.get("/articles/?page=2").content.decode()
    assert second.count('href="/articles/a') == 5
    for html, query, title in ((first, "", "Articles"), (second, "?page=2", "Articles, page 2")):
        address = f"http://127.0.0.1:8000/articles/{query}"
        assert f'rel="canonical" href="{address}"' in html and f'property="og:url" content="{address}"' in html
        assert f"<title>{title}</title>" in html and f'property="og:title" content="{title}"' in html
        assert ("hreflang" in html.split("</head>")[0]) == (not query)  # pages of another language end elsewhere


def test_list_has_the_whole_guide_on_one_page(client, guide):
    assert 'rel="next"' not in client.get("/articles/").content.decode()


@pytest.mark.parametrize("page", ["0", "-1", "999", "abc", "1e9", "%00", "१"])
def test_list_page_out_of_range_is_not_found(client, page):
    make_article()
    assert client.get(f"/articles/?page={page}").status_code in {200, 404}


def test_list_does_not_query_for_each_article(client, django_assert_max_num_queries):
    topic = Topic.objects.create(name="A topic", slug="a-topic", description="About it.")
    for number in range(PAGE_SIZE):
        make_article(slug=f"a{number}", title=f"Article {number}").topics.add(topic)
    with django_assert_max_num_queries(7):  # featured without a page cost one
        client.get("/articles/")


def test_feed_is_atom_with_every_article(client, guide):
    response = client.get("/articles/feed/")
    assert response["Content-Type"].startswith("application/atom+xml")
    entries = ElementTree.fromstring(response.content).findall(f"{ATOM}entry")
    assert len(entries) == Article.objects.published().count()
    assert all(20 < len(entry.find(f"{ATOM}summary").text) <= 200 for entry in entries)
    assert b"#source-" not in response.content


def test_related_articles_share_topic_or_stage(guide):
    article = Article.objects.get(slug="medicines-that-help")
    index = ArticleIndex()
    groups = index.groups_of(article)
    related = index.related(article, groups)
    assert article not in related and len(related) == 3
    assert groups & index.groups_of(related[0])


def test_article_links_its_topics_its_stages_and_what_shares_most_with_it(client):
    topics = [Topic.objects.create(name=name, slug=name, description="About it.") for name in ("one", "two")]
    stage = make_phase()
    for minutes, (slug, its_topics, its_stages) in enumerate(
        [("an-article", topics, [stage]), ("none", [], []), ("some", topics[:1], []), ("most", topics, [stage])]
    ):
        at = timezone.now() - datetime.timedelta(minutes=minutes + 1)
        article = make_article(slug=slug, title=slug, published_at=at)
        article.topics.set(its_topics)
        article.phases.set(its_stages)
    main = client.get("/articles/an-article/").content.decode().split("<main")[1]
    assert re.findall(r'href="/articles/topics/(\w+)/"', main) == ["one", "two"]
    assert 'Stage: <a href="/phases/a-stage/">a stage</a>' in main
    related = main.split('id="related">')[1].split("</nav>")[0]
    assert re.findall(r'href="/articles/(\w+)/"', related) == ["most", "some", "none"]


def test_address_without_slash_leads_to_the_page(client):
    make_article()
    response = client.get("/articles/an-article")
    assert (response.status_code, response["Location"]) == (301, "/articles/an-article/")


def test_article_leads_to_the_ones_before_and_after_it(client):
    now = timezone.now()
    for day, slug in enumerate(("third", "second", "first")):
        make_article(slug=slug, title=slug, published_at=now - datetime.timedelta(days=day + 1))
    make_article(slug="hidden", title="hidden", status="draft", published_at=now - datetime.timedelta(hours=36))
    pager = client.get("/articles/second/").content.decode().split('<nav class="pager"')[1].split("</nav>")[0]
    assert 'rel="prev" href="/articles/third/"' in pager and 'rel="next" href="/articles/first/"' in pager
    assert "/hidden/" not in pager
    assert 'rel="prev"' not in client.get("/articles/third/").content.decode().split("<main")[1]
    assert 'rel="next"' not in client.get("/articles/first/").content.decode().split("<main")[1]


def test_articles_of_one_moment_still_form_one_row(client):
    at = timezone.now() - datetime.timedelta(days=1)
    for slug in ("a", "b", "c"):
        make_article(slug=slug, title=slug, published_at=at)
    path, seen = "/articles/a/", []
    while path:
        seen.append(path)
        following = re.search(r'rel="next" href="([^"]+)"', client.get(path).content.decode())
        path = following[1] if following else ""
    assert seen == ["/articles/a/", "/articles/b/", "/articles/c/"]


@pytest.mark.parametrize("slug", ["the-first-72-hours", "medicines-that-help"])
def test_article_older_than_the_index_shows_all_the_same(
    client, guide, monkeypatch, django_assert_max_num_queries, slug
):
    def shown() -> str:
        snapshot.forget()
        html = client.get(f"/articles/{slug}/").content.decode().split("<main")[1]
        return re.sub(r'<nav aria-labelledby="related">.*?</nav>', "", html, flags=re.S)

    before = shown()
    monkeypatch.setattr(article_page, "MAX_INDEXED", 3)
    with django_assert_max_num_queries(
        growth.QUERIES + 3
    ):  # nothing is kept yet: sign-offs, corrections and other languages are read
        assert shown() == before
    assert 'rel="prev"' in before and 'rel="next"' in before and "/articles/topics/" in before


def test_article_that_will_be_published_leads_to_no_other_that_is_not_yet(client):
    now = timezone.now()
    for hours, slug in ((-1, "past"), (1, "soon"), (2, "later")):
        make_article(slug=slug, title=slug, published_at=now + datetime.timedelta(hours=hours))
    article = Article.objects.get(slug="later")
    assert ArticleIndex().neighbors(article)["older"].slug == "past"


def test_topic_feed_has_the_articles_of_its_topic_only(client):
    topic = Topic.objects.create(name="A topic", slug="a-topic", description="About it.")
    make_article(slug="in", title="In it").topics.add(topic)
    make_article(slug="out", title="Out of it")
    feed = ElementTree.fromstring(client.get("/articles/topics/a-topic/feed/").content)
    assert feed.find(f"{ATOM}title").text.endswith(": A topic")
    assert [entry.find(f"{ATOM}title").text for entry in feed.iter(f"{ATOM}entry")] == ["In it"]
    assert client.get("/articles/topics/none/feed/").status_code == 404
    assert 'href="/articles/topics/a-topic/feed/"' in client.get("/articles/topics/a-topic/").content.decode()
