"""Leaving, the private version, words explained in place and the pocket card, as a reader's browser has them."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import expect

from privateversion import codes
from tests.browser import axe


@pytest.fixture
def elsewhere():
    """Another site on this machine: its address, and the headers of each page it was asked for."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(dict(self.headers))
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<title>Weather</title>")

        def log_message(self, *args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/", asked
        server.shutdown()


@pytest.mark.parametrize("scripts", [True, False])
def test_leave_goes_to_the_other_site_at_once_without_a_referrer(visit, elsewhere, scripts):
    """The answer is the site's own but for the place it leads to, as no test may leave this machine."""
    address, asked = elsewhere
    visitor = visit(360, java_script_enabled=scripts)

    def lead(route):
        answer = route.fetch(max_redirects=0)
        assert answer.status == 303 and answer.headers["location"].startswith("https://")
        route.fulfill(status=303, headers=answer.headers | {"location": address})

    visitor.context.route("**/leave/", lead)
    if scripts:
        visitor.page.clock.install(time=0)
        visitor.page.clock.pause_at(1000)  # no script of the page waits for anything: no timer ends
    visitor.open("/phases/peak-withdrawal/")
    visitor.page.get_by_role("link", name="Leave this page").click()
    visitor.page.wait_for_url(address)
    assert visitor.page.title() == "Weather"
    assert not any("Referer" in headers for headers in asked)


def test_leave_replaces_the_page_in_the_tabs_history(visit):
    visitor = visit(360)
    visitor.open("/about/")
    visitor.open("/phases/peak-withdrawal/")
    before = visitor.page.evaluate("history.length")
    # The way out is answered here, as no test may leave this machine.
    visitor.context.route(
        "**/leave/", lambda route: route.fulfill(body="<title>Weather</title>", content_type="text/html")
    )
    visitor.page.get_by_role("link", name="Leave this page").click()
    visitor.page.wait_for_url("**/leave/")
    assert visitor.page.evaluate("history.length") == before
    visitor.page.go_back()
    assert visitor.page.url.endswith("/about/")


def test_private_version_fits_and_breaks_no_rule(look):
    visitor = look(360)
    for path in ("/", "/phases/now/", "/search/", "/contact/", "/articles/the-first-72-hours/"):
        visitor.open(codes.private(path))
        assert visitor.page.title() == "Notes"
        assert visitor.fits(), path
        axe.check_light_and_dark(visitor.page, path)
    assert visitor.complaints == [] and visitor.context.cookies() == []


def test_private_search_by_hand_keeps_words_out_of_the_address(look):
    visitor = look(360, java_script_enabled=False)
    visitor.open(codes.private("/search/"))
    page = visitor.page
    page.get_by_label("What are you looking for?").fill("the shits")
    page.keyboard.press("Enter")
    page.wait_for_selector(".results")
    assert "shits" not in page.url and page.title() == "Notes"
    page.locator(".results a").first.click()
    page.wait_for_selector("h1")
    assert page.url.startswith(f"{visitor.site.url}/n/") and page.title() == "Notes"


def test_term_is_explained_in_place_without_scripts(look):
    visitor = look(360, java_script_enabled=False)
    visitor.open("/articles/the-first-72-hours/")
    page = visitor.page
    word = page.locator("a.word").first
    word.scroll_into_view_if_needed()
    place = word.bounding_box()["y"]
    word.click()
    meaning = page.locator(".words div:target")
    meaning.wait_for()
    box = meaning.bounding_box()
    assert box["y"] >= 0 and box["y"] + box["height"] <= 801
    assert abs(word.bounding_box()["y"] - place) < 5  # the text did not move away
    meaning.get_by_role("link", name="Back to the text").click()
    expect(page.locator(".words div:target")).to_have_count(0)


def test_explained_word_breaks_no_rule(look):
    visitor = look(360)
    visitor.open("/articles/the-first-72-hours/#word-fentanyl")
    axe.check_light_and_dark(visitor.page)


def test_card_is_whole_on_one_screen_of_a_phone_and_on_a_quarter_of_a_sheet(look):
    visitor = look(360)
    page = visitor.page
    visitor.open("/card/")
    box = page.locator(".pocket").bounding_box()
    assert box["y"] + box["height"] <= 740 and box["width"] <= 360
    page.set_viewport_size({"width": 1280, "height": 800})
    for path in ("/card/", "/es/tarjeta/"):
        visitor.open(path)
        page.emulate_media(media="print")
        box = page.locator(".pocket").bounding_box()
        assert box["width"] <= 4.25 * 96 and box["height"] <= 5.5 * 96
        assert page.evaluate("(e => e.scrollHeight <= e.clientHeight + 1)(document.querySelector('.pocket'))"), path
        for part in (".top", ".bottom", ".sources"):
            assert not page.locator(part).is_visible()


def test_file_to_keep_works_from_the_disk(look, tmp_path):
    visitor = look(360)
    visitor.open("/")
    with visitor.page.expect_download() as download:
        visitor.page.get_by_role("link", name="Keep the guide as a file").click()
    assert download.value.suggested_filename == "notes.html"
    path = tmp_path / "notes.html"
    download.value.save_as(path)
    asked = []
    visitor.page.on("request", lambda request: asked.append(request.url))
    visitor.page.goto(path.as_uri())
    assert asked == [path.as_uri()]
    assert visitor.page.evaluate("getComputedStyle(document.body).maxWidth") == "672px"  # 42 rem: the style is in force
    assert visitor.fits()
    axe.check(visitor.page)
    assert visitor.complaints == []
