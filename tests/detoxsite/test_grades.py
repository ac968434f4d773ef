"""How hard every page is to read, as it is shown: Flesch-Kincaid, 8 at most, and 6 where there is an emergency."""

import re

import html5lib
import pytest

from editorial.models import GlossaryTerm
from editorial.text.markdown import plain_text
from editorial.text.measures import MAX_GRADE, grade
from tests.pages import READING

pytestmark = [pytest.mark.django_db, pytest.mark.any_backend]

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
                parts.append(text)
    return parts


#: Lists of names, which are no sentences: a grade of "Buprenorphine." says nothing of how hard a page is.
NAMES = {"/a-z/", "/search/?q=withdrawl", "/sources/", "/sources/acog-711/"}


@pytest.mark.parametrize("path", sorted({*READING, "/search/", "/search/?q=qqqqzzzz"} - NAMES))
def test_page_as_shown_reads_at_grade_eight_or_lower(client, walk, path):
    tree = walk[path] if path in walk else html5lib.parse(client.get(path).content, namespaceHTMLElements=False)
    parts = spoken(tree.find(".//main"))
    assert len(parts) > 5
    assert grade(parts) <= (6 if path in {"/emergency/", "/card/", "/safety/"} else MAX_GRADE), grade(parts)


def test_file_to_keep_reads_at_grade_eight_or_lower(client, guide):
    parts = spoken(html5lib.parse(client.get("/notes.html").content, namespaceHTMLElements=False))
    assert len(parts) > 200 and grade(parts) <= MAX_GRADE, grade(parts)


def test_explained_words_read_at_grade_eight_or_lower(guide):
    meanings = [plain_text(meaning) for meaning in GlossaryTerm.objects.values_list("meaning", flat=True)]
    assert grade(meanings) <= MAX_GRADE


@pytest.mark.parametrize("path", ["/emergency/", "/phases/peak-withdrawal/", "/treatments/methadone/", "/safety/"])
def test_boxes_read_at_grade_six_or_lower(walk, path):
    """All boxes of a page together: one of two lines is too little to be measured."""
    boxes = [element for element in walk[path].iter() if "card" in (element.get("class") or "").split()]
    parts = [part for box in boxes for part in spoken(box)]
    assert boxes and grade(parts) <= 6, grade(parts)
