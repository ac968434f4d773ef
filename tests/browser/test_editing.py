"""The admin under the same strict policy as the rest: it works, and nothing in a text runs."""

from playwright.sync_api import expect

HOSTILE = "## A heading\n\n<img src=x onerror=alert(1)><script>alert(2)</script> [x](javascript:alert(3)) **bold**"


def test_preview_follows_what_is_typed_and_runs_nothing(staff):
    staff.open("/admin/articles/article/add/")
    page = staff.page
    page.set_viewport_size({"width": 1100, "height": 800})  # on a wider screen the whole page is shown instead
    page.fill("#id_body", HOSTILE)
    preview = page.locator(".field-body .markdownx-preview")
    preview.locator("strong", has_text="bold").wait_for()
    expect(preview.locator("h2")).to_have_text("A heading")
    assert preview.locator("script, img").count() == 0
    page.focus("#id_body")
    page.keyboard.press("Tab")  # by keyboard, one gets out of the text
    assert page.input_value("#id_body") == HOSTILE
    assert page.evaluate("document.activeElement.id") != "id_body"
    assert staff.complaints == []


def test_preview_is_asked_for_once_its_text_is_in_view(staff):
    staff.open("/admin/phases/phase/3/change/")
    page = staff.page
    page.wait_for_load_state("networkidle")
    assert [sent.url for sent in staff.sent if "markdownx" in sent.url] == []
    page.locator("summary", has_text="Overview").click()
    expect(page.locator(".field-overview .markdownx-preview p").first).to_be_attached()
    assert staff.complaints == []


def test_symptom_added_has_a_live_preview_too_and_wrong_hours_in_a_closed_one_are_shown(staff):
    staff.open("/admin/phases/phase/3/change/")
    page = staff.page
    page.locator("#symptoms-group summary").first.click()
    page.get_by_role("button", name="Add another Symptom").click()
    row = page.locator(".dynamic-symptoms").last
    row.locator("textarea[name$=description]").fill("**felt strongly**")
    row.locator(".markdownx-preview strong", has_text="felt strongly").wait_for(state="attached")
    assert staff.complaints == []
    row = page.locator(".dynamic-symptoms").first
    assert not row.locator("input[name$=begins]").is_visible()
    page.evaluate("document.querySelector('input[name$=\"-0-begins\"]').value = ''")
    with page.expect_navigation():
        page.get_by_role("button", name="Save and continue editing").click()
    expect(row.locator("input[name$=begins]")).to_be_visible()
    expect(row.locator(".errorlist").first).to_be_visible()
