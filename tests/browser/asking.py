"""What a person does on the page that asks for a call."""

import re
import urllib.request
from collections.abc import Iterable
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests import state
from tests.callbacks.helpers import CONTENT_TYPE, File, body, fields
from tests.callbacks.samples import PNG
from tests.served import Site


def fill(page: Page, name: str = "Sam", phone: str = "(212) 555-0123") -> None:
    """Opens the optional parts too."""
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Phone number").fill(phone)
    open_parts(page)


def open_parts(page: Page) -> None:
    closed = page.locator(".ask__more:not([open]) > summary")
    while closed.count():
        closed.first.click()


def card(page: Page, side: str = "front") -> Locator:
    return page.get_by_label(f"Photo of your insurance card: {side}")


def send(page: Page) -> None:
    """Waits, as the click itself does, for the page that answers: 200 MB take a minute on a busy machine."""
    with page.expect_navigation(timeout=240_000):
        press(page, timeout=240_000)


def press(page: Page, timeout: float | None = None) -> None:
    page.get_by_role("button", name="Ask for a call").first.click(timeout=timeout)


def photo(folder: Path, size: int = 0, name: str = "card.png") -> Path:
    """A picture of at least this many bytes."""
    (path := folder / name).write_bytes(PNG + bytes(size))
    return path


def requests_kept(site: Site) -> int:
    return state.rows(site.var, "SELECT COUNT(*) FROM callbacks_callbackrequest")[0][0]


ROBIN = {"name": "Robin <script>alert(1)</script>", "zone": "Pacific/Honolulu", "leave": None}


def ask(site: Site, message: str = "<img src=x onerror=alert(2)>", files: Iterable[tuple[str, File]] = ()) -> str:
    """Robin asks for a call, without a browser, and should have had it by now; the reference."""
    with urllib.request.urlopen(f"{site.url}/contact/") as page:
        token = re.search(r'name="token" value="([^"]+)', page.read().decode())[1]
    form = body(fields(**ROBIN, message=message, token=token), *files)
    urllib.request.urlopen(urllib.request.Request(f"{site.url}/contact/", form, {"Content-Type": CONTENT_TYPE})).close()
    newest = "received_at = (SELECT MAX(received_at) FROM callbacks_callbackrequest)"
    state.rows(site.var, f"UPDATE callbacks_callbackrequest SET due_at = received_at WHERE {newest}")
    return state.rows(site.var, f"SELECT reference FROM callbacks_callbackrequest WHERE {newest}")[0][0]


def done(page: Page) -> str:
    """The text of the confirmation, once it is there."""
    page.wait_for_url("**/contact/sent/**", timeout=60_000)
    expect(page.locator("h1")).to_have_text("We have your request")
    return page.locator("main").inner_text()


def is_chosen(page: Page, field: str = "file_1") -> bool:
    return page.evaluate(f"document.querySelector('[name={field}]').files.length") == 1
