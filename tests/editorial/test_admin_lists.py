"""The admin's lists: as fast with many rows as with few (bench/admin_lists.py has the times), and what they find."""

import datetime
import re
from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles.models import Topic
from bench import admin_lists, growth
from callbacks.models import CallbackRequest
from tests.factories import make_article

ARTICLES = admin_lists.ARTICLES
#: Of those that the bench measures: one of each kind that holds rows.
PAGES = ["articles", "articles, last page", "articles: search and topic", "articles: stage and overdue", "queue"]
PAGES += ["queue: now", "queue: all, last page", "article: change", "stage: change", "callback request: change"]
PAGES += ["topic: delete", "topic: delete selected", "access records", "start page"]


#: Each session notes twice a minute that it is in use.
OF_SESSIONS = re.compile("django_session|SAVEPOINT")
VALUES = re.compile(r"(?:(?:'[^']*'|\b\d+\b)(?:, )?)+")


@pytest.mark.django_db
def test_no_admin_page_asks_the_database_more_often_with_more_rows(client, guide, clock):
    """At one time of an afternoon: who can be called changes with the hour, and what is read once is read again at
    midnight and after a quarter of an hour."""
    clock.now = (clock.now + datetime.timedelta(days=1)).replace(hour=18)
    user = admin_lists.administrator()
    client.force_login(user)

    def queries(names=PAGES) -> dict[str, Counter[str]]:
        found, pages = {}, admin_lists.pages(CallbackRequest.objects.latest("received_at"), user)
        for page, (path, posted) in ((name, pages[name]) for name in names):
            with CaptureQueriesContext(connection) as captured:
                answer = client.get(path) if posted is None else client.post(path, posted)
            assert answer.status_code in (200, 303), path
            asked = [query["sql"] for query in captured if not OF_SESSIONS.search(query["sql"])]
            found[page] = Counter(VALUES.sub("?", sql) for sql in asked)
        return found

    growth.fill(210, in_search=False)
    admin_lists.age_articles()
    admin_lists.fill_requests(510)
    queries()  # loads what is loaded once after a change
    few = queries()
    growth.fill(500, first=210, in_search=False)
    admin_lists.fill_requests(300, first=510)
    loaded = [page for page, asked in queries().items() if asked.total() > few[page].total()]
    more = {page: asked - few[page] for page, asked in queries(loaded).items() if asked.total() > few[page].total()}
    assert not more, "\n".join(f"{page}: {count} more of {sql}" for page in more for sql, count in more[page].items())


@pytest.mark.django_db
def test_articles_are_found_by_part_of_a_title_and_by_words_of_the_text_published_or_not(client):
    make_article(title="Sleeping at home", slug="one", body="Dim the lights each evening.[@a-source]", status="draft")
    two = make_article(title="Rest", slug="two", body="Evenings without light, `x_y`.[@a-source]")
    topic = Topic.objects.create(name="Nights", slug="nights", description="What helps at night.")
    two.topics.add(topic)
    client.force_login(admin_lists.administrator())

    def found(**query) -> set[str]:
        return {page.slug for page in client.get(ARTICLES, query).context["cl"].result_list}

    assert found(q="leeping") == {"one"}  # within a word of the title
    assert found(q="light evening") == found(q="LIGHTS, evenings!") == {"one", "two"}
    assert found(q="lig") == {"one", "two"} and found(q="evening dim") == {"one"}
    assert found(q="evening", topics__id__exact=topic.pk) == {"two"} == found(q="evening", state="published")
    assert "Not set" in client.get(ARTICLES, {"q": "leeping"}).content.decode()  # no date of publication yet
    assert found(q='" OR x_y* NEAR(') == set() == found(q="'") and found(q="x_y") == {"two"}
    assert found(published_at__year=two.published_at.year) == {"one", "two"} and not found(published_at__year=1970)


@pytest.mark.django_db
def test_deleting_a_topic_asks_without_a_list_of_its_articles(client):
    topic = Topic.objects.create(name="Nights", slug="nights", description="What helps at night.")
    make_article().topics.add(topic)
    client.force_login(admin_lists.administrator())
    asked = client.get(f"/admin/articles/topic/{topic.pk}/delete/").content.decode()
    assert "Nights" in asked and "object (" not in asked and "Articles that stay, without this topic: 1" in asked
    client.post(f"/admin/articles/topic/{topic.pk}/delete/", {"post": "yes"})
    assert not Topic.objects.filter(pk=topic.pk).exists()
