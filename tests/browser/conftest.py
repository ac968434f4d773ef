"""A real Chromium against the real server."""

import os
from typing import ClassVar

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from tests.browser import chromium
from tests.factories import APP_SECRET, PASSWORD, app_code
from tests.served import Site, serve

#: Milliseconds until a page shows what is expected of it, on a machine that does other things as well.
PATIENCE = 15_000
expect.set_options(timeout=PATIENCE)

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
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
    # All windows send from one address.
    with serve(tmp_path_factory.mktemp("site"), CONTACT_LIMIT="1000000") as site:
        add_staff(site, "chief")
        yield site


def add_staff(site: Site, username: str, *, second_factor: bool = True) -> None:
    """An administrator of the served site, with the authenticator app of the tests; made by one process."""
    staff = {"DJANGO_SUPERUSER_USERNAME": username, "DJANGO_SUPERUSER_PASSWORD": PASSWORD}
    app = {"APP_SECRET": APP_SECRET} if second_factor else {}
    site.manage("shell", "--verbosity=0", "-c", SEED, **staff, **app)


SEED = """
import os
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.models import User
from django.core.management import call_command
call_command("make_administrator")
if "APP_SECRET" in os.environ:
    TOTP.activate(User.objects.get(username=os.environ["DJANGO_SUPERUSER_USERNAME"]), os.environ["APP_SECRET"])
"""


class Visitor:
    """A browser window that remembers everything that went wrong in it."""

    _sessions: ClassVar[dict] = {}

    def __init__(self, context: BrowserContext, site: Site) -> None:
        self.context, self.site, self.complaints, self.hosts = context, site, [], set()
        self.page = context.new_page()
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", self._answer)
        self.asked_before_leaving = 0
        self.page.on("request", lambda request: self.hosts.add(request.url.split("/")[2]))

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
        return self.page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1")

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


@pytest.fixture(scope="session")
def kept_windows(browser: Browser, site: Site):
    kept: dict[bool, Visitor] = {}
    yield kept
    for visitor in kept.values():
        visitor.context.close()


@pytest.fixture
def look(browser: Browser, site: Site, kept_windows):
    """As `visit`, for tests that open a page, look at it and leave it: they share a window (with `staff`, one that is
    signed in), since a new one and its first page take a processor a second."""

    def opened(width: int = 360, scheme: str = "light", *, staff: bool = False) -> Visitor:
        if staff not in kept_windows:
            context = browser.new_context(timezone_id="America/New_York")
            context.set_default_timeout(PATIENCE)
            kept_windows[staff] = Visitor(context, site)
            if staff:
                kept_windows[staff].sign_in()
        visitor = kept_windows[staff]
        visitor.page.set_viewport_size({"width": width, "height": 800})
        visitor.page.emulate_media(media="null", color_scheme=scheme)
        visitor.complaints.clear()
        visitor.hosts.clear()
        return visitor

    return opened


@pytest.fixture
def visit(browser: Browser, site: Site):
    """Opens a window of a given width, scheme and other options; closes it after the test."""
    contexts = []

    def opened(width: int = 360, scheme: str = "light", **options) -> Visitor:
        options = {"timezone_id": "America/New_York"} | options
        context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, **options)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        return Visitor(context, site)

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def person(visit):
    """Somebody on a phone in Chicago; also a log of what the page sent, in its order."""
    visitor = visit(360, timezone_id="America/Chicago")
    visitor.sent = []
    visitor.page.on("request", lambda request: request.method == "POST" and visitor.sent.append(request))
    visitor.open("/contact/")
    return visitor
