"""The guide in a real browser: on paper, at any size, and the pages one asks oneself."""

import re

import pytest
from playwright.sync_api import Error

from tests.browser import axe

PEAK = "/phases/peak-withdrawal/"


def pages_of(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf))


#: How many sheets of paper a page may take: one of each kind, the longest.
SHEETS = {
    PEAK: 2,
    "/phases/": 2,
    "/emergency/": 2,
    "/es/emergencia/": 2,
    "/plan/": 2,
    "/symptoms/nausea-and-vomiting/": 2,
    "/treatments/compare/": 2,
    "/card/": 1,
    "/articles/the-first-72-hours/": 4,
}


#: A4 holds more lines, but its lines are shorter: of each kind of page, one.
PAGES_ON_A4 = {PEAK, "/emergency/", "/treatments/compare/", "/card/", "/articles/the-first-72-hours/"}


def test_printed_page_takes_little_paper(look):
    visitor = look(1280)
    for path, most in SHEETS.items():
        visitor.open(path)
        for paper in ("Letter", "A4") if path in PAGES_ON_A4 else ("Letter",):
            assert pages_of(visitor.page.pdf(format=paper)) <= most, (path, paper)


#: What a printed page shows, and what it leaves out.
ON_PAPER = {
    PEAK: (
        (".urgent", ".hill", "#get-help", ".felt", ".safety", ".sources"),
        (".top", ".crumbs", ".contents", ".bottom", ".pager"),
    ),
    "/emergency/": ((".urgent", ".steps", "#warning-signs", "#lines", "#ten-title", ".sources"), (".to-print",)),
}


def test_printed_page_keeps_help_numbers_picture_and_sources_and_drops_menus(look):
    page = (visitor := look(1280)).page
    for path, (shown, hidden) in ON_PAPER.items():
        visitor.open(path)
        page.emulate_media(media="print")
        for name in shown:
            assert page.locator(name).first.is_visible(), (path, name)
        for name in hidden:
            assert not page.locator(name).first.is_visible(), (path, name)
    # of the emergency page, in larger print
    assert page.evaluate("parseFloat(getComputedStyle(document.querySelector('.steps p')).fontSize)") >= 12


def test_where_am_i_takes_a_choice_or_a_number_by_keyboard_without_scripts(look):
    visitor = look(360, java_script_enabled=False)
    page = visitor.page

    def ask(told: str) -> str:
        page.get_by_label("Heroin", exact=True).focus()
        page.keyboard.press("Space")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert page.url.endswith("/phases/now/"), told
        return " ".join(page.locator("h1").inner_text().split())

    visitor.open("/phases/now/")
    page.get_by_label("2 to 3 days ago").focus()
    page.keyboard.press("Space")
    assert "You may be in the hardest part" in ask("a choice")
    visitor.open("/phases/now/")
    page.get_by_text("Or a number").press("Enter")
    page.get_by_label("How long ago").focus()
    page.keyboard.type("30")
    assert "in the hardest part" in ask("a number")
    assert page.locator(".now").count() == 2  # at 30 hours two stages can be going on
    assert visitor.context.cookies() == []


def test_answer_and_sheet_break_no_rule_and_fit_a_screen_and_a_sheet_of_paper(look):
    """The sheet with all boxes checked, which is the longest."""
    visitor = look()
    visitor.open("/phases/now/")
    page = visitor.page
    page.get_by_label("12 to 24 hours ago").first.check()
    page.get_by_label("Heroin", exact=True).first.check()
    with page.expect_navigation():
        page.get_by_role("button", name="Show me").click()
    axe.check_phone_and_desk(page)
    with page.expect_navigation():
        page.get_by_role("button", name="Check in").click()
    assert page.get_by_label("When did you last use?").input_value() == "12-24"
    page.evaluate("document.querySelectorAll('[type=checkbox]').forEach(box => { box.checked = true })")
    with page.expect_navigation():
        page.get_by_role("button", name="Make my sheet").click()
    assert page.locator(".card").first.inner_text().startswith("Emergency: do this first")
    axe.check_phone_and_desk(page)
    assert page.locator(".symptom").count() > 15
    assert max(pages_of(page.pdf(format=paper)) for paper in ("Letter", "A4")) <= 2
    assert visitor.complaints == [] and visitor.context.cookies() == []


def test_call_and_first_step_come_within_half_a_phone_and_naloxone_within_one(look):
    """A phone shows 740 pixels, and the title of a page is at 150 at most."""
    visitor = look(360)
    visitor.open("/emergency/")
    title, step, spray = (
        visitor.page.get_by_role("heading", name=name, exact=True).bounding_box()
        for name in ("Overdose: what to do", "Try to wake them", "Give naloxone")
    )
    assert step["y"] + step["height"] - title["y"] <= 740 / 2 - 150
    assert spray["y"] + spray["height"] - title["y"] <= 740 - 150 + 5


def test_sheet_is_not_cached_on_going_back(look):
    """The browser has no copy to show; it asks before it sends the answers again."""
    visitor = look(360)
    visitor.open("/phases/now/check-in/")
    page = visitor.page
    page.get_by_label("Insomnia").check()
    with page.expect_navigation():
        page.get_by_role("button", name="Make my sheet").click()
    visitor.open("/about/")
    with pytest.raises(Error, match="ERR_CACHE_MISS"):
        page.go_back()
    page.wait_for_url("chrome-error:**")
    assert "What you feel" not in page.content()


def test_comparison_is_a_table_of_three_columns_on_a_phone_and_its_form_narrows_it(look):
    visitor = look(360)
    visitor.open("/treatments/compare/")
    page = visitor.page
    page.get_by_text("Choose what matters to you").click()
    page.get_by_label("Cravings").select_option("eases")
    with page.expect_navigation():
        page.get_by_role("button", name="Show what fits").click()
    assert page.url.endswith("cravings=eases&overdose_risk=")
    named = [text.split("\n")[0] for text in page.get_by_role("rowheader").all_inner_texts()]
    assert named == ["Methadone", "Buprenorphine", "Extended-release naltrexone"]
    assert page.get_by_role("columnheader").count() == 3
    assert page.get_by_label("Cravings").is_visible()


def test_link_stays_on_its_line_on_a_phone(look):
    visitor = look(360)
    visitor.open("/no-such-page/")
    line = visitor.page.get_by_role("listitem").filter(has_text="In danger now:")
    whole, part = line.bounding_box(), line.locator("a").bounding_box()
    assert part["y"] < whole["y"] + whole["height"] / 2


def test_search_message_is_clear_of_the_form(look):
    visitor = look(360)
    for asked in ("how+much+methadone", "buprenorphene"):
        visitor.open(f"/search/?q={asked}")
        question, said = (visitor.page.locator(name).bounding_box() for name in ("form.search", "form.search + p"))
        assert said["y"] - question["y"] - question["height"] >= 16, asked


#: The right edge of what one can read or press. At 1280 pixels a text ends at 832, the page at 1152.
EDGE = """() => Math.max(...[...document.querySelectorAll('main :is(a, label, select, summary)')]
    .filter(e => e.getClientRects().length).map(e => e.getBoundingClientRect().right))"""


def test_desk_has_something_beside_the_text(look):
    page = (visitor := look(1280)).page
    for path in ("/search/?q=sick", "/treatments/compare/", "/symptoms/nausea-and-vomiting/"):
        visitor.open(path)
        assert page.evaluate(EDGE) > 1000, path
