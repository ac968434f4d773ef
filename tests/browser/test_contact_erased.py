"""A page left open while its request was taken back elsewhere: a file that a script sends from it meets the truth."""

from playwright.sync_api import expect

from tests.browser.asking import card, done, fill, photo, press


def test_file_for_a_request_withdrawn_meanwhile_leads_to_that_page(visit, tmp_path):
    person = visit(360)
    page = person.page
    person.open("/contact/")
    fill(page)
    press(page)
    done(page)
    page.request.post(page.url.replace("/sent/", "/withdraw/"))
    card(page).set_input_files(photo(tmp_path, 100_000))
    page.get_by_role("button", name="Send the file").click()
    expect(page.locator("h1")).to_have_text("Your request is erased")
    assert "is safe" not in page.locator("main").inner_text()
    assert page.get_by_role("button", name="Try it again").count() == 0
