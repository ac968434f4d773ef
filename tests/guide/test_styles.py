"""Each page names the parts of the style that it needs (test_crawl.py asks it of all), and no rule gets lost."""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

import pytest
from django.conf import settings
from django.http import HttpResponse

from guide import styles
from tests.callbacks.helpers import File, post_form
from tests.pages import MISSING
from tests.trees import tree_of

STATIC = settings.BASE_DIR / "static"
#: Of the printed handout only the pages that say `.handout` need the rules. The kept file has a style of its own.
SOURCES = {path.stem: path.read_text() for path in (STATIC / styles.PARTS).glob("*.css") if path.stem != "notes"}
#: What a selector needs: classes, ids and tags, but those in `:is()`, `:not()` and `[...]`.
NOT_NEEDED = re.compile(r"::?[\w-]+(?:\((?:[^()]|\([^()]*\))*\))?|\[[^\]]*\]")
TOKEN = re.compile(r"[.#]?[a-zA-Z][\w-]*")


def needs(part: str) -> Iterator[frozenset[str]]:
    """For each selector of a part, the classes, ids and tags that a page must have for it to hold."""
    css = re.sub(r"/\*.*?\*/", "", SOURCES[part], flags=re.DOTALL)
    for selectors in re.findall(r"([^{};]+)\{[^{}]*\}", css):
        plain = NOT_NEEDED.sub("", re.sub(r":has\(([^()]*)\)", r" \1", selectors))
        for selector in plain.split(","):
            tokens = frozenset(TOKEN.findall(selector))
            if tokens and (part != "handout" or ".handout" in tokens):
                yield tokens


NEEDS = {part: set(needs(part)) for part in SOURCES}


def tokens_of(page: Element) -> set[str]:
    """Classes, ids and tags in a page, and those that its scripts make."""
    tokens = set()
    for element in page.iter():
        if isinstance(element.tag, str) and element.get("type") != "hidden":
            tokens |= {element.tag.rpartition("}")[2], f"#{element.get('id')}"}
            tokens |= {f".{name}" for name in element.get("class", "").split()}
        if script := re.match(r"/static/js/(\w+)\.", element.get("src", "")):
            tokens |= made_by(script[1])
    return tokens


def made_by(script: str) -> set[str]:
    code = (STATIC / f"js/{script}.js").read_text()
    names = re.findall(r'"([^"]*)"', " ".join(re.findall(r"className: ([^}]*)", code)))
    return {f".{name}" for name in " ".join(names).split()} | set(re.findall(r'make\("(\w+)"', code))


def forgotten(page: Element) -> set[str]:
    """Parts with a rule for something in the page, which the page does not name."""
    style, tokens = page.find(".//style").text, tokens_of(page)
    return {part for part in SOURCES if styles.style(part) not in style and any(n <= tokens for n in NEEDS[part])}


def answers(client) -> Iterator[tuple[str, HttpResponse]]:
    """What forms answer, which no link leads to."""
    for path in ("/search/?q=withdrawl", "/search/?q=zebrawood", MISSING):
        yield path, client.get(path)
    where = {"since": "48-72", "substance": "heroin"}
    yield "an answer", client.post("/phases/now/", where)
    yield "no answer", client.post("/phases/now/", {})
    yield "a sheet", client.post("/phases/now/check-in/", where | {"felt": ["sweating"]})
    yield "no sheet", client.post("/phases/now/check-in/", {})
    yield "no report", client.post("/feedback/", {"page": "/about/"})
    yield "a report", client.get("/feedback/thanks/?page=/about/")
    yield "errors", post_form(client, phone="12")
    sent = post_form(client, ("file_1", File(b"no picture")), email="zoe@example.com").url
    correct, withdraw = sent.replace("/sent/", "/correct/"), sent.replace("/sent/", "/withdraw/")
    for path in (sent, correct, withdraw, f"{sent}x"):
        yield path, client.get(path)
    yield "not corrected", client.post(correct, {"phone": "12"})
    client.post(withdraw)
    yield "withdrawn", client.get(sent)


@pytest.mark.django_db
def test_answer_of_a_form_names_the_parts_that_it_needs(client, guide):
    pages = {name: tree_of(response.content.decode()) for name, response in answers(client)}
    assert {name: parts for name, page in pages.items() if (parts := forgotten(page))} == {}


def test_part_that_a_page_forgets_is_found():
    page = f"<style>{styles.style('core')}</style><ol class=steps><li>x</li></ol><table></table>"
    assert forgotten(tree_of(f"<html>{page}</html>")) == {"emergency", "text"}
    assert {".sending", ".sending__buttons", ".button--quiet", ".dropped", "progress"} <= made_by("contact")
    page += "<script src=/static/js/contact.1.js></script>"
    assert forgotten(tree_of(f"<html>{page}</html>")) >= {"contact", "forms"}


@pytest.mark.parametrize(
    ("css", "kept"),
    [
        ('a { content: " : "; }', '" : "'),
        ('a { content:", "; }', '", "'),
        ('[title="a , b"] { color: red; }', '[title="a , b"]'),
        ('a { background: url("a;b: c.png"); }', 'url("a;b: c.png")'),
        ("@media (min-width: calc(10rem + 2px)) { a { color: red; } }", "(min-width:calc(10rem + 2px))"),
    ],
)
def test_minifier_changes_no_text_and_no_meaning(css, kept):
    assert kept in styles.minified(css)


def test_each_color_that_a_part_names_is_defined():
    css = "".join(SOURCES.values())
    assert set(re.findall(r"var\((--[\w-]+)", css)) <= set(re.findall(r"(--[\w-]+):", css))


def test_words_are_in_templates_so_that_they_are_translated():
    assert not re.findall(r'content: *"[^"]*[A-Za-z]{2}[^"]*"', "".join(SOURCES.values()))


def test_broken_rule_stops_the_start():
    with pytest.raises(ValueError, match="Unexpected token"):
        styles.minified("a { color red }")


def test_style_is_this_releases_own_whatever_was_collected_by_another(settings, tmp_path):
    """After a rollback, or before `prepare`, the collected files are of another release."""
    settings.STATIC_ROOT = tmp_path
    styles.load_all()
    assert all(styles.style(part) for part in SOURCES)


def test_parts_are_minified_and_plain_while_one_works_on_them(monkeypatch):
    source = SOURCES["core"]
    assert "/*" in source and styles.style("core") == styles.minified(source) != source
    monkeypatch.setattr(settings, "DEBUG", True)  # with no signal, which would make the template engines again
    assert styles.style("core", "text") == source + SOURCES["text"]


def test_screens_need_nothing_that_phones_of_2018_drop():
    """iOS 12 and Chrome 70 drop a whole rule for a selector, and a declaration for a property, unknown to them."""
    dropped = re.compile(r"[;{](?:(?:margin|padding|border)-(?:inline|block)|inset)[\w-]*:|:is\(|:where\(|:not\([^)]*,")
    flex_gap = re.compile(r"\{[^{}]*(?<![\w-])(?:gap|row-gap):[^{}]*\}")
    for part in SOURCES:
        screen = re.sub(r"@media print\{(?:[^{}]*\{[^{}]*\})*\}", "", styles.style(part))
        assert not dropped.findall(screen) and not flex_gap.findall(screen), part
