"""On a real database file: people who send at the same moment, and what a thief of var/ could read."""

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from tests import state
from tests.callbacks import machine
from tests.prebuilt import migrated


@pytest.fixture(scope="module")
def ran(tmp_path_factory) -> tuple[dict, Path]:
    """What machine.py printed, and the folder it left behind."""
    var = tmp_path_factory.mktemp("machine")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.callbacks.machine"],
        cwd=settings.BASE_DIR,
        env=os.environ | state.make(var, like=migrated()),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (var / "log").write_text(done.stderr)
    return json.loads(done.stdout), var


def test_same_form_sent_eight_times_at_once_makes_one_request_with_two_files(ran):
    result, _ = ran
    assert result["statuses"] == [303] * 16
    assert (result["after_race"], result["stored_after_race"]) == (1, 2)


def test_eight_people_at_once_make_eight_requests(ran):
    result, _ = ran
    assert result["requests"] == 1 + machine.THREADS - 2  # one was taken back, one was purged
    assert result["readable"]


def test_every_object_belongs_to_a_row_and_every_row_has_its_object(ran):
    result, _ = ran
    assert result["rows"] == result["objects"]
    assert len(result["rows"]) == 2 * result["requests"]


def test_nothing_of_what_was_sent_can_be_read_in_any_file(ran):
    _, var = ran
    words = [*machine.SECRETS.values(), *machine.SECRETS["name"].split(), machine.STORED_PHONE]
    words += [machine.CONTENT.decode().strip(), machine.FILE_NAME.decode()]
    files = state.files(var)
    assert {path.name for path in files} >= ({"PG_VERSION", "log"} if state.SERVERS else {"db.sqlite3", "log"})
    everything = {path: path.read_bytes() for path in files}
    assert sum(map(len, everything.values())) > 1_000_000
    for word in words:
        raw = word.encode()
        forms = {raw, raw.upper(), raw.lower(), raw.hex().encode(), word.encode("utf-16-le"), word.encode("utf-16-be")}
        # Base64 of the word where it begins at each of three places; the ends depend on what is beside it.
        forms |= {base64.b64encode(b"\0" * at + raw)[4:-4] for at in range(3)}
        for form in (form for form in forms if len(form) >= 6):  # four bytes are among millions by chance
            for path, data in everything.items():
                assert form not in data, f"{word} is in {path}"


@pytest.mark.sqlite_only(reason="PostgreSQL's vacuum takes erased rows away, later: docs/decisions/0009")
def test_erased_request_is_gone_from_the_database_file_and_its_log(ran):
    result, _ = ran
    assert result["report"] == "Callback requests erased: 1. Files without a request removed: 0.\n"
    assert result["stood_there"] == [True] * 4
    assert result["still_there"] == [False, False]


@pytest.mark.sqlite_only(reason="PostgreSQL's vacuum takes erased rows away, later: docs/decisions/0009")
def test_request_taken_back_is_gone_from_the_database_file_and_its_log_at_once(ran):
    result, _ = ran
    assert result["withdrawn_still_there"] == [False, False]
