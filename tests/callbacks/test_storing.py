"""Where files are put: whole, durable, private, in little memory, and never at the price of the request."""

import io
import os
import tracemalloc
from pathlib import Path

import pytest
from django.core.files.storage import storages
from django.test import RequestFactory

from callbacks.models import CallbackRequest
from callbacks.receiving import receive
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
    text_of,
)

pytestmark = pytest.mark.django_db
FULL = {"BACKEND": "tests.callbacks.helpers.FullDisk"}


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


def test_files_are_for_the_owner_only_and_hold_nothing_readable(client):
    secret = JPEG + b"INSURANCE NUMBER 12345" * 50
    post_form(client, ("file_1", File(secret, b"jane-patient.jpg")))
    folder = Path(storages["attachments"].location)
    assert folder.stat().st_mode & 0o777 == 0o700
    [file] = folder.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert b"INSURANCE" not in file.read_bytes()
    assert b"JFIF" not in file.read_bytes()


def test_stored_file_was_written_through_to_the_disk(client, monkeypatch):
    synced = []
    fsync = os.fsync
    monkeypatch.setattr(os, "fsync", lambda descriptor: (synced.append(os.fstat(descriptor)), fsync(descriptor)))
    post_form(client, ("file_1", File(JPEG)))
    folder = Path(storages["attachments"].location)
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
    receive(RequestFactory().post("/"))  # what is loaded once does not count
    tracemalloc.start()
    try:
        handler = receive(request)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert handler.received["file_1"].size == 31 * MIB + len(PDF)
    assert request.POST["complete"] == "1"
    assert peak < 2 * MIB
