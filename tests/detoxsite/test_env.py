"""A missing or malformed variable is a clear error that names it."""

import os
import stat
import subprocess
import sys
import threading
import traceback
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from detoxsite import env
from tests import state


@pytest.mark.parametrize("raw", ["maybe", "2", "truee"])
def test_flag_malformed_is_named(monkeypatch, raw):
    monkeypatch.setenv("DEBUG", raw)
    with pytest.raises(ImproperlyConfigured, match="DEBUG"):
        env.flag("DEBUG", default=False)


@pytest.mark.parametrize(("raw", "value"), [("1", True), ("yes", True), ("0", False), ("False", False), ("", True)])
def test_flag_says_yes_or_no(monkeypatch, raw, value):
    monkeypatch.setenv("DEBUG", raw)
    assert env.flag("DEBUG", default=True) is value


@pytest.mark.parametrize("raw", ["x", "-1", "0", "65536", "8e3", "८०"])
def test_whole_number_malformed_is_named(monkeypatch, raw):
    monkeypatch.setenv("PORT", raw)
    with pytest.raises(ImproperlyConfigured, match="PORT"):
        env.whole_number("PORT", 8000, 1, 65535)


@pytest.mark.parametrize(
    "raw", ["example.org", "https://", "ftp://a.b", "https://a.b/path", "https://a b", "https://a:x"]
)
def test_site_url_malformed_is_named(monkeypatch, raw):
    monkeypatch.setenv("SITE_URL", raw)
    with pytest.raises(ImproperlyConfigured, match="SITE_URL"):
        env.site_url("SITE_URL", "http://127.0.0.1:8000")


def test_secret_is_made_once_and_only_its_owner_can_read_it(monkeypatch, tmp_path):
    monkeypatch.delenv("SECRET_KEY", raising=False)
    path = tmp_path / "secrets" / "key"
    first = env.secret("SECRET_KEY", path)
    assert env.secret("SECRET_KEY", path) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_secret_made_by_many_at_once_is_the_same_for_all(monkeypatch, tmp_path):
    monkeypatch.delenv("SECRET_KEY", raising=False)
    path, seen = tmp_path / "secrets" / "key", []
    threads = [threading.Thread(target=lambda: seen.append(env.secret("SECRET_KEY", path))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 16 and len(set(seen)) == 1
    assert [entry.name for entry in path.parent.iterdir()] == ["key"]


def test_secret_too_short_is_refused(monkeypatch, tmp_path):
    monkeypatch.setenv("SECRET_KEY", "short")
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY"):
        env.secret("SECRET_KEY", tmp_path / "key")


def test_secret_that_cannot_be_stored_is_explained(monkeypatch, tmp_path):
    monkeypatch.delenv("SECRET_KEY", raising=False)
    (tmp_path / "file").write_text("")
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY is not set"):
        env.secret("SECRET_KEY", tmp_path / "file" / "key")


GOOD = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="


@pytest.mark.parametrize(
    "raw", ["1", "1:abc", f"x:{GOOD}", f"1:{GOOD},1:{GOOD}", f"0:{GOOD}", f"1:{GOOD}!", ",", "८:x"]
)
def test_vault_keys_malformed_are_named(monkeypatch, tmp_path, raw):
    monkeypatch.setenv("VAULT_KEYS", raw)
    with pytest.raises(ImproperlyConfigured, match="VAULT_KEYS"):
        env.vault_keys("VAULT_KEYS", tmp_path / "key")


def test_vault_keys_are_read_and_made(monkeypatch, tmp_path):
    monkeypatch.setenv("VAULT_KEYS", f"1:{GOOD}")
    assert env.vault_keys("VAULT_KEYS", tmp_path / "key") == {1: b"01234567890123456789012345678901"}
    monkeypatch.delenv("VAULT_KEYS")
    made = env.vault_keys("VAULT_KEYS", tmp_path / "key")
    assert len(made[1]) == 32 and env.vault_keys("VAULT_KEYS", tmp_path / "key") == made


def test_names_are_split_and_trimmed(monkeypatch):
    monkeypatch.setenv("ALLOWED_HOSTS", " a.example , b.example,,")
    assert env.names("ALLOWED_HOSTS", []) == ["a.example", "b.example"]
    monkeypatch.setitem(os.environ, "ALLOWED_HOSTS", "")
    assert env.names("ALLOWED_HOSTS", ["x"]) == ["x"]


@pytest.mark.parametrize(
    "raw", ["jane", "jane@clinic.example,", "a@b.example c@d.example", "a@b.example\nBcc: c@d.example"]
)
def test_addresses_malformed_are_named(monkeypatch, raw):
    monkeypatch.setenv("NOTICE_EMAILS", raw)
    if raw.endswith(","):
        assert env.addresses("NOTICE_EMAILS") == ["jane@clinic.example"]
    else:
        with pytest.raises(ImproperlyConfigured, match="NOTICE_EMAILS"):
            env.addresses("NOTICE_EMAILS")


@pytest.mark.parametrize(("raw", "required"), [("", True), ("a@b.example,c@d.example", False), ("jane", False)])
def test_sender_that_is_missing_or_not_one_is_named(monkeypatch, raw, required):
    monkeypatch.setenv("MAIL_FROM", raw)
    with pytest.raises(ImproperlyConfigured, match="MAIL_FROM"):
        env.sender("MAIL_FROM", required=required)


@pytest.mark.parametrize(
    ("raw", "server"),
    [
        ("", None),
        ("smtp://localhost", env.MailServer("localhost", 25, "")),
        ("smtps://mail.example", env.MailServer("mail.example", 465, "tls")),
        ("smtp+tls://me:p%40ss%2F@mail.example:2525", env.MailServer("mail.example", 2525, "starttls", "me", "p@ss/")),
        ("smtp://[::1]:2525/", env.MailServer("::1", 2525, "")),
    ],
)
def test_mail_server_is_read(monkeypatch, raw, server):
    monkeypatch.setenv("MAIL_URL", raw)
    assert env.mail_server("MAIL_URL") == server


@pytest.mark.parametrize(
    "raw",
    [
        "mail.example",
        "http://mail.example",
        "smtp://",
        "smtp://me:hush@mail.example:x",
        "smtp://me:hush@mail.example:0",
        "smtp://me:hush@mail.example/path",
        "smtp://me:hush@mail.example?tls=1",
        "smtp://me:hu#sh@mail.example",
        "smtp://me:hu/sh@mail.example",
        "smtp://me@mail.example",
        "smtp://me:%ff@mail.example",
        "smtp://me:hush@[::1",
    ],
)
def test_mail_server_malformed_is_named_and_its_password_is_not_said(monkeypatch, raw):
    monkeypatch.setenv("MAIL_URL", raw)
    with pytest.raises(ImproperlyConfigured, match="MAIL_URL") as caught:
        env.mail_server("MAIL_URL")
    assert "hush" not in str(caught.value) and "hush" not in "".join(traceback.format_exception(caught.value))


def test_mail_server_does_not_show_its_password():
    assert "hush" not in repr(env.MailServer("mail.example", 25, "", "me", "hush"))


@pytest.mark.parametrize(
    ("scheme", "expected"), [("smtp", "False False 25"), ("smtps", "True False 465"), ("smtp+tls", "False True 587")]
)
def test_scheme_of_the_mail_server_decides_how_it_is_spoken_to(tmp_path, scheme, expected):
    code = "from detoxsite import settings as s; print(s.EMAIL_USE_SSL, s.EMAIL_USE_TLS, s.EMAIL_PORT)"
    mail = {"MAIL_URL": f"{scheme}://mail.example", "MAIL_FROM": "guide@clinic.example"} | state.make(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[2],
        env=os.environ | mail,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == expected


@pytest.mark.parametrize(
    ("raw", "address"),
    [
        ("", None),
        ("unix:/run/clamav/clamd.ctl", "/run/clamav/clamd.ctl"),
        ("tcp:127.0.0.1:3310", ("127.0.0.1", 3310)),
        ("tcp:scanner:3310", ("scanner", 3310)),
        ("tcp:[::1]:3310", ("::1", 3310)),
    ],
)
def test_address_of_clamd_is_read(monkeypatch, raw, address):
    monkeypatch.setenv("CLAMD", raw)
    assert env.clamd("CLAMD") == address


@pytest.mark.parametrize(
    "raw",
    [
        "/run/clamd.ctl",
        "unix:",
        "unix:run/clamd.ctl",
        f"unix:/{'x' * 107}",
        "tcp:localhost",
        "tcp::3310",
        "tcp:localhost:0",
        "tcp:localhost:65536",
        "tcp:::1:3310",
        "tcp:a b:3310",
        "tcp:localhost:३३१०",
        "http://localhost:3310",
        "yes",
    ],
)
def test_address_of_clamd_malformed_is_named(monkeypatch, raw):
    monkeypatch.setenv("CLAMD", raw)
    with pytest.raises(ImproperlyConfigured, match="CLAMD"):
        env.clamd("CLAMD")
