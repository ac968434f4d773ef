"""A real Chromium against the real server."""

import os
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

import pytest
from playwright.sync_api import Browser, BrowserContext, Request, expect, sync_playwright

from tests.browser import chromium
from tests.factories import PASSWORD, app_code
from tests.served import Site, serve

#: Milliseconds until a page shows what is expected of it, on a machine that does other things as well.
PATIENCE = 15_000
expect.set_options(timeout=PATIENCE)

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-sync",
    # No test asks anything of another machine.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]


def pytest_collection_modifyitems(items) -> None:
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser():
    path = chromium.find()
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail(chromium.HOW)
        pytest.skip(chromium.HOW)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    with serve_with_chief(tmp_path_factory.mktemp("site")) as site:
        yield site


@contextmanager
def serve_with_chief(folder: Path):
    # All windows send from one address, one at a time: with two processes, each makes every page anew.
    with serve(folder, CONTACT_LIMIT="1000000", WEB_WORKERS="1") as site:
        add_staff(site, "chief")
        yield site


def add_staff(site: Site, username: str) -> None:
    """An administrator of the served site, with the authenticator app of the tests."""
    code = "from tests.factories import APP_SECRET, TOTP, make_staff\n"
    code += f"user = make_staff({username!r}, superuser=True, second_factor=False)\n"
    shell(site, code + "TOTP.activate(user, APP_SECRET)")


def shell(site: Site, code: str) -> str:
    """What this code prints where the site's own settings and state are."""
    return site.manage("shell", "--no-imports", "--verbosity=0", "-c", code).strip()


class Visitor:
    """A browser window that remembers everything that went wrong in it."""

    _sessions: ClassVar[dict] = {}

    def __init__(self, context: BrowserContext, site: Site) -> None:
        self.context, self.site, self.complaints, self.hosts = context, site, [], set()
        self.asked_before_leaving = 0
        self.sent: list[Request] = []
        self.page = None
        self.another_tab()

    def another_tab(self) -> None:
        """In the place of the one there is, which is asked nothing."""
        if self.page:
            self.page.close(run_before_unload=False)
        self.page = self.context.new_page()
        self.devices = self.context.new_cdp_session(self.page)
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", self._answer)
        self.page.on("request", self._note)

    def begin(self, width: int, scheme: str) -> None:
        """Leave what a test before had open, kept and changed here: all but the session."""
        self.open("/robots.txt")
        for other in self.context.pages:
            if other != self.page:
                other.close()
        self.devices.send("Storage.clearDataForOrigin", {"origin": self.site.url, "storageTypes": "local_storage"})
        self.devices.send("Network.disable")  # and what slow_down did
        self.page.unroute_all()
        self.context.set_offline(False)
        self.page.set_viewport_size({"width": width, "height": 800})
        self.page.emulate_media(media="null", color_scheme=scheme, reduced_motion="null", forced_colors="null")
        for log in (self.complaints, self.hosts, self.sent):
            log.clear()
        self.asked_before_leaving = 0

    def slow_down(self, upload: int) -> None:
        """Bytes a second that go out; -1 for as many as there are."""
        self.devices.send("Network.enable")
        conditions = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": upload}
        self.devices.send("Network.emulateNetworkConditions", conditions)

    def _note(self, request) -> None:
        self.hosts.add(request.url.split("/")[2])
        if request.method == "POST":
            self.sent.append(request)

    def _hear(self, message) -> None:
        if not message.text.startswith("[DOM]"):  # Chromium's hints on stock login forms
            self.complaints.append(message.text)

    def _answer(self, dialog) -> None:
        if dialog.type == "beforeunload":
            self.asked_before_leaving += 1
            dialog.accept()
        else:
            self.complaints.append("a dialog")
            dialog.dismiss()

    def open(self, path: str):
        return self.page.goto(f"{self.site.url}{path}")

    def fits(self) -> bool:
        """Whether the page, once it is there, needs no scrolling to the side."""
        self.page.wait_for_load_state()
        width = self.page.viewport_size["width"]  # a phone's innerWidth grows with what is too wide
        return self.page.evaluate("document.documentElement.scrollWidth") <= width + 1

    def settle(self) -> None:
        """Waits until what asks for the focus has it: Chromium complains where a test gave it to something by then."""
        self.page.wait_for_load_state()
        if self.page.locator("[autofocus]").count():
            expect(self.page.locator(":focus")).to_have_count(1)

    def give_password(self, username: str) -> None:
        self.open("/admin/login/")
        self.settle()
        self.page.fill("#id_login", username)
        self.page.fill("#id_password", PASSWORD)
        self.page.click("input[type=submit]")

    def give_code(self, code: str) -> None:
        expect(self.page.locator("#id_code")).to_be_visible()
        self.settle()
        self.page.fill("#id_code", code)
        self.page.click("input[type=submit]")

    def sign_in(self) -> None:
        """As chief. A code works once in its half minute, so the first window's session is shared with the others."""
        self.context.add_cookies(self._sessions.get(self.site.url, []))
        self.open("/admin/")
        if "/staff/sign-in/" in self.page.url:
            self.give_password("chief")
            self.give_code(app_code(ahead=1))
            self._sessions[self.site.url] = self.context.cookies()
        assert self.page.url == f"{self.site.url}/admin/", self.page.locator("main").inner_text()


def new_context(browser: Browser, options: dict) -> BrowserContext:
    context = browser.new_context(**{"timezone_id": "America/New_York"} | options)
    context.set_default_timeout(PATIENCE)
    return context


@pytest.fixture(scope="session")
def kept_windows(browser: Browser):
    kept: dict[tuple, Visitor] = {}
    yield kept
    for visitor in kept.values():
        visitor.context.close()


@pytest.fixture
def look(browser: Browser, site: Site, kept_windows):
    """As `visit`, for tests that leave no cookie and no clock of their own: they share a window for each choice of
    options (with `staff`, one that is signed in), since a new one and its first page take a processor half a second."""

    def opened(width: int = 360, scheme: str = "light", *, staff: bool = False, **options) -> Visitor:
        if (kind := (staff, *options.items())) not in kept_windows:
            kept_windows[kind] = Visitor(new_context(browser, options), site)
            if staff:
                kept_windows[kind].sign_in()
        visitor = kept_windows[kind]
        visitor.begin(width, scheme)
        if staff:
            visitor.context.add_cookies(visitor._sessions[site.url])
        return visitor

    return opened


@pytest.fixture
def visit(browser: Browser, site: Site):
    """Opens a window of a given width, scheme and other options; closes it after the test."""
    contexts = []

    def opened(width: int = 360, scheme: str = "light", **options) -> Visitor:
        contexts.append(new_context(browser, options | {"color_scheme": scheme}))
        visitor = Visitor(contexts[-1], site)
        visitor.page.set_viewport_size({"width": width, "height": 800})
        return visitor

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def staff(look) -> Visitor:
    return look(1280, staff=True)


@pytest.fixture
def person(look):
    """Somebody on a phone in Chicago, at the form."""
    visitor = look(timezone_id="America/Chicago")
    visitor.open("/contact/")
    return visitor
