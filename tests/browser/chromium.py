"""Finds a Chromium for the browser tests, or installs one, or says how to get one.

`python -m tests.browser.chromium` does the same from the shell and fails where CI=true and there is none.
"""

import os
import shutil
import subprocess
import sys

NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge"]
MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
HOW = (
    "No Chromium was found. Install one (Debian, Ubuntu: sudo apt-get install chromium) "
    "or set CHROMIUM to the path of a Chromium or Chrome."
)


def find() -> str | None:
    """The path of a browser that can be driven, or None."""
    for candidate in [os.environ.get("CHROMIUM"), *map(shutil.which, NAMES), MAC]:
        if candidate and os.access(candidate, os.X_OK):
            return candidate
    return None


def install() -> None:
    """Debian's package, where this account may install it."""
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Chromium for the browser tests...", flush=True)
        quiet = {"stdout": subprocess.DEVNULL, "env": os.environ | {"DEBIAN_FRONTEND": "noninteractive"}}
        subprocess.run(["apt-get", "update", "-qq"], check=False, **quiet)
        subprocess.run(["apt-get", "install", "-y", "-qq", "chromium"], check=False, **quiet)


if __name__ == "__main__":
    if find() is None:
        install()
    if find() is None:
        print(HOW, file=sys.stderr)
        if os.environ.get("CI") == "true":
            sys.exit(1)
        print("The browser tests will be skipped.", file=sys.stderr)
