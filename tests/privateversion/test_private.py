"""The private version: the same words, and nothing in a tab, an address or an icon that tells what they are about."""

import re
from urllib.parse import urlsplit

import html5lib
import pytest
from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.urls import reverse

from guide import guide_file, sitemaps
from privateversion import codes, rewriting
from tests.factories import make_article
from tests.pages import MISSING, READING
from tests.walks import HISTORY, TELLING

pytestmark = [pytest.mark.django_db, pytest.mark.any_backend]

FRONT = codes.private("/")


def _read(client, address: str):
    response = client.get(address)
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    return response, parser, parser.parse(response.content)


def test_private_version_has_every_page_and_leads_nowhere_else(private_walk):
    for path in READING:
        assert codes.private(urlsplit(path).path) in private_walk, path
    assert len(private_walk) > 45


def test_way_out_of_the_private_version_is_on_one_page_and_reveals_nothing(client, private_walk):
    out = [
        (address, link.get("href"))
        for address, tree in private_walk.items()
        for link in tree.findall(".//a[@data-out]")
    ]
    assert set(out) == {(codes.private(reverse("safety")), "/"), (codes.private("/es/seguridad/"), "/es/")}
    assert "they stay in your history" in "".join(private_walk[out[0][0]].itertext())
    assert "data-out" not in client.get("/safety/").content.decode()


def test_file_kept_from_the_private_version_leads_back_into_it(client, guide):
    html = client.get(codes.private("/notes.html")).content.decode()
    to_site = re.findall(rf'href="{re.escape(settings.SITE_URL)}(/[^"]*)"', html)
    assert to_site and all(path.startswith("/n/") for path in to_site), to_site


def test_file_kept_from_the_private_version_names_no_ordinary_address(client, guide, monkeypatch):
    """Nor those of articles that it has no room for: only their titles stand there, and lead back into it."""
    monkeypatch.setattr(guide_file, "MAX_ARTICLE_BYTES", 1)
    monkeypatch.setattr(guide_file, "MAX_LISTED", 3)
    ordinary, private = (client.get(path).content.decode() for path in ("/notes.html", codes.private("/notes.html")))
    assert f"{settings.SITE_URL}/articles/" in ordinary
    assert set(re.findall(rf"{re.escape(settings.SITE_URL)}(/\w*)", private)) == {"/n"}
    named = private.split("More articles on the site")[1].split("</ul>")[0]
    assert named.count(f'href="{settings.SITE_URL}/n/') == named.count("<li>") == 3
    assert settings.SITE_URL not in re.sub(r"<[^>]*>", "", private)


def test_private_version_reveals_nothing_in_titles_addresses_and_icons(private_walk):
    for address, tree in private_walk.items():
        assert tree.find(".//title").text in {"Notes", "Notas"}, address
        assert tree.find(".//meta[@name='robots']").get("content") == "noindex"
        assert tree.find(".//link[@rel='canonical']") is None  # phones offer it when a page is shared
        assert tree.find(".//meta[@name='description']") is None
        icons = [link.get("href") for link in tree.iter("link") if "icon" in link.get("rel")]
        assert icons and all("/img/notes." in icon for icon in icons)
        for element in tree.iter():
            for name in ("href", "action", "id"):
                value = element.get(name) or ""
                if urlsplit(value).scheme or element.tag == "svg":
                    continue
                assert not TELLING.search(value), (address, element.tag, value)


def test_private_version_places_on_pages_are_found(private_walk):
    for address, tree in private_walk.items():
        ids = [element.get("id") for element in tree.iter() if element.get("id")]
        assert len(ids) == len(set(ids)), address
        for element in tree.iter():
            for name in ("aria-labelledby", "aria-describedby", "for"):
                assert set((element.get(name) or "").split()) <= set(ids), (address, name, element.get(name))
            target = urlsplit(element.get("href") or "")
            if element.tag == "a" and target.fragment and not target.scheme:
                page = private_walk[target.path] if target.path else tree
                assert page.find(f".//*[@id='{target.fragment}']") is not None, (address, element.get("href"))


def test_private_version_is_linked_from_every_page(walk):
    for path, tree in walk.items():
        linked = tree.find(f".//a[@href='{codes.private(path)}']") is not None
        assert linked or HISTORY.search(path), path


def test_private_version_says_the_same_words(client, guide):
    def words(address):
        return "".join(_read(client, address)[2].find(".//main").itertext()).split()

    for path in ("/emergency/", "/phases/peak-withdrawal/", "/articles/the-first-72-hours/"):
        assert words(codes.private(path)) == words(path)


def test_private_search_keeps_its_words_out_of_the_address(client, guide):
    address = codes.private("/search/")
    form = _read(client, address)[2].find(".//main//form")
    assert (form.get("method"), form.get("action")) == ("post", f"{address}q/")
    response = client.post(f"{address}q/", "q=can%27t+sleep", content_type="application/x-www-form-urlencoded")
    html = response.content.decode()
    assert response.status_code == 200 and "Insomnia" in html and "no-store" in response["Cache-Control"]
    assert not response.cookies


def test_private_search_of_another_language_is_read_as_typed(client, guide):
    response = client.post(
        f"{codes.private('/search/')}q/", "q=sue%C3%B1o", content_type="application/x-www-form-urlencoded"
    )
    assert 'value="sueño"' in response.content.decode()


def test_private_where_am_i_answers_inside(client, guide):
    address = codes.private("/phases/now/")
    assert _read(client, address)[2].find(".//main//form").get("action") == address
    response = client.post(address, {"since": "48-72", "substance": "heroin"})
    html = response.content.decode()
    assert response.status_code == 200 and "<title>Notes</title>" in html and "peak withdrawal" in html
    wrong = client.post(address, {}).content.decode()
    assert "<title>Error: Notes</title>" in wrong


def test_private_request_for_a_call_stays_inside_to_the_end(client, guide):
    address = codes.private("/contact/")
    tree = _read(client, address)[2]
    form = tree.find(".//main//form")
    assert form.get("action") == address
    token = form.find(".//input[@name='token']").get("value")
    data = {"name": "Sam", "phone": "212 555 0123", "token": token, "complete": "1"}
    response = client.post(address, data)
    assert response.status_code == 303, response.content.decode()
    assert response["Location"].startswith(codes.private("/contact/sent/") + "?t=")
    sent = client.get(response["Location"]).content.decode()
    assert "<title>Notes</title>" in sent and "/contact/" not in sent and 'rel="canonical"' not in sent


def test_private_answer_to_the_upload_script_stays_inside():
    inside = rewriting.json_response('{"address": "/contact/sent/?t=abc"}')
    assert inside == f'{{"address": "{codes.private("/contact/sent/")}?t=abc"}}'
    assert rewriting.json_response('{"problem": ""}') == '{"problem": ""}'


@pytest.mark.parametrize("address", ["/n/", "/n/zzzzzzzz/", "/n/heroin/", "/n/../admin/", f"{FRONT}more/", f"{FRONT}q"])
def test_unknown_private_address_is_not_found_and_reveals_nothing(client, guide, address):
    response, _, tree = _read(client, address)
    assert response.status_code == 404
    assert tree.find(".//title").text in {"Notes", "Notas"}
    assert "tel:911" in response.content.decode()


def test_private_version_leads_into_no_staff_page():
    assert codes.plain(codes.private("/admin/")) is None
    assert codes.plain(codes.private("/admin/login/")) is None


def test_private_version_of_a_new_page_is_there_at_once_and_of_a_draft_never(client, guide):
    assert client.get(FRONT).status_code == 200
    assert client.get(codes.private("/articles/new-page/")).status_code == 404
    make_article(slug="new-page")
    make_article(slug="a-draft", status="draft")
    assert client.get(codes.private("/articles/new-page/")).status_code == 200
    assert client.get(codes.private("/articles/a-draft/")).status_code == 404


def test_guesses_at_private_addresses_list_the_pages_once(client, guide, monkeypatch):
    listings = []

    class Listed(Sitemap):
        def items(self) -> list:
            listings.append(1)
            return []

    monkeypatch.setitem(sitemaps.SITEMAPS, "listed", Listed())
    for letter in codes.LETTERS:
        assert client.get(f"/n/{letter * codes.LENGTH}/").status_code == 404
    assert len(listings) == 1


def test_private_codes_stay_and_spell_nothing():
    """A saved address must lead to the same page after every restart and on every machine."""
    assert codes.private("/") == "/n/m42nm5xn/"
    assert not set("aeiou") & set(codes.LETTERS)


def test_error_page_offers_no_private_version(client, guide):
    assert "/n/" not in client.get(MISSING).content.decode()
