"""Something wrong or missing: from the foot of every page to staff, and nothing about the person on the way."""

import re

import pytest
from django.db import DatabaseError
from django.test import Client

from editorial.models import PageReport, page_reports
from editorial.models.versions import number
from privateversion import codes
from tests import trees
from tests.pages import MISSING

pytestmark = pytest.mark.django_db

ADDRESS, PAGE = "/feedback/", "/symptoms/nausea-and-vomiting/"
FORMS = {"en": ADDRESS, "es": "/es/comentario/"}
WORDS = "The second number rings <nobody>.\nAnd I am Zoë."
ELSEWHERE = {"REMOTE_ADDR": "198.51.100.7"}


def send(client, address: str = ADDRESS, *, page: str = PAGE, **changed):
    """As the page's form does; None leaves a field out."""
    extra = {name: changed.pop(name) for name in ELSEWHERE if name in changed}
    fields = {"words": WORDS, "website": "", "page": page, "complete": "1"} | changed
    return client.post(address, {name: value for name, value in fields.items() if value is not None}, **extra)


def tree_of(response):
    return trees.tree_of(response.content.decode())


def text_of(response) -> str:
    return " ".join("".join(tree_of(response).find(".//main").itertext()).split())


def test_foot_of_every_page_leads_to_the_form_about_that_page(walk, private_walk):
    for path, tree in (walk | private_walk).items():
        form = FORMS["es" if tree.get("lang").startswith("es") else "en"]
        form = codes.private(form) if path in private_walk else form
        links = [link.get("href") for link in tree.findall(".//footer//a") if link.get("href", "").startswith(form)]
        assert links == ([] if path == form else [f"{form}?page={path}"]), path


def test_foot_of_a_missing_page_repeats_no_typed_address(client, guide):
    assert b'<a href="/feedback/">Something wrong or missing?</a>' in client.get(MISSING).content


def test_words_and_the_page_reach_staff_sealed_and_nothing_else_does(client, guide):
    before = number()
    response = send(client)
    assert (response.status_code, response["Location"]) == (
        303,
        f"{ADDRESS}thanks/?page=%2Fsymptoms%2Fnausea-and-vomiting%2F",
    )
    report = PageReport.objects.get()
    assert (report.page, report.words(), report.is_done) == (PAGE, WORDS, False)
    assert "second number" not in report.sealed and "Zoë" not in report.sealed
    assert {field.name for field in PageReport._meta.fields} == {"id", "page", "sealed", "day", "is_done", "is_mailed"}
    assert not response.cookies and "no-store" in response["Cache-Control"]
    assert response["Referrer-Policy"] == "no-referrer"
    assert number() == before, "readers' pages stay cached"
    thanks = client.get(response["Location"])
    assert tree_of(thanks).find(f".//main//a[@href='{PAGE}']") is not None
    assert "We cannot answer here. In an emergency, call 911." in text_of(thanks) and not thanks.cookies


def test_form_asks_for_nothing_else_and_says_what_it_cannot_do(client, guide):
    response = client.get(f"{ADDRESS}?page={PAGE}")
    form = tree_of(response).find(".//main//form")
    assert [each.get("name") for each in form.iter() if each.get("name")] == ["words", "website", "page", "complete"]
    words = text_of(response)
    assert "We cannot answer here. In an emergency, call 911. Want to talk to someone? Ask for a call." in words
    assert "Leave out names, numbers and your own health." in words and "erased after 90 days" in words
    assert "noindex" in response.content.decode() and not response.cookies
    assert "Disallow: /feedback/" in client.get("/robots.txt").content.decode()


def test_private_twin_names_no_page_in_its_addresses(client, guide):
    own, twin = codes.private(PAGE), codes.private(ADDRESS)
    form = tree_of(client.get(f"{twin}?page={own}")).find(".//main//form")
    assert form.get("action") == twin and form.find(".//input[@name='page']").get("value") == own
    response = send(client, twin, page=own)
    assert PageReport.objects.get().page == PAGE
    assert re.fullmatch(r"/n/\w+/\?page=%2Fn%2F\w+%2F", response["Location"])
    thanks = client.get(response["Location"]).content.decode()
    assert "<title>Notes</title>" in thanks and f'href="{own}">Back to the page' in thanks and PAGE not in thanks
    assert f'href="{twin}?page={own.replace("/", "%2F")}"' in client.get(f"{ADDRESS}?page={PAGE}").content.decode()


@pytest.mark.parametrize(
    "page", ["", "/no-such-page/", "/admin/", "https://evil.example/", "//evil.example/", '"><b>', "x" * 5000]
)
def test_unknown_page_is_stored_as_another_page_and_not_linked(client, guide, page):
    response = send(client, page=page)
    assert (response.status_code, response["Location"]) == (303, f"{ADDRESS}thanks/")
    assert PageReport.objects.get().page == ""
    for address in (ADDRESS, f"{ADDRESS}thanks/"):
        html = client.get(address, {"page": page}).content.decode()
        assert "evil.example/" not in "".join(re.findall(r'href="([^"]*)"', html)) and '"><b>' not in html
        assert "x" * 201 not in html


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"words": " \n"}, "Write what is wrong or missing."),
        ({"words": "x" * 2001}, "Make the text shorter: 2,000 characters at most."),
        ({"complete": None}, "The connection dropped, so nothing was sent."),
        ({"website": "https://pills.example/"}, "A hidden field was filled in"),
    ],
)
def test_form_that_is_not_taken_comes_back_with_its_words_and_the_reason(client, guide, changed, said):
    response = send(client, **changed)
    html = response.content.decode()
    assert response.status_code == 422 and said in text_of(response) and "<title>Error: " in html
    typed = changed.get("words", WORDS).strip()
    assert tree_of(response).find(".//textarea").text.strip() == typed
    assert f'name="page" value="{PAGE}"' in html and "pills" not in html
    assert not PageReport.objects.exists()


def test_double_tap_is_kept_once_and_thanked_twice(client, guide, clock):
    assert [send(client).status_code for _ in range(3)] == [303] * 3
    assert PageReport.objects.count() == 1
    send(client, **ELSEWHERE)
    clock.forward(seconds=61)
    send(client)
    assert PageReport.objects.count() == 3


def test_limit_on_an_address_is_said_with_the_words_kept_and_ends_with_its_hour(client, guide, clock):
    for each in range(page_reports.ADDRESS_LIMIT):
        assert send(client, words=f"Number {each}").status_code == 303
    assert send(client, words="Number 0").status_code == 303, "sent before"
    response = send(client)
    assert response.status_code == 429 and "Try again in an hour." in text_of(response)
    assert tree_of(response).find(".//textarea").text.strip() == WORDS
    assert send(client, **ELSEWHERE).status_code == 303
    clock.forward(hours=1, seconds=1)
    assert send(client).status_code == 303


def test_limit_on_all_addresses_together_holds(client, guide, monkeypatch):
    monkeypatch.setattr(page_reports, "SITE_LIMIT", 2)
    answers = [send(client, words=str(each), REMOTE_ADDR=f"198.51.100.{each}").status_code for each in range(4)]
    assert answers == [303, 303, 429, 429] and PageReport.objects.count() == 2


def test_failure_keeps_the_words_and_does_not_count_as_sent(client, guide, monkeypatch, settings):
    keys = settings.VAULT_KEYS
    settings.VAULT_KEYS = {}
    response = send(client)
    assert response.status_code == 503 and "The fault is ours." in text_of(response)
    settings.VAULT_KEYS = keys

    def down(**values) -> None:
        raise DatabaseError

    with monkeypatch.context() as patch:
        patch.setattr(PageReport.objects, "create", down)
        assert send(client).status_code == 503
    assert send(client).status_code == 303 and PageReport.objects.count() == 1


def test_sender_from_anywhere_needs_no_cookie_and_has_no_authority(guide):
    client = Client(enforce_csrf_checks=True, headers={"origin": "https://elsewhere.example"})
    assert send(client).status_code == 303 and not client.cookies
