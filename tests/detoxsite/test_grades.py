"""How hard every page is to read, as it is shown: Flesch-Kincaid, 8 at most, and 6 where there is an emergency."""

import re

import html5lib
import pytest
import textstat

from editorial.markdown import plain_text
from editorial.models import GlossaryTerm
from tests.pages import READING

pytestmark = [pytest.mark.django_db, pytest.mark.any_backend]
GRADE = 8


SPOKEN = {"p", "li", "h1", "h2", "h3", "dt", "dd", "label", "legend"}


def spoken(tree) -> list[str]:
    """The sentences, headings and lines of a part of a page, without source numbers and the list of sources."""
    parts = []
    for element in tree.iter():
        if element.get("class") == "sources fold":
            break
        if element.tag in SPOKEN and element.get("class") != "small":
            text = re.sub(r"\[\d+\]", "", " ".join("".join(element.itertext()).split())).strip()
            if text and not element.findall(".//p"):
                parts.append(text if text[-1] in ".?!:" else f"{text}.")
    return parts


#: Lists of names, which are no sentences: a grade of "Buprenorphine." says nothing of how hard a page is.
NAMES = {"/a-z/", "/search/?q=withdrawl"}


@pytest.mark.parametrize("path", sorted({*READING, "/search/", "/search/?q=qqqqzzzz"} - NAMES))
def test_page_as_shown_reads_at_grade_eight_or_lower(client, guide, path):
    parts = spoken(html5lib.parse(client.get(path).content, namespaceHTMLElements=False).find(".//main"))
    assert len(parts) > 5
    grade = textstat.flesch_kincaid_grade(" ".join(parts))
    assert grade <= (6 if path in {"/emergency/", "/card/", "/safety/"} else GRADE), grade


def test_file_to_keep_reads_at_grade_eight_or_lower(client, guide):
    parts = spoken(html5lib.parse(client.get("/notes.html").content, namespaceHTMLElements=False))
    grade = textstat.flesch_kincaid_grade(" ".join(parts))
    assert len(parts) > 200 and grade <= GRADE, grade


def test_explained_words_read_at_grade_eight_or_lower(guide):
    meanings = [plain_text(meaning) for meaning in GlossaryTerm.objects.values_list("meaning", flat=True)]
    assert textstat.flesch_kincaid_grade(" ".join(meanings)) <= GRADE


@pytest.mark.parametrize("path", ["/emergency/", "/phases/peak-withdrawal/", "/treatments/methadone/", "/safety/"])
def test_boxes_read_at_grade_six_or_lower(client, guide, path):
    """All boxes of a page together: one of two lines is too little to be measured."""
    tree = html5lib.parse(client.get(path).content, namespaceHTMLElements=False)
    boxes = [element for element in tree.iter() if "card" in (element.get("class") or "").split()]
    parts = [part for box in boxes for part in spoken(box)]
    grade = textstat.flesch_kincaid_grade(" ".join(parts))
    assert boxes and grade <= 6, grade
