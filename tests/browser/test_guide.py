"""The guide in a real browser: on paper, at any size, and the pages one asks oneself."""

import re

import pytest
from playwright.sync_api import Error, expect

from tests.browser import axe

PEAK = "/phases/peak-withdrawal/"


def pages_of(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf))


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/phases/initial-withdrawal/", 2),
        (PEAK, 2),
        ("/phases/post-acute-withdrawal/", 2),
        ("/phases/", 2),
        ("/emergency/", 2),
        ("/plan/", 2),
        ("/symptoms/nausea-and-vomiting/", 2),
        ("/treatments/compare/", 2),
        ("/card/", 1),
        ("/articles/the-first-72-hours/", 4),
        ("/articles/helping-someone-through-withdrawal/", 2),
    ],
)
def test_printed_page_takes_little_paper(look, path, most):
    visitor = look(1280)
    visitor.open(path)
    for paper in ("Letter", "A4"):
        assert pages_of(visitor.page.pdf(format=paper)) <= most, paper


def test_handout_keeps_help_numbers_picture_and_sources_and_drops_menus(visit):
    visitor = visit(1280)
    visitor.open(PEAK)
    page = visitor.page
    page.emulate_media(media="print")
    for name in (".urgent", ".hill", "#get-help", ".felt", ".safety", ".sources"):
        assert page.locator(name).first.is_visible(), name
    for name in (".top", ".crumbs", ".contents", ".bottom", ".pager"):
        assert not page.locator(name).first.is_visible(), name


def test_where_am_i_takes_an_exact_number_by_keyboard(visit):
    visitor = visit(360, java_script_enabled=False)
    visitor.open("/phases/now/")
    page = visitor.page
    page.get_by_text("Or a number").click()
    page.get_by_label("How long ago").fill("30")
    page.get_by_label("Heroin", exact=True).check()
    with page.expect_navigation():
        page.get_by_role("button", name="Show me").click()
    assert "in the hardest part" in " ".join(page.locator("h1").inner_text().split())
    assert page.locator(".now").count() == 2  # at 30 hours two stages can be going on
    assert page.url.endswith("/phases/now/")


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1280, "dark")])
def test_answer_and_sheet_break_no_rule_and_fit(visit, width, scheme):
    visitor = visit(width, scheme)
    visitor.open("/phases/now/")
    page = visitor.page
    page.get_by_label("12 to 24 hours ago").first.check()
    page.get_by_label("Heroin", exact=True).first.check()
    with page.expect_navigation():
        page.get_by_role("button", name="Show me").click()
    _assert_sound(page)
    with page.expect_navigation():
        page.get_by_role("button", name="Check in").click()
    assert page.get_by_label("When did you last use?").input_value() == "12-24"
    page.get_by_label("A seizure").check()
    page.get_by_label("Insomnia").check()
    with page.expect_navigation():
        page.get_by_role("button", name="Make my sheet").click()
    assert page.locator(".card").first.inner_text().startswith("Emergency: do this first")
    _assert_sound(page)
    assert pages_of(page.pdf(format="Letter")) <= 2
    assert visitor.complaints == [] and visitor.context.cookies() == []


def test_sheet_with_all_boxes_checked_prints_on_one_sheet_of_paper(visit):
    visitor = visit(1280)
    visitor.open("/phases/now/check-in/")
    page = visitor.page
    for box in page.locator("input[type=checkbox]").all():
        box.check()
    with page.expect_navigation():
        page.get_by_role("button", name="Make my sheet").click()
    assert page.locator(".symptom").count() > 15
    assert max(pages_of(page.pdf(format=paper)) for paper in ("Letter", "A4")) <= 2


def test_emergency_page_on_paper_keeps_signs_steps_and_lines_in_larger_print(visit):
    visitor = visit(1280)
    visitor.open("/emergency/")
    page = visitor.page
    page.emulate_media(media="print")
    for name in (".urgent", ".steps", "#warning-signs", "#lines", "#ten-title", ".sources"):
        assert page.locator(name).first.is_visible(), name
    assert not page.locator(".to-print").is_visible()
    assert page.evaluate("parseFloat(getComputedStyle(document.querySelector('.steps p')).fontSize)") >= 12


def test_call_and_first_step_come_within_half_a_phone_and_naloxone_within_one(visit):
    """A phone shows 740 pixels, and the title of a page is at 150 at most."""
    visitor = visit(360)
    visitor.open("/emergency/")
    title, step, spray = (
        visitor.page.get_by_role("heading", name=name, exact=True).bounding_box()
        for name in ("Overdose: what to do", "Try to wake them", "Give naloxone")
    )
    assert step["y"] + step["height"] - title["y"] <= 740 / 2 - 150
    assert spray["y"] + spray["height"] - title["y"] <= 740 - 150 + 5


def test_check_in_left_empty_leads_to_its_first_question(visit):
    visitor = visit(360)
    visitor.open("/phases/now/check-in/")
    page = visitor.page
    with page.expect_navigation():
        page.get_by_role("button", name="Make my sheet").click()
    page.get_by_role("link", name="Check at least one thing").click()
    expect(page.locator(":focus")).to_have_attribute("name", "danger")
    _assert_sound(page)


def test_sheet_is_not_cached_on_going_back(visit):
    """The browser has no copy to show; it asks before it sends the answers again."""
    visitor = visit(360)
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


def test_comparison_is_a_table_of_three_columns_on_a_phone_and_its_form_narrows_it(visit):
    visitor = visit(360)
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


def _assert_sound(page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    axe.check(page)


def test_link_stays_on_its_line_on_a_phone(visit):
    visitor = visit(360)
    visitor.open("/no-such-page/")
    line = visitor.page.get_by_role("listitem").filter(has_text="In danger now:")
    whole, part = line.bounding_box(), line.locator("a").bounding_box()
    assert part["y"] < whole["y"] + whole["height"] / 2


@pytest.mark.parametrize("asked", ["how+much+methadone", "buprenorphene"])
def test_search_message_is_clear_of_the_form(visit, asked):
    visitor = visit(360)
    visitor.open(f"/search/?q={asked}")
    question, said = (visitor.page.locator(name).bounding_box() for name in ("form.search", "form.search + p"))
    assert said["y"] - question["y"] - question["height"] >= 16
