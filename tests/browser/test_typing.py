"""Words typed in the admin outlive a closed tab and the end of a session; leaving with unsaved ones asks first."""

from playwright.sync_api import expect

#: A form without a preview, and one with.
TERM = "/admin/editorial/glossaryterm/1/change/"
ARTICLE = "/admin/articles/article/1/change/"


def test_words_typed_are_offered_after_the_tab_was_closed(staff):
    page = staff.page
    page.set_viewport_size({"width": 390, "height": 800})
    staff.open(TERM)
    page.fill("#id_meaning", "Typed by thumb.")
    page.get_by_text("not saved yet").wait_for()
    staff.another_tab()
    staff.open(TERM)
    staff.page.get_by_role("link", name="Bring it back").click()
    expect(staff.page.locator("#id_meaning")).to_have_value("Typed by thumb.")
    staff.open(TERM)
    staff.page.get_by_text("Throw it away").click()  # one press deletes nothing
    staff.page.get_by_role("button", name="Delete what I typed for good").click()
    expect(staff.page.get_by_text("Bring it back")).to_have_count(0)


def test_leaving_with_unsaved_words_asks_first(staff):
    staff.open(TERM)
    page = staff.page
    page.fill("#id_meaning", "Other words.")
    page.get_by_role("link", name="History").click()
    page.locator("h1", has_text="Change history").wait_for()
    assert staff.asked_before_leaving == 1
    staff.open("/admin/")
    assert staff.asked_before_leaving == 1


def test_session_that_ends_while_typing_says_so_and_loses_nothing(staff):
    staff.open(TERM)
    page = staff.page
    page.fill("#id_meaning", "Typed before the session ended.")
    page.get_by_text("not saved yet").wait_for()
    cookies = staff.context.cookies()
    staff.context.clear_cookies()
    page.locator("#id_meaning").press_sequentially(" And after.")
    page.get_by_text("You are signed out").get_by_role("link", name="Sign in").wait_for()
    with page.expect_response(page.url):  # the page looks whether it is signed in again
        page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_timeout(500)
    assert page.input_value("#id_meaning").endswith(" And after.")  # not sent to be lost
    staff.context.add_cookies(cookies)
    page.locator("#id_meaning").press_sequentially(" And again.")
    page.get_by_text("not saved yet").wait_for()
    staff.another_tab()
    staff.open(TERM + "?_bring_back")
    assert staff.page.input_value("#id_meaning").startswith("Typed before the session ended.")


def test_text_too_long_to_be_saved_stays_on_the_page_and_the_reason_is_said(staff):
    staff.open(TERM)
    page = staff.page
    page.fill("#id_meaning", "Long. " * 200_000)
    page.get_by_text("Too long to be kept or saved.").wait_for()
    with page.expect_response(f"{page.url}typing/"):
        page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_timeout(500)
    assert len(page.input_value("#id_meaning")) == 1_200_000 and "/change/" in page.url
    page.fill("#id_meaning", "Short.")
    page.get_by_text("not saved yet").wait_for()


def test_save_without_a_connection_keeps_the_words_and_says_in_sight_that_nothing_is_saved(staff):
    staff.open(ARTICLE)
    page = staff.page
    staff.context.set_offline(True)
    page.fill("#id_summary", "Typed on a train, and saved only when the train had left its long tunnel.")
    page.get_by_role("button", name="Save as a draft").click()
    expect(page.locator("#typing-said")).to_contain_text("Not saved: your words stay here")
    page.locator("#id_title").focus()
    assert page.locator("#typing-said").evaluate("each => each.getBoundingClientRect().bottom <= innerHeight")
    staff.context.set_offline(False)
    page.get_by_role("button", name="Save as a draft").click()
    page.locator(".messagelist").first.wait_for()
    assert page.input_value("#id_summary").startswith("Typed on a train")
    assert page.get_by_text("Bring it back").count() == 0


def test_long_form_is_kept_when_its_tab_is_hidden(staff):
    staff.open(ARTICLE)
    page = staff.page
    page.fill("#id_body", "A long text. " * 8_000)
    page.evaluate("Object.defineProperty(document, 'hidden', {value: true})")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.get_by_text("not saved yet").wait_for()
    assert staff.complaints == []
    staff.another_tab()
    staff.open(ARTICLE + "?_bring_back")
    assert len(staff.page.input_value("#id_body")) > 100_000
