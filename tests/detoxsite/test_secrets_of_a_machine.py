"""Secrets are made by `prepare` alone, and on a new machine alone."""

import os
import runpy
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from tests import forks
from tests.prebuilt import ROOT, prepared

pytestmark = pytest.mark.any_backend  # its state is on SQLite in any case


def test_settings_write_nothing(monkeypatch, tmp_path):
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    monkeypatch.setenv("METRICS_PORT", "9999")
    found = runpy.run_path(str(ROOT / "detoxsite" / "settings.py"))
    assert (found["SECRET_KEY"], found["VAULT_KEYS"], list(tmp_path.iterdir())) == ("", {}, [])


def run(var: Path, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    outer = {name: value for name, value in os.environ.items() if not name.startswith(("S3_", "DATABASE_"))}
    env = outer | {"VAR_DIR": str(var)} | variables
    return forks.run([*command], env)


def test_unprepared_machine_is_refused_with_advice(tmp_path):
    gunicorn = ("-m", "gunicorn", "--config", "server/gunicorn_conf.py", "detoxsite.wsgi")
    for command in (("manage.py", "check"), ("manage.py", "serve"), ("manage.py", "work"), gunicorn):
        refused = run(tmp_path, *command)
        assert refused.returncode and "`manage.py prepare`" in refused.stderr, command
        assert "Traceback" not in refused.stderr or command == gunicorn
    assert not list(tmp_path.iterdir())


def test_host_with_a_shared_database_makes_no_secret(tmp_path):
    """Two hosts with a key each could not open what came to the other."""
    shared = {"DATABASE_URL": "postgres://site:x@127.0.0.1:1/guide"}
    refused = run(tmp_path, "manage.py", "prepare", **shared)
    assert "SECRET_KEY is not set" in refused.stderr and refused.returncode
    refused = run(tmp_path, "manage.py", "prepare", SECRET_KEY="x" * 50, **shared)
    assert "VAULT_KEYS is not set" in refused.stderr and refused.returncode
    assert not list(tmp_path.iterdir())


def test_prepare_sets_up_a_new_machine(tmp_path):
    """But for static files, whose compression takes seconds: they are there."""
    var = tmp_path / "var"
    shutil.copytree(prepared() / "static", var / "static")
    shutil.copy(prepared() / "static.stamp", var)
    (var / "secrets").mkdir()
    (var / "secrets").chmod(0o755)
    made = run(var, "manage.py", "prepare")
    assert not made.returncode, made.stderr
    secrets = list((var / "secrets").iterdir())
    assert {path.name for path in secrets} == {"secret-key", "signing-key", "vault-key"}
    for path in (*secrets, var / "secrets", var, var / "db.sqlite3"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
    assert not run(var, "manage.py", "check").returncode
