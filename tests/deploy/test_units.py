"""The units: systemd can read them, they confine what they start, and each setting is named where one looks for it."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from detoxsite import env
from tests import forks, programs, state
from tests.deploy.units import DEPLOY, HARDENING, directives, variables
from tests.served import ROOT

pytestmark = pytest.mark.any_backend

UNITS = DEPLOY / "systemd"
SERVICES = ["detox-web", "detox-bridge", "detox-worker", "detox-prepare@x"]
#: What `systemd-analyze security` may give at most, in tenths; 0 is confined in every way it knows.
EXPOSURE = 15
#: Read by nobody who deploys: `manage.py serve` and make set these for their own children.
INTERNAL = {"LISTEN_FD"}


@pytest.fixture(scope="module")
def system(tmp_path_factory) -> Path:
    """The root of a machine with our units and the programs they start."""
    if programs.missing():
        pytest.skip(programs.how())
    root = tmp_path_factory.mktemp("root")
    shutil.copytree(UNITS, root / "etc" / "systemd" / "system")
    for release in ("current", "releases/x"):
        (root / "opt" / "detox" / release).mkdir(parents=True)
        shutil.copytree(DEPLOY, root / "opt" / "detox" / release / "deploy")
    theirs = root / "usr" / "lib" / "systemd" / "system"
    theirs.mkdir(parents=True)
    for target in Path("/usr/lib/systemd/system").glob("*.target"):
        shutil.copy(target, theirs)
    return root


@pytest.mark.parametrize("service", SERVICES)
def test_unit_is_one_that_systemd_takes(system, service):
    command = ["systemd-analyze", "verify", f"--root={system}", f"{service}.service", "detox.target"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("service", SERVICES)
def test_service_is_confined(system, service):
    command = ["systemd-analyze", "security", "--offline=true", f"--root={system}", f"--threshold={EXPOSURE}"]
    done = subprocess.run([*command, f"{service}.service"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    "line",
    ["NoNewPrivileges=yes", "ProtectSystem=strict", "PrivateTmp=yes", "ProtectHome=yes", "UMask=0077", "User=detox"]
    + ["CapabilityBoundingSet=", "LimitCORE=0", "MemoryDenyWriteExecute=yes", "StateDirectoryMode=0700"],
)
def test_promise_of_the_units_is_kept(line):
    assert line in HARDENING.read_text().splitlines()


def test_only_the_state_may_be_written():
    assert directives(HARDENING, "StateDirectory") == ["detox"] and not directives(HARDENING, "ReadWritePaths")
    for unit in UNITS.rglob("detox-*"):
        assert unit.is_dir() or not directives(unit, "ReadWritePaths"), unit


def test_only_the_proxy_may_connect():
    """Who can connect can claim any visitor's address."""
    socket = UNITS / "detox-web.socket"
    assert directives(socket, "ListenStream")[0].startswith("/run/")
    assert (directives(socket, "SocketGroup"), directives(socket, "SocketMode")) == (["caddy"], ["0660"])


def _settings_read() -> set[str]:
    return env.NAMES.keys() - INTERNAL


def test_each_setting_is_in_the_example_and_in_the_table():
    example = re.findall(r"^#?([A-Z][A-Z0-9_]+)=", (DEPLOY / "detox.env.example").read_text(), re.MULTILINE)
    table = re.findall(r"`([A-Z][A-Z0-9_]+)`", (ROOT / "docs" / "operators.md").read_text())
    found = _settings_read()
    assert {"SITE_URL", "WEB_UPLOADS", "VAR_DIR", "PROXY_HOPS"} <= found
    assert sorted(found - set(example) - {"VAR_DIR"}) == [], "not in deploy/detox.env.example"
    assert sorted(found - set(table)) == [], "not in docs/operators.md"
    assert sorted(set(example) - found) == [], "read by nobody"


def test_each_number_in_the_example_and_in_the_table_is_the_default():
    example = dict(re.findall(r"^#?([A-Z][A-Z0-9_]+)=(.*)", (DEPLOY / "detox.env.example").read_text(), re.MULTILINE))
    rows = re.findall(r"^\| (`[A-Z].*?) \| (.*?) \|", (ROOT / "docs" / "operators.md").read_text(), re.MULTILINE)
    pairs = [pair for names, defaults in rows for pair in zip(names.split(", "), defaults.split(", "), strict=False)]
    table = {name.strip("`"): default.strip("`").replace("none", "0") for name, default in pairs}
    numbers = {name: str(int(default)) for name, default in env.NAMES.items() if isinstance(default, int)}
    assert numbers["RETENTION_DAYS"] == "90"
    for name in numbers.keys() - INTERNAL - {"PROXY_HOPS"}:  # the example is behind Caddy
        assert example[name] == numbers[name], name
        assert table[name] == numbers[name] or name == "DATABASE_SECONDS", name  # in another table


def test_example_of_settings_passes_djangos_own_check(tmp_path):
    filled = os.environ | state.make(tmp_path) | variables(DEPLOY / "detox.env.example") | {"VAR_DIR": str(tmp_path)}
    filled.pop("DJANGO_ALLOW_ASYNC_UNSAFE")  # the tests' own
    forks.manage(filled, "check", "--deploy", "--fail-level=WARNING", strict=True)


def test_going_back_without_a_previous_release_is_refused_in_a_sentence(tmp_path):
    command = [DEPLOY / "release", "back"]
    done = subprocess.run(
        command, env=os.environ | {"DETOX_ROOT": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (1, "There is no previous release to go back to.\n")


@pytest.mark.parametrize("value", ["https://guide.example", '"https://guide.example:8443/"', "'http://guide.example'"])
def test_release_asks_the_host_of_the_settings(tmp_path, value):
    (tmp_path / "env").write_text(f"#SITE_URL=https://other.example\nSITE_URL={value}\n")
    code = re.search(r"^host\(\) \{.*?^\}", (DEPLOY / "release").read_text(), re.MULTILINE | re.DOTALL)[0]
    done = subprocess.run(
        ["bash", "-c", f"{code}\nhost"],
        env=os.environ | {"DETOX_ENV": str(tmp_path / "env")},
        capture_output=True,
        text=True,
    )
    assert done.stdout == "guide.example\n"


def test_environment_that_could_not_be_made_is_made_the_next_time(tmp_path):
    """As on a Debian without python3-venv, which leaves half of it."""
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\n[ "$1" = -c ] || { mkdir -p "$3/bin" && cp "$0" "$3/bin/python"; exit 1; }\n')
    python.chmod(0o755)
    made = tmp_path / "venv" / "bin" / "python"
    done = subprocess.run(
        ["make", f"VENV={tmp_path}/venv", f"PYTHON={python}", str(made)], cwd=ROOT, capture_output=True
    )
    assert done.returncode and made.parent.exists() and not made.exists()
