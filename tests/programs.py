"""What tests need from Debian: Caddy, systemd's own checker and curl for deploy/, and a text browser.

`python -m tests.programs` installs what is missing and fails where CI=true and something still is.
"""

import os
import shutil
import subprocess
import sys

PACKAGES = {"caddy": "caddy", "systemd-analyze": "systemd", "curl": "curl", "lynx": "lynx"}


def missing() -> list[str]:
    """Debian's packages of the programs that are not here."""
    return [package for program, package in PACKAGES.items() if not shutil.which(program)]


def how() -> str:
    return f"Not found; sudo apt-get install {' '.join(missing())}"


def install() -> None:
    """Debian's packages, where this account may install them. Their services may start."""
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        print(f"Installing {' '.join(missing())} for the tests...", flush=True)
        quiet = {"stdout": subprocess.DEVNULL, "env": os.environ | {"DEBIAN_FRONTEND": "noninteractive"}}
        subprocess.run(["apt-get", "update", "-qq"], check=False, **quiet)
        options = ["-y", "-qq", "--no-install-recommends"]
        subprocess.run(["apt-get", "install", *options, *missing()], check=False, **quiet)


if __name__ == "__main__":
    if missing():
        install()
    if missing():
        print(how(), file=sys.stderr)
        if os.environ.get("CI") == "true":
            sys.exit(1)
        print("The tests that need them will be skipped or fail.", file=sys.stderr)
