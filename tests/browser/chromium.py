"""Finds a Chromium for the browser tests, or installs one, or says how to get one.

`python -m tests.browser.chromium` does the same from the shell and fails where CI=true and there is none.
"""

import ctypes
import os
import shutil
import sys

from tests import debian

#: Chromium without windows: the same pages for two thirds of the time.
SHELL = "chromium-headless-shell"
#: A library that Playwright's own Node is linked with, and that a minimal Debian has not got.
LIBRARY, ITS_PACKAGE = "libatomic.so.1", "libatomic1"
NAMES = [SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge"]
MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
HOW = (
    "No Chromium was found. Install one (Debian: sudo apt-get install chromium-headless-shell) "
    "or set CHROMIUM to the path of a Chromium or Chrome."
)


def find() -> str | None:
    """The path of a browser that can be driven, or None."""
    return debian.find("CHROMIUM", *NAMES, MAC)


def can_be_driven() -> bool:
    """Whether Playwright's Node can start here."""
    try:
        ctypes.CDLL(LIBRARY)
    except OSError:
        return not sys.platform.startswith("linux")
    return True


if __name__ == "__main__":
    if not can_be_driven():
        debian.install(ITS_PACKAGE)
    if not can_be_driven():
        debian.say_missing(
            f"Playwright needs {LIBRARY}: sudo apt-get install {ITS_PACKAGE}", "The browser tests will fail."
        )
    if not (os.environ.get("CHROMIUM") or shutil.which(SHELL)):
        debian.install(SHELL, recommended=True)  # with fonts
    if find() is None:
        debian.say_missing(HOW, "The browser tests will be skipped.")
