"""Asking for a call where scripts run: the text goes first, then each file, and nothing that breaks costs a word."""

import re

from playwright.sync_api import expect

from tests.browser.asking import (
    card,
    done,
    fill,
    is_chosen,
    open_parts,
    photo,
    press,
    requests_kept,
)

SLOW = 20_000  # bytes a second: what is to be seen meanwhile is there for a minute


def test_text_is_sent_and_stored_before_the_first_file_begins(person, site, tmp_path):
    page, before = person.page, requests_kept(site)
    counts = []

    def look(route) -> None:
        counts.append(requests_kept(site))
        route.continue_()

    page.route("**/contact/sent/**", lambda route: look(route) if route.request.method == "POST" else route.continue_())
    fill(page)
    card(page).set_input_files(photo(tmp_path, 300_000))
    card(page, "back").set_input_files(photo(tmp_path, 400_000, "back.png"))
    press(page)
    text = done(page)
    assert counts == [before + 1, before + 1]
    paths = [request.url.split("?")[0].removeprefix(site.url) for request in person.sent]
    assert paths == ["/contact/", "/contact/sent/", "/contact/sent/"]
    assert text.count("We have it: PNG") == 2
    assert requests_kept(site) == before + 1
    assert person.complaints == []
    assert person.context.cookies() == []


def test_progress_is_shown_with_bytes_and_time_left_and_the_sending_is_stopped(person, tmp_path):
    page = person.page
    person.slow_down(4 * SLOW)
    fill(page)
    card(page).set_input_files(photo(tmp_path, 2_000_000))
    press(page)
    expect(page.get_by_role("status")).to_contain_text("Sending the photo of your insurance card: front.")
    expect(page.get_by_role("status")).to_contain_text("Your request is safe already.")
    for shown in (page.locator("h1"), page.get_by_role("status"), page.get_by_role("button", name="Stop sending it")):
        expect(shown).to_be_in_viewport(ratio=1)
    expect(page.locator(".sending .hint")).to_have_text(
        re.compile(r"^(\d+ KB|1\.\d MB) of 2\.0 MB, about \d+ seconds left$"), timeout=20_000
    )
    assert 0 < page.get_by_role("progressbar").evaluate("bar => bar.value") < 1
    assert page.get_by_role("progressbar").get_attribute("aria-label") == "Photo of your insurance card: front"
    expect(page.locator(".sending")).to_be_focused()
    page.get_by_role("button", name="Stop sending it").click()
    page.get_by_role("button", name="Go on without it").click()
    assert "We have it" not in done(page)
    assert card(page).count() == 1  # it can be added from here
    assert person.complaints == []


def once(page, address: str, act) -> None:
    """What happens to the first form that is sent there."""
    left = [act]
    page.route(address, lambda route: (left.pop() if left and route.request.method == "POST" else go_on)(route))


def go_on(route) -> None:
    route.continue_()


def test_connection_that_breaks_inside_a_file_is_said_and_the_file_is_sent_again(person, site, tmp_path):
    page, before = person.page, requests_kept(site)
    once(page, "**/contact/sent/**", lambda route: route.abort("connectionreset"))
    fill(page)
    card(page).set_input_files(photo(tmp_path, 100_000))
    press(page)
    expect(page.get_by_role("status")).to_contain_text(
        "Photo of your insurance card: front. It did not arrive: the sending broke off. Your request is safe."
    )
    page.get_by_role("button", name="Try it again").click()
    assert "We have it: PNG" in done(page)
    assert requests_kept(site) == before + 1


def test_no_connection_costs_not_a_word(person, site, tmp_path):
    page, before = person.page, requests_kept(site)
    fill(page, name="Sam Ó Súilleabháin")
    page.get_by_label("Evening").check()
    page.get_by_label("Anything we need to know?").fill("After three")
    card(page).set_input_files(photo(tmp_path))
    person.context.set_offline(True)
    press(page)
    expect(page.locator(".dropped")).to_have_text(
        "The connection dropped. All that you typed is still here. Try again, or call us."
    )
    assert page.get_by_label("Your name").input_value() == "Sam Ó Súilleabháin"
    assert page.get_by_label("Evening").is_checked() and is_chosen(page)
    assert page.get_by_label("Anything we need to know?").input_value() == "After three"
    person.context.set_offline(False)
    press(page)
    text = done(page)
    assert "We have it: PNG" in text and "Sam Ó Súilleabháin" in text
    assert requests_kept(site) == before + 1


def test_answer_that_is_lost_makes_no_second_request(person, site):
    page, before = person.page, requests_kept(site)

    def lose(route) -> None:
        route.fetch()  # it arrives; the answer does not
        route.abort("connectionreset")

    once(page, "**/contact/", lose)
    fill(page)
    press(page)
    expect(page.locator(".dropped")).to_contain_text("The connection dropped.")
    assert requests_kept(site) == before + 1
    press(page)
    done(page)
    assert requests_kept(site) == before + 1


def test_file_is_added_later_unless_the_request_was_withdrawn_meanwhile(person, tmp_path):
    page = person.page
    fill(page)
    press(page)
    done(page)
    card(page).set_input_files(photo(tmp_path, 100_000))
    page.get_by_role("button", name="Send the file").click()
    expect(page.locator("main")).to_contain_text("We have it: PNG")
    assert card(page).count() == 0 and card(page, "back").count() == 1
    assert person.complaints == []
    page.request.post(page.url.replace("/sent/", "/withdraw/"))
    card(page, "back").set_input_files(photo(tmp_path, 100_000))
    page.get_by_role("button", name="Send the file").click()
    expect(page.locator("h1")).to_have_text("Your request is erased")
    assert "is safe" not in page.locator("main").inner_text()
    assert page.get_by_role("button", name="Try it again").count() == 0


def test_second_tap_on_send_leads_nowhere(person, tmp_path):
    """What is under the finger once the form has gone is no link of the page's foot: it would end the sending."""
    page = person.page
    fill(page)
    press(page)
    done(page)
    person.slow_down(SLOW)
    card(page).set_input_files(photo(tmp_path, 300_000))
    page.get_by_role("button", name="Send the file").dblclick(delay=50, no_wait_after=True)
    expect(page.get_by_role("status")).to_contain_text("Sending the photo of your insurance card: front.")
    for link in page.locator("footer a").all():
        expect(link).not_to_be_in_viewport()


NOT_TAKEN = "It is not a PDF, JPEG, PNG, HEIC, WebP or AVIF file."
REFUSED = [
    ("large.pdf", 32 * 1024 * 1024, "It is larger than 32 MB."),
    *((name, 10, NOT_TAKEN) for name in ("film.mov", "letter.docx", "picture.gif")),
]
TAKEN = "card.pdf card.JPG card.jpeg card.png IMG_1.HEIC IMG_2.heif a.webp b.avif image".split()


def test_file_is_refused_before_it_is_sent_where_the_server_would_refuse_it(person, tmp_path):
    page = person.page
    open_parts(page)
    for name, size, words in REFUSED:
        card(page).set_input_files(photo(tmp_path, size, name))
        expect(page.get_by_role("alert").first).to_contain_text(words)
        assert not is_chosen(page), name
        card(page).set_input_files(photo(tmp_path))
        expect(page.get_by_role("alert").first).to_have_text("")
        assert is_chosen(page), name
    for name in TAKEN:
        card(page).set_input_files([])
        card(page).set_input_files(photo(tmp_path, 0, name))
        assert is_chosen(page), name
        assert page.get_by_role("alert").first.inner_text() == "", name
    assert person.sent == [] and person.complaints == []


def test_file_that_only_looks_right_is_refused_by_the_server_and_the_call_is_kept(person, site, tmp_path):
    page, before = person.page, requests_kept(site)
    (fake := tmp_path / "card.png").write_bytes(b"GIF89a" + bytes(2000))
    fill(page)
    card(page).set_input_files(fake)
    press(page)
    expect(page.get_by_role("status")).to_contain_text(
        "Photo of your insurance card: front. It is one of the kinds we do not take"
    )
    page.get_by_role("button", name="Go on without it").click()
    assert "It did not go through." in done(page)
    assert requests_kept(site) == before + 1
