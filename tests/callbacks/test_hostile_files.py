"""Files and bodies made to do harm, or as others have failed (CVE): none costs the call or stores what it must not."""

import datetime
import gzip
import io
import itertools
import re
import tempfile
from pathlib import Path

import pytest
from django.core.files.storage import storages
from django.utils import timezone

from callbacks.casework import erasure
from callbacks.models import Attachment, CallbackRequest
from tests import state
from tests.callbacks import hostile
from tests.callbacks.helpers import (
    BOUNDARY,
    CONTACT,
    DETAILS,
    HEIC,
    JPEG,
    PDF,
    PNG,
    SENT,
    WITHDRAW,
    File,
    assert_form_comes_back,
    attachments,
    body,
    fields,
    forget_requests,
    link_to,
    objects_in_store,
    only_attachment,
    post,
    post_form,
    stored,
    stored_bytes,
    submit,
    text_of,
    two_at_a_time,
)
from vault import sealed_files

pytestmark = pytest.mark.django_db
PHP = hostile.REFUSED["php"]

#: What a file is called and declared to be. CVE-2020-35489, CVE-2026-114432, CVE-2026-5718: a check misread such names.
DISGUISES = [
    (b"IMG_0001.JPG", b"image/jpeg"),
    (b"x.php\x00.pdf", b"text/html"),
    ("a\u202egpj.php".encode(), b"image/jpeg"),
    ("ａ.ｐｈｐ".encode(), b"image/jpeg"),
    (b"\xff.php", b"application/pdf"),
]


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch, settings) -> Path:
    """A folder for temporary files that must stay empty: no byte of a file is written in the clear."""
    (folder := tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert list(folder.iterdir()) == []
    assert not settings.MEDIA_ROOT.exists()


def disguised(contents) -> list[File]:
    return [File(content, *disguise) for content, disguise in zip(contents, itertools.cycle(DISGUISES), strict=False)]


def assert_sound(content: bytes) -> None:
    """What is in the store belongs to a row, is called by us (CVE-2026-0740), and shows nothing of the file."""
    assert set(objects_in_store()) == Attachment.objects.object_names()
    for name in objects_in_store():
        assert re.fullmatch(r"[0-9a-f]{32}", name)
        sealed = (state.folder_of(storages["attachments"]) / name).read_bytes()
        assert content[:24] not in sealed and content[-24:] not in sealed


@pytest.mark.any_backend
def test_file_of_another_kind_is_refused_whatever_its_name(client):
    """CVE-2022-0888, CVE-2023-28409, GHSA-5q9m-f76w-7rm3: unrestricted upload."""
    for files in two_at_a_time(disguised(hostile.REFUSED.values())):
        response = post_form(client, *files)
        assert response.status_code == 303
        assert [each.reason for each in attachments()] == ["wrong_kind"] * len(files), files
        assert objects_in_store() == []
        words = text_of(client.get(response["Location"]))
        assert all(each.why_refused in words for each in attachments()), files
        assert "Your request for a call is safe." in words
        forget_requests()


def test_file_of_an_accepted_kind_is_sealed_as_it_is_and_never_opened(client):
    kinds = dict(hostile.TAKEN.values())
    for files in two_at_a_time(disguised(kinds)):
        response = post_form(client, *files)
        assert response.status_code == 303
        for attachment, (_, file) in zip(attachments(), files, strict=True):
            assert (attachment.kind, attachment.size) == (kinds[file.content], len(file.content)), file
            assert stored_bytes(attachment) == file.content
            assert_sound(file.content)
        assert client.get(response["Location"]).status_code == 200, files
        forget_requests()


@pytest.mark.any_backend
@pytest.mark.parametrize("ending", ["cut", "whole"])
def test_malformed_rest_behind_good_text_never_costs_the_call(client, ending):
    text = body(fields(), complete=ending == "whole").removesuffix(f"--{BOUNDARY}--\r\n".encode())
    for what, tail in hostile.TAILS.items():
        response = post(client, text + tail)
        if ending == "whole" or CallbackRequest.objects.exists():
            assert response.status_code == 303, what
            assert CallbackRequest.objects.get().open_details() == DETAILS, what
        else:
            assert_form_comes_back(response, 422)
        assert_sound(b"%PDF-1.7 and more than that")
        forget_requests()


def test_length_that_lies_never_fails_and_never_stores_a_half(client):
    data = body(fields(), ("file_1", File(PDF)))
    for length, status in {"0": 422, "100": 422, "-1": 422, "x": 422, "": 422, "9999999": 303}.items():
        response = post(client, data, **{"wsgi.input": io.BytesIO(data), "CONTENT_LENGTH": length})
        assert response.status_code in {status, 400}, length
        assert CallbackRequest.objects.count() == (status == 303), length
        assert_sound(PDF)


@pytest.mark.parametrize("content", [PDF, JPEG, PNG, HEIC])
def test_file_cut_off_anywhere_is_no_file(client, content):
    data = body(fields(), ("file_1", File(content)))
    for sent in (1, 8, 100, 511, 512, 513, 700):
        response = post(client, data, **{"wsgi.input": io.BytesIO(data[: data.index(content) + sent])})
        assert response.status_code == 303
        assert not only_attachment().arrived and objects_in_store() == [], sent
        forget_requests()


@pytest.mark.any_backend
def test_body_that_claims_to_be_packed_is_not_unpacked(client):
    data = gzip.compress(body(fields()) + bytes(10_000_000))
    for encoding in ("gzip", "br", "deflate", "x"):
        response = post(client, data, headers={"content-encoding": encoding})
        assert response.status_code in {400, 422}
        assert CallbackRequest.objects.count() == 0


@pytest.mark.any_backend
def test_declared_accept_list_changes_nothing(client):
    """CVE-2020-12800, CVE-2026-15748"""
    told = {"accept": "*/*", "allowed_types": "php%", "supported_type": "php%", "types": "php", "kind": "php"}
    post_form(client, ("file_1", File(PHP, b"x.php%")), object_name="../x", size_limit="99999999999", **told)
    assert only_attachment().reason == "wrong_kind" and objects_in_store() == []


def test_address_in_place_of_a_file_is_only_text(client):
    """CVE-2025-12352"""
    for address in ("https://evil.example/x.php", "file:///etc/passwd", "/etc/passwd"):
        told = dict.fromkeys(["file_1", "file_1_url", "file_1[url]", "attachment_url"], address)
        post(client, body(fields() | told))
        assert not any(each.arrived for each in attachments()) and objects_in_store() == []
        forget_requests()


def test_file_that_was_refused_is_not_taken_when_the_form_is_sent_again_without_it(client):
    """CVE-2026-84434: the state of a refused file came back with the form and was stored unchecked."""
    text = fields()
    post(client, body(text, ("file_1", File(PHP, b"x.php"))))
    post(client, body(text | {"file_1": "x.php", "file_1_state": "stored", "file_1-clear": ""}))
    assert only_attachment().reason == "wrong_kind"
    assert objects_in_store() == []


def test_part_of_a_file_is_checked_as_a_file(client):
    """CVE-2026-87796, CVE-2025-23921: the second part of a file was never checked."""
    extra = {"chunk": "1", "chunks": "2", "dzchunkindex": "1", "qqpartindex": "1"}
    location = post_form(client, ("file_1", File(PDF)), **extra)["Location"]
    post(client, body(extra, ("file_2", File(PHP))), location, headers={"content-range": "bytes 5-9/10"})
    assert [each.reason for each in attachments()] == ["", "wrong_kind"]
    assert len(objects_in_store()) == 1


FOLDERS = "/media/ /static/ /attachments/ /var/attachments/ /var/ /uploads/ /files/ /contact/ /contact/sent/ /".split()
TRICKS = ["", "../attachments/", "..%2fattachments%2f", "%2e%2e/attachments/", "....//attachments/"]


def test_stored_file_has_no_address_and_no_folder_is_listed(client):
    """CVE-2015-4455, CVE-2024-13600, CVE-2024-13126, GHSA-88xc-3623-x7qh: attachments in a public folder."""
    post_form(client, ("file_1", File(PDF, b"card.pdf")))
    name = only_attachment().object_name
    names = [*(f"{trick}{name}" for trick in TRICKS), f"{name}.pdf", "card.pdf", only_attachment().download_name]
    for folder in FOLDERS:
        for address in names:
            assert client.get(f"{folder}{address}").status_code in {404, 400}, (folder, address)
        assert name not in client.get(folder).content.decode(), folder
    assert client.get(storages["attachments"].url(name)).status_code == 404


def test_store_is_outside_everything_that_is_served(settings):
    """CVE-2015-4455"""
    kept = Path(settings.VAR_DIR / "attachments")
    for served in (settings.MEDIA_ROOT, settings.STATIC_ROOT, *settings.STATICFILES_DIRS):
        assert not kept.is_relative_to(served) and not Path(served).is_relative_to(kept)


def test_nothing_is_written_before_a_file_is_known_to_be_of_an_accepted_kind(client, monkeypatch):
    """CVE-2023-4596: checked once it was stored, and left there."""
    monkeypatch.setattr(sealed_files, "create", lambda name: pytest.fail("an object was made"))
    for files in two_at_a_time(map(File, [PHP, b"", hostile.REFUSED["html"], hostile.REFUSED["zip"]])):
        assert post_form(client, *files).status_code == 303
        assert not any(each.arrived for each in attachments())
        forget_requests()


def test_planted_path_reads_and_writes_and_deletes_nothing_but_its_own_object(
    client, tmp_path, django_capture_on_commit_callbacks
):
    """CVE-2026-57815, CVE-2026-78657, CVE-2026-59542, CVE-2026-111833: a name that staff's deletion took for a path."""
    (victim := tmp_path / "victim").write_text("still here")
    names = [b"../../victim", b"..\\..\\victim", b"%2e%2e/victim", b"victim\x00.pdf", str(victim).encode()]
    for files in two_at_a_time(File(PDF, name) for name in names):
        post_form(client, *files)
    assert len(objects_in_store()) == len(names)
    past = timezone.now() - datetime.timedelta(days=91)
    CallbackRequest.objects.update(received_at=past, erase_after=past + datetime.timedelta(days=90))
    with django_capture_on_commit_callbacks(execute=True):
        assert erasure.erase_due(timezone.now()) == 3
    assert objects_in_store() == []
    assert victim.read_text() == "still here"


def test_posted_path_deletes_nothing(client, tmp_path):
    """CVE-2023-6559, CVE-2026-1056"""
    (victim := tmp_path / "victim").write_text("still here")
    other = submit(stored(), nonce="another")
    kept = objects_in_store()
    submit()
    text = dict.fromkeys(["delete", "remove", "path", "object_name", "file_1-clear", "id", "pk"], str(victim))
    for page in (CONTACT, SENT, WITHDRAW):
        post(client, body(text | {"object_name": kept[0], "pk": str(other.pk)}), link_to(page=page))
        assert victim.exists() and objects_in_store() == kept, page
        assert other.attachments.get().arrived
