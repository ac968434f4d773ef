"""Finds a Firefox for the browser tests, or installs one, or says how to get one; and a window of it.

Playwright drives only a Firefox that it patched; this one is Debian's own, driven by Mozilla's client for Marionette.
`python -m tests.browser.firefox` does the same from the shell and fails where CI=true and there is none.
"""

import contextlib
import gc
import warnings
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe

from tests import debian
from tests.served import Site, free_port


@contextlib.contextmanager
def its_own_warnings():
    """Ignores those of Marionette's client: it imports what Python deprecates, and leaves sockets to be collected."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
        gc.collect()


with its_own_warnings():
    from marionette_driver import By, Wait
    from marionette_driver.marionette import Marionette, WebElement

PACKAGE = "firefox-esr"
NAMES = [PACKAGE, "firefox"]
MAC = "/Applications/Firefox.app/Contents/MacOS/firefox"
HOW = (
    f"No Firefox was found. Install one (Debian: sudo apt-get install {PACKAGE}) "
    "or set FIREFOX to the path of a Firefox."
)
#: No test asks anything of another machine: all but this one is behind a proxy that is not there.
ALONE = {
    "ui.prefersReducedMotion": 1,  # a page that scrolls slowly is not where it is clicked; a bare machine asks for that
    "network.proxy.type": 1,
    **{
        f"network.proxy.{scheme}{part}": value
        for scheme in ("http", "ssl")
        for part, value in (("", "127.0.0.1"), ("_port", 9))
    },
    "network.proxy.no_proxies_on": "127.0.0.1",
    "network.proxy.allow_hijacking_localhost": False,
    "ui.useOverlayScrollbars": 1,  # as on a phone
    "dom.ipc.processPrelaunch.enabled": False,  # no process in store: there is one page at a time
}
SCRIPTS = "javascript.enabled"


def find() -> str | None:
    """The path of a browser that can be driven, or None."""
    return debian.find("FIREFOX", *NAMES, MAC)


class Window:
    """A window of a phone's size, without cookies or history of others. Close it."""

    def __init__(self, site: Site, folder: Path, width: int = 360, height: int = 740) -> None:
        self.site = site
        with its_own_warnings():
            self.driver = Marionette(
                bin=find(),
                port=free_port(),
                headless=True,
                prefs=ALONE,
                workspace=str(folder),
                gecko_log=str(folder / "firefox.log"),
            )
            self.driver.start_session()
        self.driver.timeout.implicit = 10
        with self.driver.using_context("chrome"):  # the bar of the browser would not fit a phone
            self.driver.execute_script("document.documentElement.style.minWidth = '0'")
        self.driver.set_window_rect(width=width, height=height)
        bars = self.driver.window_rect["height"] - self.script("return innerHeight")
        self.driver.set_window_rect(width=width, height=height + bars)
        assert self.script("return [innerWidth, innerHeight]") == [width, height]

    def open(self, path: str) -> None:
        self.driver.navigate(f"{self.site.url}{path}")

    def script(self, code: str, *arguments: object) -> object:
        return self.driver.execute_script(code, script_args=arguments)

    def find(self, selector: str) -> WebElement:
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def link(self, words: str) -> WebElement:
        return self.driver.find_element(By.PARTIAL_LINK_TEXT, words)

    def wait(self, code: str) -> None:
        """Until the script returns something true."""
        Wait(self.driver, timeout=10).until(lambda _: self.script(f"return {code}"), message=code)

    def broken_rules(self) -> list[str]:
        """What axe-core finds wrong, in a sandbox that the page's own policy does not reach."""
        return self.driver.execute_async_script(f"{_AXE}\n{_RUN}", sandbox="axe")

    def close(self) -> None:
        with its_own_warnings():
            self.driver.quit(in_app=False)
            self.driver.cleanup()
            del self.driver


_AXE = Axe().axe_script
_RUN = """const [done] = arguments
const said = rule => `${rule.id}: ${rule.nodes.map(node => node.html).join(" ")}`
window.axe.run(document, {resultTypes: ["violations"], preload: false})
  .then(found => done(found.violations.map(said)), error => done([String(error)]))"""


if __name__ == "__main__":
    if find() is None:
        debian.install(PACKAGE)
    if find() is None:
        debian.say_missing(HOW, "The tests in Firefox will be skipped.")
