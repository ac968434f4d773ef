"""The blog: what is published can be read everywhere, what is not, nowhere."""

import datetime
from xml.etree import ElementTree

import pytest
from django.utils import timezone

from articles.models import Article, Topic
from tests.factories import make_article, make_phase

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
    html = client.get("/articles/medicines-that-help/").content.decode()
    assert "Medicines that help" in html
    assert 'id="sources-title"' in html
    assert "Checked against its sources on" in html and "Due again on" in html
    assert "your old amount can kill you" in html


@pytest.mark.parametrize(
    "hidden",
    [
        {"status": "draft"},
        {"status": "in-review"},
        {"published_at": timezone.now() + datetime.timedelta(days=2)},
    ],
)
def test_article_not_published_is_invisible_at_every_address(client, hidden):
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
    for number in range(25):
        make_article(slug=f"a{number}", title=f"Article {number}")
    first = client.get("/articles/").content.decode()
    assert first.count('href="/articles/a') == 20
    assert 'rel="next"' in first
    assert client.get("/articles/?page=2").content.decode().count('href="/articles/a') == 5


@pytest.mark.parametrize("page", ["0", "-1", "999", "abc", "1e9", "%00", "१"])
def test_list_absurd_page_is_not_found(client, page):
    make_article()
    assert client.get(f"/articles/?page={page}").status_code in {200, 404}


def test_list_does_not_query_for_each_article(client, django_assert_max_num_queries):
    topic = Topic.objects.create(name="A topic", slug="a-topic", description="About it.")
    for number in range(20):
        make_article(slug=f"a{number}", title=f"Article {number}").topics.add(topic)
    with django_assert_max_num_queries(6):
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
    related = list(Article.objects.published().related_to(article))
    assert article not in related and len(related) == 3
    assert related[0].shared > 0


def test_address_without_slash_leads_to_the_page(client):
    make_article()
    response = client.get("/articles/an-article")
    assert (response.status_code, response["Location"]) == (301, "/articles/an-article/")
