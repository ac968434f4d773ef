"""Cached pages: how a change shows, what a stampede and a failure do, and how much they may take."""

import datetime
import threading
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings as conf
from django.db import connection, transaction
from django.utils import timezone

from articles.models import Article, Topic
from editorial.models import versions
from pagecache import entries
from privateversion import codes
from tests.factories import make_article, make_phase, make_treatment
from tests.pagecache.cached_site import NOT_CACHED, times
from tests.pages import READING
from tests.translations.helpers import translate

ARTICLE = "/articles/an-article/"
ZONE = ZoneInfo(conf.TIME_ZONE)
pytestmark = pytest.mark.django_db


def test_publication_shows_at_the_next_version_check(site):
    site.get("/articles/")
    make_article(title="Brand new")
    site.cache.refresh()
    assert b"Brand new" in site.get("/articles/")[2]
    Article.objects.get().delete()
    site.cache.refresh()
    assert b"Brand new" not in site.get("/articles/")[2]


def test_draft_is_never_shown_and_a_withdrawn_page_ends(site):
    article = make_article(status="draft")
    assert site.get(ARTICLE)[0].startswith("404")
    article.status = "published"
    article.save()
    site.cache.refresh()
    assert site.get(ARTICLE)[0] == "200 OK"
    article.status = "in-review"
    article.save()
    site.cache.refresh()
    assert site.get(ARTICLE)[0].startswith("404")


def test_scheduled_page_and_translation_show_at_their_time_in_both_languages(site, monkeypatch):
    later = timezone.now() + datetime.timedelta(minutes=2)
    scheduled = later - datetime.timedelta(minutes=1)
    there = make_article(slug="there", body="Text.[@a-source]")
    translate(there, slug="alla", body="Texto.[@a-source] [[article:an-article]]")
    make_article(slug="soon", title="Soon", published_at=scheduled)
    translate(make_article(), title="Pronto", slug="pronto", published_at=scheduled)
    pages = {"/articles/": b"/soon/", "/articles/there/": b"/soon/", ARTICLE: b"/pronto/"}
    pages |= dict.fromkeys(("/es/articulos/", "/es/articulos/alla/", "/es/buscar/?q=pronto"), b"/pronto/")
    assert not [path for path, link in pages.items() if link in site.get(path)[2]]
    assert times(site, "/articles/") == 0
    assert site.get("/es/articulos/pronto/")[0].startswith("404")
    monkeypatch.setattr(timezone, "now", lambda: later)
    monkeypatch.setattr(versions.time, "time", later.timestamp)
    assert not [path for path, link in pages.items() if link not in site.get(path)[2]]
    assert site.get("/es/articulos/pronto/")[0] == "200 OK"


def test_pages_change_with_the_day():
    night = datetime.datetime(2026, 3, 7, 23, 59, 30, tzinfo=ZONE)
    assert versions.edition(night).until == datetime.datetime(2026, 3, 8, tzinfo=ZONE).timestamp()
    noon = datetime.datetime(2026, 3, 8, 12, tzinfo=ZONE)
    assert versions.edition(noon).until == (noon + versions.MAX_PAGE_AGE).timestamp()
    due = noon + datetime.timedelta(minutes=3)
    make_treatment(published_at=due)
    make_phase(published_at=due + datetime.timedelta(minutes=1))
    make_article(status="draft", published_at=noon + datetime.timedelta(minutes=1))
    assert versions.edition(noon).until == due.timestamp()


def test_page_made_from_older_content_is_not_cached(site):
    """A publication while a page is rendered: the reader of that moment gets it, the next one gets a new one."""
    make_article()
    through = site._through

    def publish_meanwhile(environ, start_response):
        answer = through(environ, start_response)
        make_article(slug="another", title="Another")
        site.cache.refresh()
        return answer

    site.pages.application = publish_meanwhile
    assert b"Another" not in site.get("/articles/")[2]
    site.pages.application = through
    assert b"Another" in site.get("/articles/")[2]


def test_failure_is_not_cached(site, guide, monkeypatch):
    from guide import views

    def broken(*args, **kwargs):
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(views, "render", broken)
        assert site.get("/")[0].startswith("500")
    assert site.get("/")[0] == "200 OK"


def test_memory_limit_holds_whatever_is_requested(site):
    site.cache.size = 400_000
    site.cache.refresh()
    site.cache.clear()
    for number in range(16):
        make_article(slug=f"a-{number}", title=f"Article {number}", body="Text.[@a-source] " * 100)
    site.cache.refresh()
    for number in range(16):
        for encoding in ("br", "gzip", ""):
            site.get(f"/articles/a-{number}/", HTTP_ACCEPT_ENCODING=encoding)
        assert 0 < site.cache.used <= 400_000
    assert times(site, "/articles/a-15/") == 0
    assert times(site, "/articles/a-0/") == 1


def test_private_pages_do_not_push_out_the_others(site, guide):
    site.cache.size = 1_000_000
    site.cache.refresh()
    site.cache.clear()
    site.get("/emergency/")
    for path in READING:
        site.get(codes.private(path))
    assert times(site, "/emergency/") == 0


def test_stampede_renders_once(site, guide):
    """Threads that ask for a page in the making wait for it, and all get it."""
    begun, go = threading.Event(), threading.Event()
    page = entries.Page([("Content-Type", "text/html")], b"<p>words</p>" * 100)
    made, got = [], []

    def make():
        begun.set()
        go.wait(10)
        made.append(1)
        return page

    site.cache.refresh()
    site.cache._ensure_fresh = lambda: None  # on the connection of the test
    threads = [threading.Thread(target=lambda: got.append(site.cache.get_or_render(b"k", make))) for _ in range(12)]
    for thread in threads:
        thread.start()
    begun.wait(10)
    go.set()
    for thread in threads:
        thread.join(10)
    assert made == [1] and got == [page] * 12


def test_request_that_waited_for_a_failure_renders_the_page_itself(site):
    site.cache.refresh()
    site.cache._ensure_fresh = lambda: None
    begun, go, got = threading.Event(), threading.Event(), []

    def fail():
        begun.set()
        go.wait(10)
        raise RuntimeError

    def first():
        with pytest.raises(RuntimeError):
            site.cache.get_or_render(b"k", fail)

    one = threading.Thread(target=first)
    one.start()
    begun.wait(10)
    other = threading.Thread(target=lambda: got.append(site.cache.get_or_render(b"k", fail)))
    other.start()
    go.set()
    one.join(10)
    other.join(10)
    assert got == [None]
    assert site.cache.get(b"k") is None


def test_every_table_that_a_page_reads_is_followed(client, guide, django_assert_max_num_queries):
    followed = {model._meta.db_table for model in versions.content_models()}
    followed |= {"search_fts", "search_searchentry", "search_searchword"}  # made from the others
    followed |= {"django_content_type", "editorial_contentversion"}  # a row for each model, and the number
    known = set(connection.introspection.table_names())
    for path in [*READING, "/articles/feed/", "/sitemap.xml", "/notes.html"]:
        if path in NOT_CACHED:
            continue
        with django_assert_max_num_queries(1000) as queries:
            client.get(path)
        for query in queries.captured_queries:
            read = {table for table in known if f'"{table}"' in query["sql"]}
            assert read <= followed, (path, read - followed)


def test_every_change_of_content_counts_and_belongs_to_its_transaction(guide):
    def changes(what) -> bool:
        before = versions.number()
        what()
        return versions.number() > before

    for model in versions.content_models():
        if model._meta.auto_created:
            continue
        row = model.objects.order_by("-pk").first()
        if row is not None:
            assert changes(row.save), model
    article, topic = Article.objects.first(), Topic.objects.first()
    article.topics.clear()
    assert changes(lambda: article.topics.add(topic))
    assert changes(lambda: topic.articles.clear())
    assert changes(lambda: article.phases.set([]) or article.delete())
    before = versions.number()
    with transaction.atomic():
        topic.save()
        transaction.set_rollback(True)
    assert versions.number() == before


def test_restored_database_never_reuses_a_version_number():
    """As one that is put back from a backup does: other hosts may still hold what the number stood for."""
    numbers = set()
    for _ in range(20):
        with transaction.atomic():
            versions.bump()
            numbers.add(versions.number())
            transaction.set_rollback(True)
    assert len(numbers) == 20
