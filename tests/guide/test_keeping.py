"""What a reader may keep: a card and a file, both whole without a line and without a name that tells."""

import datetime
import re
from html import unescape

import html5lib
import pytest
from django.conf import settings
from django.utils import timezone

from bench import growth
from editorial.models import Clinic
from guide import guide_file
from tests.factories import make_article

pytestmark = [pytest.mark.django_db, pytest.mark.any_backend]


@pytest.fixture
def kept(client, guide):
    return client.get("/notes.html")


def ago(seconds: int) -> datetime.datetime:
    """Later than the starter guide was published, and than what `growth` makes."""
    return timezone.now() - datetime.timedelta(seconds=seconds)


def test_file_has_a_neutral_name_and_title(kept):
    assert kept["Content-Disposition"] == 'attachment; filename="notes.html"'
    assert "<title>Notes</title>" in kept.content.decode()
    assert not kept.cookies


def test_file_loads_nothing_else(kept):
    html = kept.content.decode()
    assert not re.search(r"<(script|link|img|iframe|object|form|audio|video|base)\b", html)
    assert " src=" not in html and "url(" not in html and "@import" not in html
    for target in re.findall(r'href="([^"]*)"', html):
        assert re.match(r"#|tel:|sms:|https://", target) or target.startswith(f"{settings.SITE_URL}/"), target
    meta = unescape(re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html)[1])
    assert meta.startswith("default-src 'none'; style-src 'sha256-") and "unsafe" not in meta
    assert kept["Content-Security-Policy"] == f"{meta}; sandbox"


def test_file_is_whole(kept):
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    tree = parser.parse(kept.content)
    assert not parser.errors
    text = " ".join(tree.find(".//main").itertext())
    for words in ("Initial withdrawal", "Peak withdrawal", "Post-acute withdrawal", "Runny nose", "Give naloxone"):
        assert words in text
    for words in ("866-512-1908", "988", "Crisis Text Line", "My plan", "Who stays with me", "Sources"):
        assert words in text
    assert text.count("These times do not fit fentanyl or methadone.") == 3
    for words in ("Do not top up while you wait", "Start with a clinician, not by the clock", "give it to yourself"):
        assert words in text
    ids = [element.get("id") for element in tree.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    for link in tree.iter("a"):
        if link.get("href").startswith("#"):
            assert link.get("href")[1:] in ids, link.get("href")
    assert len(list(tree.iter("h1"))) == 1


def test_file_holds_articles_with_their_dates_and_links_that_lead_inside_or_to_the_site(client, guide):
    body = "## Emergency\n\n[Naloxone](/treatments/naloxone/), [steps](/emergency/#steps), [about](/about/), "
    body += "[this](/articles/mine/), [hidden](/articles/hidden/).[@a-source]\n\n![A cup of tea](/media/pictures/a.png)"
    make_article(slug="mine", title="My article", body=body, published_at=ago(1))
    make_article(slug="hidden", title="My draft", body="Secret.", status="draft")
    html = client.get("/notes.html").content.decode()
    mine = html.split('<h3 id="article.mine">My article</h3>')[1].split("</article>")[0]
    assert "Checked against its sources on" in mine and "<em>Picture: A cup of tea</em>" in mine and "<img" not in html
    assert re.search(r'<h4 id="emergency-2">Emergency</h4>', mine) and re.search(r'href="#source-\d+"', mine)
    for place in ("treatmentoption.naloxone", "emergency", "article.mine"):
        assert f'href="#{place}"' in mine and html.count(f'id="{place}"') == 1
    assert f'href="{settings.SITE_URL}/about/" rel="noreferrer"' in mine
    assert f'href="{settings.SITE_URL}/articles/hidden/"' in mine and "Secret." not in html
    assert "Group therapy" in html.split('id="articles"')[1]


def test_file_of_a_long_blog_stays_below_a_megabyte_and_names_what_it_leaves_out(client, guide):
    for number in range(20):
        made = {"slug": f"long-{number}", "title": f"Long {number}", "body": "Rest well. [@a-source]\n\n" * 1000}
        make_article(**made, published_at=ago(number))
    growth.fill(guide_file.MAX_LISTED, in_search=False)
    response = client.get("/notes.html")
    html = response.content.decode()
    assert len(response.content) < 1_000_000
    assert 'id="article.long-0"' in html and 'id="article.long-19"' not in html
    assert f"Long 19</a>: {settings.SITE_URL}/articles/long-19/" in html
    assert f'There are more: <a href="{settings.SITE_URL}/articles/"' in html


def test_card_has_signs_steps_numbers_and_room(client, guide):
    text = client.get("/card/").content.decode().split('class="pocket"')[1].split("</dl>")[0]
    for words in (
        "Will not wake up?",
        "tel:911",
        "tel:988",
        "18006624357",
        "Naloxone",
        "2 breaths",
        "fast heartbeat",
        "Hard shaking",
        "Do not leave them",
    ):
        assert words in text
    assert text.count("<dd></dd>") >= 2


def test_safety_page_says_what_leaving_does_not_hide(client, guide):
    text = client.get("/safety/").content.decode()
    for words in (
        "does not hide everything",
        "does not clear your history",
        "private window",
        "Private version",
        "share",
    ):
        assert words in text


def test_safety_page_offers_help_by_phone_with_its_hours_or_says_that_they_are_not_listed(client, guide):
    not_listed = "Our hours are not listed yet. If no one answers, try again later."
    assert not_listed in client.get("/safety/").content.decode()
    Clinic.objects.update_or_create(id=1, defaults={"name": "C", "phone": "866-512-1908", "hours": "8 am to 8 pm"})
    text = client.get("/safety/").content.decode()
    assert "</a> (8 am to 8 pm) and ask." in text and "go through it with you" not in text and not_listed not in text
