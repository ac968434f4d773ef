"""Where files are put: whole, durable, private, in little memory, and never at the price of the request."""

import datetime
import io
import os
import shutil
import tracemalloc

import pytest
from django.core.files import File as DjangoFile
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, InMemoryStorage, storages
from django.test import RequestFactory

from callbacks.casework import erasure
from callbacks.models import CallbackRequest
from callbacks.public.upload_handler import receive
from tests import state
from tests.callbacks.helpers import (
    CONTENT_TYPE,
    JPEG,
    MIB,
    PDF,
    PNG,
    File,
    body,
    fields,
    objects_in_store,
    only_attachment,
    post_form,
    stored_bytes,
    text_of,
)
from tests.callbacks.incoming import keep, send
from vault import sealed_files

pytestmark = pytest.mark.django_db
FULL = {"BACKEND": f"{__name__}.FullDisk"}


class FullDisk(FileSystemStorage):
    """Takes the first 100,000 bytes of a file; then the disk is full."""

    def _open(self, name, mode="rb"):
        file = super()._open(name, mode)
        if mode == "wb":
            file.file = _FullFile(file.file)
        return file


class _FullFile:
    def __init__(self, file) -> None:
        self._file = file
        self._left = 100_000

    def write(self, data: bytes) -> int:
        self._left -= len(data)
        if self._left < 0:
            raise OSError(28, "No space left on device")
        return self._file.write(data)

    def __getattr__(self, name: str):
        return getattr(self._file, name)


def test_full_disk_costs_the_file_and_not_the_request(client, settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {"attachments": FULL | {"OPTIONS": {"location": tmp_path / "full"}}}
    response = post_form(client, ("file_1", File(JPEG * 500)), ("file_2", File(PNG)))
    rows = CallbackRequest.objects.get().attachments.all()
    assert [(a.slot, a.reason) for a in rows] == [("file_1", "not_stored"), ("file_2", "")]
    assert objects_in_store() == [rows[1].object_name]
    assert "The fault is ours." in text_of(client.get(response["Location"]))


def test_disk_that_is_full_at_the_last_byte_costs_the_file_and_not_the_request(client, settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {"attachments": FULL | {"OPTIONS": {"location": tmp_path / "full"}}}
    post_form(client, ("file_1", File(JPEG + bytes(99_950 - len(JPEG)))))
    assert only_attachment().reason == "not_stored"
    assert objects_in_store() == []


def test_store_that_cannot_be_reached_costs_the_file_and_not_the_request(client, settings, tmp_path):
    (tmp_path / "in-the-way").write_text("")
    options = {"location": tmp_path / "in-the-way" / "attachments"}
    settings.STORAGES = settings.STORAGES | {"attachments": settings.STORAGES["attachments"] | {"OPTIONS": options}}
    post_form(client, ("file_1", File(JPEG)))
    assert CallbackRequest.objects.get().attachments.get().reason == "not_stored"


@pytest.mark.sqlite_only("about a folder's disk")
def test_file_that_would_fill_the_disk_is_refused_and_the_request_is_stored(client, monkeypatch):
    usage = shutil.disk_usage("/")._replace(free=sealed_files.MIN_FREE_BYTES - 1)
    monkeypatch.setattr(sealed_files.shutil, "disk_usage", lambda _: usage)
    assert post_form(client, ("file_1", File(JPEG))).status_code == 303
    assert only_attachment().reason == "not_stored"


@pytest.mark.sqlite_only(reason="modes and syncs of a folder")
def test_files_are_for_the_owner_only_and_hold_nothing_readable(client):
    secret = JPEG + b"INSURANCE NUMBER 12345" * 50
    post_form(client, ("file_1", File(secret, b"jane-patient.jpg")))
    folder = state.folder_of(storages["attachments"])
    assert folder.stat().st_mode & 0o777 == 0o700
    [file] = folder.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert b"INSURANCE" not in file.read_bytes()
    assert JPEG[:16] not in file.read_bytes()


@pytest.mark.sqlite_only(reason="modes and syncs of a folder")
def test_stored_file_was_written_through_to_the_disk(client, monkeypatch):
    synced = []
    fsync = os.fsync
    monkeypatch.setattr(os, "fsync", lambda descriptor: (synced.append(os.fstat(descriptor)), fsync(descriptor)))
    post_form(client, ("file_1", File(JPEG)))
    folder = state.folder_of(storages["attachments"])
    inodes = [status.st_ino for status in synced]
    file = folder / only_attachment().object_name
    assert folder.parent.stat().st_ino in inodes  # the folder itself was new
    assert inodes.index(file.stat().st_ino) < len(inodes) - 1 - inodes[::-1].index(folder.stat().st_ino)


class EndlessForm(io.RawIOBase):
    """A body of which no more than what is asked for is ever in memory."""

    def __init__(self, size: int) -> None:
        empty = body(fields(), ("file_1", File(PDF)))
        at = empty.index(PDF) + len(PDF)
        self._before, self._after, self._zeros = empty[:at], empty[at:], size
        self.length = len(empty) + size

    def read(self, size: int = -1, /) -> bytes:
        if self._before:
            part, self._before = self._before[:size], self._before[size:]
        elif self._zeros:
            part = bytes(min(size, self._zeros))
            self._zeros -= len(part)
        else:
            part, self._after = self._after[:size], self._after[size:]
        return part


def test_memory_does_not_grow_with_the_file():
    form = EndlessForm(31 * MIB)
    extra = {"wsgi.input": form, "CONTENT_LENGTH": str(form.length)}
    request = RequestFactory().generic("POST", "/", b"x", content_type=CONTENT_TYPE, **extra)
    receive(RequestFactory().post("/"))  # what is loaded once does not count, nor a store's client
    assert not storages["attachments"].exists("nothing")
    tracemalloc.start()
    try:
        handler = receive(request)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert handler.received["file_1"].size == 31 * MIB + len(PDF)
    assert request.POST["complete"] == "1"
    assert peak < (24 if state.SERVERS else 2) * MIB  # a store takes parts of 5 MB, and the client copies one


class NetworkStore(InMemoryStorage):
    """As an S3-compatible store: an object is there once it was closed, and a read may bring less than asked for."""

    def _open(self, name, mode="rb"):
        if mode == "wb":
            return _Sending(self, name)
        return _Short(super()._open(name, mode))


class _Sending(io.BytesIO):
    def __init__(self, store: NetworkStore, name: str) -> None:
        super().__init__()
        self._store, self._name = store, name

    def close(self) -> None:
        if not self.closed:
            self._store.save(self._name, ContentFile(self.getvalue()))
        super().close()


class _Short(DjangoFile):
    def read(self, size: int) -> bytes:
        return self.file.read(min(size, 10_000))


@pytest.fixture
def network_store(settings) -> None:
    store = {"BACKEND": f"{__name__}.NetworkStore"}
    settings.STORAGES = settings.STORAGES | {"attachments": store}


def test_network_store_saves_returns_and_deletes_files(network_store, django_capture_on_commit_callbacks):
    content = JPEG + os.urandom(300_000)
    attachment = keep(send(content))
    assert content not in storages["attachments"].open(attachment.object_name).file.read()
    assert stored_bytes(attachment) == content
    assert sealed_files.verify(attachment.object_name) == len(content)
    with django_capture_on_commit_callbacks(execute=True):
        erasure.withdraw(attachment.request)
    assert objects_in_store() == []
    with pytest.raises(FileNotFoundError):
        sealed_files.verify(attachment.object_name)


def test_refused_file_leaves_nothing_in_a_store_on_the_network(network_store):
    assert send(PDF + bytes(33 * MIB)).refusal == "too_large"
    assert objects_in_store() == []


def test_object_of_no_request_is_swept_from_a_store_on_the_network(network_store):
    kept, _forgotten = keep(send(PDF)), send(PDF)
    assert len(objects_in_store()) == 2
    assert erasure.sweep_orphans(-datetime.timedelta(minutes=1)) == 1
    assert objects_in_store() == [kept.object_name]
