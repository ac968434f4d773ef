"""Secrets are made once, and one that is lost or cut off is never replaced without a word."""

import stat
import threading

import pytest
from django.core.exceptions import ImproperlyConfigured

from detoxsite import secret_files


def test_secret_is_made_once_and_only_its_owner_can_read_it(tmp_path):
    path = tmp_path / "secrets" / "key"
    secret_files.make(path)
    first = secret_files.secret("SECRET_KEY", path)
    secret_files.make(path)
    assert len(first) == 64 and secret_files.secret("SECRET_KEY", path) == first
    assert len(secret_files.vault_keys("VAULT_KEYS", path)[1]) == 32
    assert (stat.S_IMODE(path.stat().st_mode), stat.S_IMODE(path.parent.stat().st_mode)) == (0o600, 0o700)


def test_secret_made_by_many_at_once_is_the_same_for_all(tmp_path):
    path, seen = tmp_path / "secrets" / "key", []

    def make() -> None:
        secret_files.make(path)
        seen.append(path.read_text())

    threads = [threading.Thread(target=make) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 16 and len(set(seen)) == 1
    assert [entry.name for entry in path.parent.iterdir()] == ["key"]


def test_secret_that_cannot_be_read_is_explained(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY is not set, and .* cannot be read"):
        secret_files.secret("SECRET_KEY", tmp_path / "file" / "key")


@pytest.mark.parametrize("read", [secret_files.secret, secret_files.vault_keys])
def test_empty_file_of_a_secret_is_an_error(tmp_path, monkeypatch, read):
    """It was cut off, by a full disk say. Taken for a new machine, it would cost what was sealed with it."""
    monkeypatch.delenv("VAULT_KEYS", raising=False)
    path = tmp_path / "vault-key"
    path.write_text("\n")
    with pytest.raises(ImproperlyConfigured, match="is empty. Restore it"):
        read("VAULT_KEYS", path)
