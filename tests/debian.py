"""What tests need from Debian, installed where this account may do that, or said how to get."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

#: What a package would start at the next boot, though no test needs it.
SERVICES = {
    "clamav-daemon": ["clamav-daemon.socket", "clamav-daemon", "clamav-freshclam"],
    "caddy": ["caddy"],
    "postgresql": ["postgresql"],
}
_NO_SERVICE = Path("/usr/sbin/policy-rc.d")


def find(variable: str, *names: str) -> str | None:
    """The path of the program that the environment names so, or else of the first of these that is here."""
    paths = (shutil.which(name) for name in (os.environ.get(variable), *names) if name)
    return next(filter(None, paths), None)


def install(*packages: str, recommended: bool = False) -> None:
    """Packages that are not here, as root of a Debian only. Their services are neither started nor enabled."""
    if not (hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get")):
        return
    print(f"Installing {' '.join(packages)} for the tests...", flush=True)
    quiet = {"stdout": subprocess.DEVNULL, "env": os.environ | {"DEBIAN_FRONTEND": "noninteractive"}}
    ours = not _NO_SERVICE.exists()
    if ours:
        _NO_SERVICE.write_text("#!/bin/sh\nexit 101\n")
        _NO_SERVICE.chmod(0o755)
    try:
        subprocess.run(["apt-get", "update", "-qq"], check=False, **quiet)
        options = ["-y", "-qq", *([] if recommended else ["--no-install-recommends"])]
        subprocess.run(["apt-get", "install", *options, *packages], check=False, **quiet)
    finally:
        if ours:
            _NO_SERVICE.unlink()
    if Path("/run/systemd/system").exists():
        for service in [each for package in packages for each in SERVICES.get(package, [])]:
            subprocess.run(["systemctl", "disable", "--quiet", service], check=False, **quiet)


def say_missing(how: str, otherwise: str) -> None:
    """Ends with status 1 where CI=true: there no test is skipped for want of a program."""
    print(how, file=sys.stderr)
    if os.environ.get("CI") == "true":
        sys.exit(1)
    print(otherwise, file=sys.stderr)
