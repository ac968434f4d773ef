"""A new key joins the old ones; none is ever lost or overwritten."""

import base64
import io
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

from detoxsite import secret_files
from operations.management.commands.new_vault_key import add_key

pytestmark = pytest.mark.any_backend


@pytest.fixture
def path(settings, tmp_path, monkeypatch):
    monkeypatch.delenv("VAULT_KEYS", raising=False)
    settings.VAULT_KEY_FILE = tmp_path / "secrets" / "vault-key"
    secret_files.make(settings.VAULT_KEY_FILE)
    return settings.VAULT_KEY_FILE


def keys(path) -> dict[int, bytes]:
    return secret_files.vault_keys("VAULT_KEYS", path)


def test_new_key_is_added_to_the_first_one_which_stays_as_it_was(path):
    (first,) = keys(path).values()
    assert ":" not in path.read_text(), "as `prepare` makes it"
    output = io.StringIO()
    call_command("new_vault_key", stdout=output)
    assert f"Key 2 is in {path}" in output.getvalue()
    call_command("new_vault_key", stdout=output)
    after = keys(path)
    assert list(after) == [1, 2, 3] and after[1] == first and len(set(after.values())) == 3
    for key in after.values():
        assert base64.urlsafe_b64encode(key).decode() not in output.getvalue()


def test_new_key_is_for_its_owners_eyes_and_leaves_no_draft(path):
    keys(path)
    add_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["vault-key"]


def test_new_keys_made_at_once_are_all_kept(path):
    (first,) = keys(path).values()
    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(lambda _: add_key(path), range(8)))
    assert sorted(numbers) == list(range(2, 10))
    assert sorted(keys(path)) == list(range(1, 10)) and keys(path)[1] == first


def test_old_key_is_removed_by_deleting_its_line(path):
    keys(path)
    add_key(path)
    second = keys(path)[2]
    path.write_text("".join(path.read_text().splitlines(keepends=True)[1:]))
    assert keys(path) == {2: second}


def test_number_of_a_key_is_not_given_twice(path):
    keys(path)
    path.write_text(f"65535:{base64.b64encode(bytes(32)).decode()}\n")
    with pytest.raises(CommandError, match="65535"):
        add_key(path)
    assert list(keys(path)) == [65535]


@pytest.mark.parametrize("text", ["1:" + "A" * 43, "1:" + "A" * 60, "x" * 30 + ":" + "A" * 44, "!" * 64])
def test_file_that_was_damaged_is_named(path, text):
    path.write_text(text)
    with pytest.raises(ImproperlyConfigured, match="VAULT_KEYS is not set, and .*vault-key"):
        keys(path)


def test_key_for_the_environment_is_printed_to_be_added(path, monkeypatch, settings):
    monkeypatch.setenv("VAULT_KEYS", "is set")
    settings.VAULT_KEYS = {1: bytes(32), 7: bytes(32)}
    output = io.StringIO()
    call_command("new_vault_key", stdout=output)
    line = next(line for line in output.getvalue().splitlines() if line.startswith("8:"))
    monkeypatch.setenv("VAULT_KEYS", f"1:{base64.b64encode(bytes(32)).decode()},{line}")
    assert list(keys(path)) == [1, 8]
