"""Files are replaced whole or not at all, and a lock keeps other processes out."""

import stat

import pytest

from storage import durable


def test_file_is_replaced_atomically_and_readable_by_its_owner_only(tmp_path):
    path = tmp_path / "secret"
    path.write_text("old")
    with durable.replace(path) as file:
        file.write(b"new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_failed_write_leaves_the_file_unchanged(tmp_path):
    path = tmp_path / "secret"
    path.write_text("old")
    with pytest.raises(OSError, match="full"), durable.replace(path) as file:
        file.write(b"ne")
        raise OSError("The disk is full")
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [("secret", "old")]


def test_new_file_never_overwrites_another(tmp_path):
    with durable.create(tmp_path / "one") as file:
        file.write(b"1")
    with pytest.raises(FileExistsError), durable.create(tmp_path / "one"):
        pass
    assert (tmp_path / "one").read_bytes() == b"1"


def test_lock_is_held_by_one_at_a_time_and_then_free(tmp_path):
    lock = tmp_path / ".lock"
    with durable.file_lock(lock), pytest.raises(TimeoutError), durable.file_lock(lock, timeout=0.15):
        pass
    with durable.file_lock(lock, timeout=0):
        pass
