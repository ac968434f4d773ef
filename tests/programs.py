"""What tests need from Debian: Caddy, systemd's own checker and curl for deploy/, ss, and a text browser.

`python -m tests.programs` installs what is missing and fails where CI=true and something still is.
"""

import shutil

from tests import debian

PACKAGES = {"caddy": "caddy", "systemd-analyze": "systemd", "curl": "curl", "lynx": "lynx", "ss": "iproute2"}


def missing() -> list[str]:
    """Debian's packages of the programs that are not here."""
    return [package for program, package in PACKAGES.items() if not shutil.which(program)]


def how() -> str:
    return f"Not found; sudo apt-get install {' '.join(missing())}"


if __name__ == "__main__":
    if missing():
        debian.install(*missing())
    if missing():
        debian.say_missing(how(), "The tests that need them will be skipped or fail.")
