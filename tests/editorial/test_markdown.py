"""One function makes HTML of Markdown. Whatever a text holds, nothing in it runs."""

import re

import pytest

from editorial.text import markdown
from editorial.text.markdown import PageText, cited_keys, markdownify, plain_text

pytestmark = pytest.mark.any_backend

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><circle/></svg>",
    "<iframe src='https://evil.example'></iframe>",
    "<a href='javascript:alert(1)'>x</a>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:msgbox(1))",
    "![x](https://evil.example/pixel.png)",
    "![x](//evil.example/pixel.png)",
    '![x](/media/a.png" onerror="alert(1))',
    "<style>body{display:none}</style>",
    "<form action=https://evil.example><input></form>",
    '<p style="position:fixed" onclick="alert(1)">x</p>',
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "[a]: javascript:alert(1)\n\n[a]",
    "<https://evil.example/><b onmouseover=alert(1)>",
    "\x00<script>alert(1)</script>",
    "[@a<img src=x onerror=alert(1)>]",
    '[@a"onmouseover="alert(1)]',
]


@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_hostile_text_is_harmless(text):
    import html5lib

    tree = html5lib.parseFragment(PageText().render(text).html, namespaceHTMLElements=False)
    for element in tree.iter():
        assert element.tag not in {"script", "iframe", "svg", "math", "style", "form", "input", "object"}
        for name, value in element.attrib.items():
            assert not name.startswith("on") and name != "style"
            if name == "href":
                assert value.startswith(("https://", "mailto:", "tel:", "sms:", "/", "#"))
            if name == "src":
                assert value.startswith(("/media/", "/static/"))


def test_markdown_raw_html_is_shown_as_text():
    assert "&lt;script&gt;" in PageText().render("<script>x</script>").html


def test_markdown_picture_of_our_own_is_kept():
    assert 'src="/media/pictures/a.png"' in PageText().render("![a](/media/pictures/a.png)").html


def test_markdown_title_becomes_a_section():
    html = PageText().render("# One\n\n## Two").html
    assert "<h1" not in html
    assert html.count("<h2") == 2


def test_citations_are_numbered_in_order_over_the_whole_page():
    page = PageText()
    page.render("One.[@b-2] Two.[@a-1; @b-2]")
    second = page.render("Three.[@c][@a-1]").html
    assert list(page.numbers) == ["b-2", "a-1", "c"]
    assert 'href="#source-3"' in second and 'href="#source-2"' in second


def test_text_is_converted_once_however_pages_number_its_sources(monkeypatch):
    text, made, converter = "Met on two pages.[@m-1; @m-2]", [], markdown.Markdown
    monkeypatch.setattr(markdown, "Markdown", lambda **options: made.append(text) or converter(**options))
    for number, other in enumerate(("n-1", "n-2", "n-3")):
        page = PageText(numbers={f"{other}-{place}": place for place in range(1, number + 1)})
        assert f'href="#source-{number + 2}"' in page.render(text).html
        assert page.numbers["m-1"] == number + 1
    assert made == [text]


def test_new_source_behind_others_takes_the_next_free_number():
    page = PageText(numbers={"one": 1, "two": 2})
    assert "[3]" in page.render("Text.[@three]").html and page.numbers["three"] == 3
    assert "[2]" in page.render("Text.[@two]").html and len(page.numbers) == 3


@pytest.mark.parametrize("text", ["> Two [@b;\n> @c] here.", "[\x02@b] and [@\x03c]", "* [@b]\n\n    [@c;\n    @b]"])
def test_citation_that_markdown_joins_is_numbered_behind_the_others(text):
    page = PageText()
    page.render("First [@a].")
    html = page.render(text).html
    assert page.numbers == {"a": 1, "b": 2, "c": 3} and "#source-1" not in html


def test_heading_ids_are_unique_over_the_whole_page():
    page = PageText()
    first = page.render("## What helps").headings[0].id
    second = page.render("## What helps").headings[0].id
    assert (first, second) == ("what-helps", "what-helps-2")


def test_section_marked_more_is_folded_up_to_the_next_heading():
    rendered = PageText().render("Seen.\n\n## *Why* so {more}\n\nFolded.[@a]\n\n### Sub\n\n- One\n\n## Next\n\nSeen.")
    fold, seen = (
        re.search("<details.*?</details>", rendered.html, re.S)[0],
        re.sub("<details.*</details>", "", rendered.html, flags=re.S),
    )
    assert re.match(r'<details class="fold">\s*<summary>\s*<h2 id="why-so"><em>Why</em> so</h2>\s*</summary>', fold)
    assert all(words in fold for words in ("Folded.", "#source-1", '<h3 id="sub">', "One"))
    assert "Next" in seen and [heading.id for heading in rendered.headings] == ["next"]


@pytest.mark.parametrize(
    "text", ["## {more}", "### Sub {more}", "Text {more}", "> ## Quoted {more}", "<details open>", "## More"]
)
def test_nothing_else_makes_a_fold(text):
    assert "<details" not in PageText().render(text).html


def test_markdown_rendered_twice_from_one_page_text_keeps_no_state_of_the_first():
    page = PageText()
    page.render("[a]: https://example.org\n\n[a]")
    assert "https://example.org" not in page.render("[a]").html


def test_citations_are_numbered_in_the_order_in_which_they_are_read():
    text = "First.[@a]\n\n- One.[@b]\n- **Two**[@c] and three.[@d]\n\nBetween.[@e]\n\n"
    text += "| A[@f] |\n|---|\n| B[@g] |\n\nLast.[@h]"
    html = PageText().render(text).html
    assert re.findall(r"\[(\d)\]", html) == list("12345678")


def test_cited_keys_finds_every_key():
    assert cited_keys("a [@one; @two]", "b [@three] mail@example.org") == {"one", "two", "three"}


def test_plain_text_has_no_markup_and_no_citation():
    assert plain_text("## Rest\n\nDrink *water* & rest.[@a]") == "Rest Drink water & rest."


@pytest.mark.django_db
def test_preview_marks_an_unknown_source():
    assert "unknown source: no-such" in markdownify("A claim.[@no-such]")


def test_heading_with_signs_and_citations_is_plain_in_the_contents_list():
    heading = PageText().render("## Aches & pains[@a] at 5 < 6").headings[0]
    assert (heading.text, heading.id) == ("Aches & pains at 5 < 6", "aches-pains-at-5-6")


def test_period_after_a_phone_number_stays_on_its_line():
    number = '<a href="tel:+18006624357">1-800-662-4357</a>'
    html = PageText().render("Call [1-800-662-4357](tel:+18006624357). Or [911](tel:911).").html
    assert f'<span class="whole">{number}.</span> Or <a href="tel:911">911</a>.' in html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("\tIt lasts days.[@a-source]", "<p>It lasts days.<sup"),  # as Word begins a paragraph
        ("    Call\n    [911](tel:911).", '<p>Call\n<a href="tel:911">'),
        ("\t- Rest\n\t- Drink", "<li>Drink</li>"),
        ("Words.\n\n\t\t\tMore.\n\tLast.", "<p>More.\nLast.</p>"),
        ("- Rest\n\n    - Drink", "<ul>\n<li>Drink</li>"),
    ],
)
def test_indented_text_is_no_code(text, html):
    assert html in PageText().render(text).html
    assert "<code>" not in PageText().render(text).html
    assert cited_keys(text) == {"a-source"} or "@" not in text
