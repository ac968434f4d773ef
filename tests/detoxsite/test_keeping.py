"""What a reader may keep: a card and a file, both whole without a line and without a name that tells."""

import re

import html5lib
import pytest

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept(client, guide):
    return client.get("/notes.html")


def test_file_has_a_neutral_name_and_title(kept):
    assert kept["Content-Disposition"] == 'attachment; filename="notes.html"'
    assert "<title>Notes</title>" in kept.content.decode()
    assert not kept.cookies


def test_file_asks_for_nothing_outside_itself(kept):
    html = kept.content.decode()
    assert not re.search(r"<(script|link|img|iframe|object|form|audio|video|base)\b", html)
    assert " src=" not in html and "url(" not in html and "@import" not in html
    for target in re.findall(r'href="([^"]*)"', html):
        assert re.match(r"#|tel:|sms:|https://", target), target
    meta = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html)[1].replace("&#x27;", "'")
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
    ids = [element.get("id") for element in tree.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    for link in tree.iter("a"):
        if link.get("href").startswith("#"):
            assert link.get("href")[1:] in ids, link.get("href")
    assert len(list(tree.iter("h1"))) == 1


def test_card_has_signs_steps_numbers_and_room(client, guide):
    text = client.get("/card/").content.decode().split('class="pocket"')[1].split("</dl>")[0]
    for words in (
        "Will not wake up?",
        "tel:911",
        "tel:988",
        "18006624357",
        "naloxone",
        "2 breaths",
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
