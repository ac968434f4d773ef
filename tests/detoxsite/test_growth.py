"""A long blog costs a reader no more than a short one: bench/growth.py has the times."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench import growth
from guide.sitemaps import MAX_ADDRESSES

MANY = MAX_ADDRESSES + 1  # so that the sitemap is in parts


@pytest.mark.django_db
def test_no_page_asks_the_database_more_often_as_the_blog_grows(client, guide):
    def queries() -> dict[str, int]:
        counts = {}
        for kind, path in growth.page_kinds().items():
            client.get(path)
            with CaptureQueriesContext(connection) as captured:
                assert client.get(path).status_code == 200, path
            counts[kind] = len(captured)
        return counts

    growth.fill(20, in_search=False)  # the list has a second page
    few = queries()
    growth.fill(MANY, first=20, in_search=False)
    many = queries()
    # One file, then a list of files: every kind of page in every language, and each in the others.
    assert few.pop("sitemap") <= growth.SITEMAP_QUERIES and many.pop("sitemap") <= growth.SITEMAP_QUERIES
    assert max(few.values()) <= growth.QUERIES and max(many.values()) <= growth.QUERIES, (few, many)
    assert many == few


@pytest.mark.django_db
def test_long_sitemap_is_in_parts_that_name_every_article_once(client, guide):
    growth.fill(MANY, in_search=False)
    index = client.get("/sitemap.xml").content.decode()
    assert "sitemap-articles.xml</loc>" in index and "sitemap-articles.xml?p=2</loc>" in index
    parts = [client.get(f"/sitemap-articles.xml?p={page}").content.decode() for page in (1, 2)]
    assert all("".join(parts).count(f"/articles/generated-{number}/<") == 1 for number in (0, 7, MANY - 1))
    assert client.get("/sitemap-articles.xml?p=9").status_code == 404
    assert client.get("/sitemap-none.xml").status_code == 404
