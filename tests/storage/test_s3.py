"""Files in a real S3 store: whole or not there, in little memory, swept, and never at the price of the request."""

import datetime
import os

import pytest
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.utils import timezone

from callbacks.casework import erasure
from callbacks.models import CallbackRequest
from tests import state
from tests.callbacks.helpers import JPEG, File, objects_in_store, post_form, stored, stored_bytes, submit, text_of
from tests.callbacks.incoming import keep, send
from tests.served import free_port
from vault import sealed_files

pytestmark = [pytest.mark.django_db, pytest.mark.servers_only]


@pytest.fixture
def store():
    return storages["attachments"]


def test_large_file_arrives_complete_and_encrypted(store):
    content = JPEG + os.urandom(12 * 1024 * 1024)
    attachment = keep(send(content))
    assert stored_bytes(attachment) == content
    sealed = (state.folder_of(store) / attachment.object_name).read_bytes()
    assert sealed.startswith(b"ENC1") and JPEG[:12] not in sealed


def test_object_is_not_there_before_it_was_closed(store, settings):
    before = set(settings.VAR_DIR.iterdir())
    file = sealed_files.create("half")
    file.write(bytes(100_001))
    assert not store.exists("half") and set(settings.VAR_DIR.iterdir()) == before
    sealed_files.close_durably(file)
    assert store.exists("half") and store.size("half") == 100_001


def test_file_that_the_store_accepts_and_loses_is_an_error(store, monkeypatch):
    monkeypatch.setattr(type(store), "size", lambda self, name: 0)
    with pytest.raises(OSError, match="did not keep"):
        store.save("a", ContentFile(b"content"))


def test_file_refused_late_leaves_no_object(store):
    assert send(JPEG + bytes(33 * 1024 * 1024)).refusal == "too_large"
    assert objects_in_store() == []


def test_object_without_a_request_is_swept(store):
    kept = keep(send(JPEG))
    forgotten = send(JPEG)
    assert erasure.sweep_orphans() == 0, "it may still be on its way"
    assert erasure.sweep_orphans(-datetime.timedelta(minutes=1)) == 1
    assert objects_in_store() == [kept.object_name] != [forgotten.object_name]


def test_names_and_ages_come_from_one_listing(store):
    submit(stored())
    later = timezone.now() + datetime.timedelta(minutes=1)
    assert sealed_files.names_older_than(later) == objects_in_store()
    assert sealed_files.names_older_than(later - datetime.timedelta(hours=1)) == []


def test_missing_object_is_missing_as_a_file_would_be(store):
    for ask in (store.size, store.get_modified_time, lambda name: store.open(name, "rb")):
        with pytest.raises(FileNotFoundError):
            ask("nothing")
    assert not store.exists("nothing")
    store.delete("nothing")


def test_store_outage_costs_the_file_and_not_the_request(client, settings, caplog):
    entry = settings.STORAGES["attachments"]
    away = entry | {"OPTIONS": entry["OPTIONS"] | {"endpoint_url": f"http://127.0.0.1:{free_port()}"}}
    settings.STORAGES = settings.STORAGES | {"attachments": away}
    response = post_form(client, ("file_1", File(JPEG * 500)))
    row = CallbackRequest.objects.get().attachments.get()
    assert (row.reason, row.object_name) == ("not_stored", "")
    assert "The fault is ours." in text_of(client.get(response["Location"]))
    assert "tests-secret" not in caplog.text


def test_store_that_refuses_the_key_costs_the_file_and_not_the_request(client, settings):
    entry = settings.STORAGES["attachments"]
    wrong = entry | {"OPTIONS": entry["OPTIONS"] | {"secret_key": "wrong"}}
    settings.STORAGES = settings.STORAGES | {"attachments": wrong}
    post_form(client, ("file_1", File(JPEG)))
    assert CallbackRequest.objects.get().attachments.get().reason == "not_stored"


@pytest.mark.parametrize("name", ["../other/secret", "a/../../b", "/etc/passwd", "a//b", "..", "."])
def test_name_never_leads_out_of_the_folder(store, name):
    for ask in (store.size, store.delete, store.exists, lambda name: store.open(name, "rb")):
        with pytest.raises(SuspiciousFileOperation):
            ask(name)


def test_listing_names_what_is_in_a_folder_and_nothing_below_it(store):
    for name in ("a", "pictures/b", "pictures/deep/c"):
        assert store.save(name, ContentFile(b"content")) == name
    assert store.listdir("") == (["pictures"], ["a"])
    assert store.listdir("pictures") == store.listdir("pictures/") == (["deep"], ["b"])
    assert store.listdir("nothing") == ([], [])


def test_saving_again_overwrites(store):
    for content in (b"first", b"second"):
        assert store.save("a", ContentFile(content)) == "a"
    with store.open("a") as file:
        assert file.read() == b"second"


def test_no_address_of_the_store_is_given_out(store):
    assert store.url("some") == "/media/some"
