"""Whatever got into the database, by a form or past it: readers are led nowhere else, and jumps in a page hold."""

import re

import pytest
from django.core.exceptions import ValidationError

from articles.models import Article
from editorial.loading import starter
from editorial.loading.content_files import Entry
from editorial.models import HelpLine, Source
from editorial.text.markdown import PageText
from editorial.values.links import safe_url
from phases.models import Phase, Symptom, TreatmentOption
from tests.factories import SUMMARY, make_article

pytestmark = pytest.mark.any_backend


@pytest.mark.parametrize(
    "href", ["//evil.example", "/\\evil.example", "\\\\\\\\evil.example", "\\/evil.example", "/\t/evil.example"]
)
def test_link_that_looks_internal_and_leaves_the_site_is_removed(href):
    for text in (f"[x]({href})", f"[x](<{href}>)", f"[a]: {href}\n\n[x][a]"):
        assert "href" not in PageText().render(text).html, text
    assert 'href="/articles/"' in PageText().render("[x](/articles/)").html


@pytest.mark.parametrize("src", ["/media/../admin/", "/static/../../x.png", "/\\media/x.png", "//media/x.png"])
def test_picture_is_read_from_the_folders_of_pictures_only(src):
    assert "src" not in PageText().render(f"![x]({src})").html


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "ftp://a.example/", "//a.example", "https://[x"]
)
@pytest.mark.django_db
def test_address_that_no_form_takes_makes_no_link_on_a_page(client, url):
    make_article()
    Source.objects.update(url=url)
    page = client.get("/articles/an-article/").content.decode()
    assert "A report" in page and url not in page
    line = {"name": "A line", "description": "Helps.", "checked_on": "2026-01-01", "checked_note": "Read"}
    HelpLine.objects.create(slug="a-line", kind="finding-care", url=url, **line)
    assert url not in client.get("/emergency/").content.decode()
    assert safe_url("https://a.example/x") and safe_url("http://a.example")


@pytest.mark.django_db
def test_starter_file_with_an_address_that_no_form_takes_is_not_loaded():
    values = {"organization": "An office", "title": "A report", "url": "javascript:alert(1)"}
    with pytest.raises(ValidationError):
        starter.load_item(Entry(Source, {"key": "bad"}, values))
    assert starter.load_item(Entry(Source, {"key": "bad"}, values | {"url": "https://a.example/"})) == "added"
    with pytest.raises(ValidationError):
        starter.load_item(Entry(Source, {"key": "bad"}, values))
    assert Source.objects.get(key="bad").url == "https://a.example/"


@pytest.mark.django_db
def test_characters_that_turn_text_are_not_saved_and_not_shown():
    article = make_article(title="ab\u202ecd\u2066", body="[ab\u202ecd](/articles/)[@a-source]")
    assert article.title == "abcd" and "\u202e" not in article.body
    Article.objects.update(body="[ab\u202ecd](/articles/)")
    assert ">abcd</a>" in PageText().render(Article.objects.get().body).html


@pytest.mark.django_db
def test_what_does_not_show_in_a_paste_hides_no_dose_and_is_not_saved(admin):
    article = make_article(status="draft")
    article.status, article.body = "published", "Take 40 m\xadg of metha\u200bdone.[@a-source]"
    with pytest.raises(ValidationError, match="gives no doses"):
        article.clean()
    typed = {"title": "Soft\x0bbreak", "slug": "a", "body": "\ufeffA line\x0band a bell\x07.", "status": "draft"}
    checked = admin.post("/admin/articles/article/add/checks/", typed | {"body": "Take 40 m\xadg of methadone."})
    assert "take “40 mg” out" in checked.content.decode()
    assert admin.post("/admin/articles/article/add/", typed | {"summary": SUMMARY}).status_code == 302
    saved = Article.objects.get(slug="a")
    assert (saved.title, saved.body) == ("Soft break", "A line and a bell.")


@pytest.mark.django_db
def test_no_heading_takes_an_id_that_its_page_needs(client, guide):
    """Each id on each kind of page is tried as a heading of its text."""
    pages = [
        (Article.objects.get(slug="the-first-72-hours"), ["body"]),
        (Phase.objects.get(slug="peak-withdrawal"), ["overview", "what_helps"]),
        (Symptom.objects.first(), ["description", "what_helps"]),
        (TreatmentOption.objects.get(slug="naloxone"), ["body", "watch_out"]),
    ]
    for page, fields in pages:
        ids = re.findall(r'\bid="([^"]*)"', client.get(page.get_absolute_url()).content.decode())
        assert len(ids) > 5
        wanted = [*dict.fromkeys([*ids, "source-1", "word-opioid", "uses-opioid"])]
        for name in fields:
            headings = "\n\n".join(f"## {each.replace('-', ' ')}" for each in wanted)
            setattr(page, name, f"{getattr(page, name)}\n\n{headings}")
        page.save()
        found = re.findall(r'\bid="([^"]*)"', client.get(page.get_absolute_url()).content.decode())
        assert len(found) > len(ids) + len(fields)
        assert {each for each in found if found.count(each) > 1} == set(), page
        needed = [each for each in ids if each.startswith(("main", "source-", "word-"))]
        html = client.get(page.get_absolute_url()).content.decode()
        assert not re.search(rf'<h\d id="({"|".join(needed)})"', html)
