"""Readers can see all that the guide rests on, and what rests on each source."""

import re

import pytest

from editorial.models import GlossaryTerm, HelpLine, Source
from tests.factories import make_article, make_phase, make_source, make_symptom

pytestmark = [pytest.mark.django_db, pytest.mark.any_backend]


def test_every_source_that_a_page_lists_is_among_the_sources(client, guide):
    listed, number = {}, 1
    while (page := client.get(f"/sources/?page={number}")).status_code == 200:
        listed |= dict(re.findall(r'<a href="/sources/([\w-]+)/">(.*?)</a>', page.content.decode()))
        number += 1
    assert len(listed) > 120 and client.get("/sources/?page=x").status_code == 404
    for path in ("/", "/emergency/", "/card/", "/plan/", "/phases/peak-withdrawal/", "/articles/the-first-72-hours/"):
        html = client.get(path).content.decode()
        titles = re.findall(r'<li id="source-\d+".*?<(?:a [^>]*|cite)>(.*?)</(?:a|cite)>', html)
        assert titles and set(titles) <= set(listed.values()), path
        assert '<a href="/sources/">All sources of this guide</a>' in html


def test_page_of_a_source_lists_what_rests_on_it_and_no_draft(client):
    source = make_source("old-study")
    Source.objects.filter(pk=source.pk).update(doi="10.1000/a(b)", url="javascript:alert(1)", pmid="123", note="For us")
    make_article(title="Citing", body="Text.[@old-study]")
    make_article(title="Not out", slug="draft", body="Text.[@old-study]", status="draft")
    make_symptom(make_phase(), what_helps="Rest.[@old-study]")
    GlossaryTerm.objects.create(slug="w", word="wording", meaning="A word.[@old-study]")
    HelpLine.objects.create(
        slug="h", name="A line", kind="crisis", call="988", source=source, checked_on="2026-01-01", checked_note="Read."
    )
    html = client.get("/sources/old-study/").content.decode()
    uses = re.findall(r'<li><a href="([^"]*)">([^<]*)</a></li>', html.split("What rests on it")[1].split("</ul>")[0])
    assert uses == [
        ("/emergency/#lines", "A line"),
        ("/articles/an-article/", "Citing"),
        ("/a-z/#word-w", "The word “wording”"),
        ("/symptoms/yawning/", "Yawning"),
    ]
    assert 'href="https://doi.org/10.1000/a%28b%29"' in html and 'href="https://pubmed.ncbi.nlm.nih.gov/123/"' in html
    assert "javascript:" not in html and "For us" not in html
    make_source("cited-by-none")
    assert client.get("/sources/cited-by-none/").status_code == 404
