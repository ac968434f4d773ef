"""On SQLite, writers get their turn in the order in which they came, and none is forgotten."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError, connection

from storage.sqlite import base
from storage.sqlite.base import DatabaseWrapper, FairLock

WRITERS = 6


def test_writers_that_come_while_one_writes_go_in_order_of_coming():
    lock, order = FairLock(), []
    assert lock.acquire(1)

    def write(number: int) -> None:
        assert lock.acquire(10)
        order.append(number)
        lock.release()

    threads = []
    for number in range(WRITERS):
        threads.append(threading.Thread(target=write, args=[number]))
        threads[-1].start()
        while len(lock._turns) <= number + 1:  # this thread holds the first
            time.sleep(0.001)
    lock.release()
    for thread in threads:
        thread.join()
    assert order == list(range(WRITERS))
    assert lock.acquire(0)


def test_writer_whose_time_is_up_is_passed_over_by_the_next():
    lock = FairLock()
    assert lock.acquire(0)
    assert not lock.acquire(0.01)
    lock.release()
    assert lock.acquire(0)


@pytest.fixture
def database(tmp_path, django_db_blocker) -> Iterator[DatabaseWrapper]:
    """A connection of its own to an empty database."""
    options = {"timeout": 0.05, "transaction_mode": "IMMEDIATE"}
    settings = connection.settings_dict | {"NAME": tmp_path / "db.sqlite3", "OPTIONS": options}
    with django_db_blocker.unblock():
        database = DatabaseWrapper(settings, "lock")
        yield database
        database.close()


def test_threads_that_start_at_once_share_one_lock(database, monkeypatch):
    class Slow(FairLock):
        def __init__(self) -> None:
            time.sleep(0.05)
            super().__init__()

    monkeypatch.setattr(base, "FairLock", Slow)
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(lambda: database._lock) for _ in range(4)]
    assert len({id(each.result()) for each in asked}) == 1


def begin(database: DatabaseWrapper) -> None:
    database.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    assert not database._lock.acquire(0)


def test_turn_ends_with_commit_with_rollback_and_with_a_lost_connection(database):
    for end in [database.commit, database.rollback, database.close]:
        begin(database)
        end()
        assert database._lock.acquire(0)
        database._lock.release()
        if database.connection:
            database.set_autocommit(True)


def test_writer_that_waits_too_long_gets_database_is_locked(database):
    database.ensure_connection()
    assert database._lock.acquire(0)
    with pytest.raises(OperationalError, match="locked"):
        begin(database)
    database._lock.release()
    begin(database)


def test_turn_ends_if_another_process_locks_the_database(database):
    begin(database)
    stranger = sqlite3.connect(database.settings_dict["NAME"], timeout=0.05)
    database.rollback()
    database.set_autocommit(True)
    stranger.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError, match="locked"):
        begin(database)
    stranger.close()
    begin(database)


def test_database_file_in_no_folder_counts_as_unreachable(database, tmp_path):
    (tmp_path / "file").touch()
    database.settings_dict = database.settings_dict | {"NAME": tmp_path / "file" / "db.sqlite3"}
    with pytest.raises(OperationalError):
        database.ensure_connection()


def test_timeout_makes_the_same_thread_give_up_sooner_and_no_other(tmp_path, django_db_blocker):
    """Nobody's form must come back because the lock, which is free again in a moment, kept another waiting."""
    options = {"timeout": 2, "transaction_mode": "IMMEDIATE"}
    settings = connection.settings_dict | {"NAME": tmp_path / "db.sqlite3", "OPTIONS": options}
    stranger = sqlite3.connect(settings["NAME"], isolation_level=None, check_same_thread=False)
    with django_db_blocker.unblock():
        one, other = DatabaseWrapper(settings, "lock"), DatabaseWrapper(settings, "lock")
        stranger.execute("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError, match="locked"):
            begin(one)
        began = time.monotonic()
        with pytest.raises(OperationalError, match="locked"):
            begin(one)
        assert time.monotonic() - began < 2
        release = threading.Timer(0.3, stranger.execute, ["ROLLBACK"])
        release.start()
        begin(other)
        release.join()
        other.close()
        begin(one)
        one.close()
    stranger.close()


@pytest.mark.parametrize("replaced", [False, True])
def test_write_to_a_deleted_or_replaced_file_is_refused(database, replaced):
    """What SQLite takes then is gone with the old file, though it was acknowledged."""
    begin(database)
    database.commit()
    path = database.settings_dict["NAME"]
    elsewhere = path.rename(path.with_name("elsewhere"))
    if replaced:
        path.touch()
    database.set_autocommit(True)
    with pytest.raises(OperationalError, match="deleted or replaced"):
        begin(database)
    database.close()
    with pytest.raises(OperationalError, match="deleted or replaced"):
        database.connect()
    assert path.exists() is replaced, "no empty one was made"
    elsewhere.replace(path)
    begin(database)
