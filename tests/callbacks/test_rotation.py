"""Keys can be changed while the site serves, whatever interrupts it, and an old key is not needed afterwards."""

import io
import json
import os
import re

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage, storages
from django.core.management import CommandError, call_command

from accounts import secrets
from callbacks.casework import erasure
from callbacks.files import rotation
from callbacks.models import Attachment, CallbackRequest
from tests import forks, state
from tests.callbacks import rotating
from tests.callbacks.helpers import DETAILS, JPEG, objects_in_store, stored, stored_bytes, submit
from tests.factories import make_staff
from tests.prebuilt import migrated
from vault import keyring, sealed_files, streams
from vault.keyring import VaultError

pytestmark = pytest.mark.django_db

OLD, NEW = {1: b"1" * 32}, {2: b"2" * 32}
REST = "Second factors: 0 moved.\nPage reports: 0 moved.\nNumbers not to call: 0 moved.\n"
NONE = "0 second factors, 0 page reports, 0 numbers not to call"


def rotate(*arguments: str) -> str:
    output = io.StringIO()
    call_command("rotate_keys", *arguments, stdout=output, stderr=output)
    return output.getvalue()


@pytest.fixture
def request_(settings) -> CallbackRequest:
    """Sent under the old key; the new one is there by now."""
    settings.VAULT_KEYS = OLD
    request = submit(stored(content=JPEG * 300))
    note = request.notes.model(request=request, username="x")
    note.seal_text("called at noon")
    note.save()
    settings.VAULT_KEYS = OLD | NEW
    return request


def raw(name: str) -> bytes:
    with storages["attachments"].open(name, "rb") as file:
        return file.read()


def test_everything_opens_without_the_old_key_after_a_rotation(request_, settings):
    assert (
        rotate() == "Requests: 1 moved to key 2, 0 were under it.\nFiles: 1 moved to key 2, 0 were under it.\n" + REST
    )
    settings.VAULT_KEYS = NEW
    (request,) = CallbackRequest.objects.with_phone(DETAILS.phone)
    assert request.open_details() == DETAILS
    assert request.notes.get().open_text() == "called at noon"
    attachment = request.attachments.get()
    assert attachment.open_name() == "card.jpg"
    assert sealed_files.verify(attachment.object_name) == attachment.size
    assert stored_bytes(attachment) == JPEG * 300


def test_rotation_changes_only_the_header_of_a_file(request_):
    name = Attachment.objects.get().object_name
    before = raw(name)
    rotate()
    after = raw(name)
    assert after[streams.HEADER_BYTES :] == before[streams.HEADER_BYTES :]
    assert after[: streams.HEADER_BYTES] != before[: streams.HEADER_BYTES]
    assert objects_in_store() == [name]
    if not state.SERVERS:
        assert (state.folder_of(storages["attachments"]) / name).stat().st_mode & 0o077 == 0


def test_second_rotation_touches_nothing(request_):
    rotate()
    name = Attachment.objects.get().object_name
    before = CallbackRequest.objects.values_list().get(), raw(name)
    assert (
        rotate() == "Requests: 0 moved to key 2, 1 were under it.\nFiles: 0 moved to key 2, 1 were under it.\n" + REST
    )
    assert (CallbackRequest.objects.values_list().get(), raw(name)) == before


def test_check_lists_what_is_under_which_key(request_, settings):
    submit(nonce="later")
    assert rotate("--check") == (
        f"Key 1: 1 requests, 1 files, {NONE}. Run `manage.py rotate_keys`.\n"
        f"Key 2: 1 requests, 0 files, {NONE}, and everything new.\n"
    )
    rotate()
    assert f"Key 1: 0 requests, 0 files, {NONE}. It may be removed" in rotate("--check")
    settings.VAULT_KEYS = OLD
    assert f"Key 2: 2 requests, 1 files, {NONE}. THIS KEY IS MISSING" in rotate("--check")


@pytest.mark.parametrize("old", [{}, {1: b"x" * 32}])
def test_missing_or_wrong_old_key_is_reported_and_the_rest_is_moved(request_, settings, old):
    settings.VAULT_KEYS = {1: b"1" * 32, 3: b"3" * 32}
    submit(stored(), nonce="under key 3")
    settings.VAULT_KEYS = old | {3: b"3" * 32, 4: b"4" * 32}
    before = CallbackRequest.objects.values_list().get(pk=request_.pk)
    output = io.StringIO()
    with pytest.raises(CommandError, match="Some cannot be opened: 2"):
        call_command("rotate_keys", stdout=output)
    assert "Requests: 1 moved to key 4, 0 were under it, 1 cannot be opened." in output.getvalue()
    assert "Files: 1 moved to key 4, 0 were under it, 1 cannot be opened." in output.getvalue()
    assert CallbackRequest.objects.values_list().get(pk=request_.pk) == before


def test_no_key_at_all_is_reported(settings):
    settings.VAULT_KEYS = {}
    for arguments in ([], ["--check"]):
        with pytest.raises(CommandError, match="no key"):
            rotate(*arguments)


def test_missing_object_is_counted(request_):
    sealed_files.discard(Attachment.objects.get().object_name)
    assert "Files: 0 moved to key 2, 0 were under it, 1 missing." in rotate()
    assert "Files that are damaged or missing: 1." in rotate("--check")


def test_withdrawn_request_holds_nothing_to_move(request_, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        erasure.withdraw(request_)
    assert (
        rotate() == "Requests: 0 moved to key 2, 0 were under it.\nFiles: 0 moved to key 2, 0 were under it.\n" + REST
    )
    assert "damaged" not in rotate("--check")


@pytest.mark.parametrize(("module", "step"), [(streams, "rewrapped"), (sealed_files, "key_number")])
def test_file_erased_in_the_middle_of_its_rotation_stays_erased_and_is_not_called_missing(
    request_, monkeypatch, django_capture_on_commit_callbacks, module, step
):
    then, said = getattr(module, step), []

    def erase_first(*args):
        with django_capture_on_commit_callbacks(execute=True):
            erasure.erase(request_, by=make_staff())
        return then(*args)

    monkeypatch.setattr(module, step, erase_first)
    rotation.rewrap_files(said.append)
    assert objects_in_store() == [] and "missing" not in said[-1]


def test_download_in_progress_survives_a_rotation(request_):
    name = Attachment.objects.get().object_name
    chunks = sealed_files.plain_chunks(name)
    first = next(chunks)
    rotate()
    assert first + b"".join(chunks) == JPEG * 300


@pytest.mark.sqlite_only(reason="a full disk under a folder; a store takes an object whole or not at all")
def test_full_disk_leaves_the_old_version(request_, monkeypatch):
    name = Attachment.objects.get().object_name
    before = raw(name)

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(sealed_files.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        rotation.rewrap_files(print)
    assert (objects_in_store(), raw(name)) == ([name], before)


class OtherStore(InMemoryStorage):
    """Takes a file of the same name in place of the old one, like an S3 bucket."""

    def get_available_name(self, name, max_length=None):
        self.delete(name)
        return name


def test_store_without_a_folder_is_rotated(request_, settings):
    name = Attachment.objects.get().object_name
    content = raw(name)
    settings.STORAGES = settings.STORAGES | {"attachments": {"BACKEND": f"{__name__}.OtherStore"}}
    other = storages["attachments"]
    other.save(name, ContentFile(content))
    sealed_files.rewrap(name)
    settings.VAULT_KEYS = NEW
    assert b"".join(sealed_files.plain_chunks(name)) == JPEG * 300
    assert other.listdir("")[1] == [name]


def test_second_factors_are_moved_too_and_failures_reported(monkeypatch):
    monkeypatch.setattr(secrets, "rewrap_all", lambda: 3)
    assert "Second factors: 3 moved." in rotate()

    def fail() -> int:
        raise VaultError("No key fits.")

    monkeypatch.setattr(secrets, "rewrap_all", fail)
    with pytest.raises(CommandError, match="Some cannot be opened: 1"):
        rotate()


def test_long_rotation_reports_progress(request_, monkeypatch):
    monkeypatch.setattr(rotation, "REPORT_EVERY", 2)
    for number in range(4):
        submit(nonce=str(number))
    output = rotate()
    assert [line.split(",")[0] for line in output.splitlines() if "checked" in line] == [
        "Requests: 2 checked",
        "Requests: 4 checked",
    ]
    assert "Requests: 1 moved to key 2, 4 were under it." in output


def test_current_key_is_listed_for_an_index_too(settings):
    settings.VAULT_KEYS = OLD | NEW
    assert keyring.leading_number(keyring.index(DETAILS.phone)) == 2


def test_rotation_killed_at_any_line_is_finished_by_the_next(tmp_path):
    env = os.environ | state.make(tmp_path, like=migrated())
    done = forks.run(["-m", "tests.callbacks.rotating"], env, strict=True)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["endings"].count(-9) >= 10, "it must have been killed, or this test says nothing"
    assert result["moved"] == sorted(result["moved"]), "what is moved stays moved"
    for kind, moved, before in re.findall(r"(\w+): (\d+) moved to key 2, (\d+) were under it\.", result["report"]):
        assert int(moved) + int(before) == rotating.REQUESTS, kind
    assert result["found"] == rotating.REQUESTS
    assert result["drafts"] == result["swept"]
