"""Ways in which form systems of others have failed with files, by the number under which each was made public."""

import datetime
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.storage import storages
from django.utils import timezone

from callbacks.casework import erasure
from callbacks.models import Attachment, CallbackRequest
from tests.callbacks import hostile
from tests.callbacks.helpers import (
    CONTACT,
    DETAILS,
    JPEG,
    PDF,
    PNG,
    SENT,
    WITHDRAW,
    File,
    body,
    fields,
    link_to,
    objects_in_store,
    only_attachment,
    post,
    post_form,
    stored,
    submit,
)
from vault import sealed_files

pytestmark = pytest.mark.django_db
PHP = hostile.REFUSED["php"]


@pytest.mark.parametrize("field", ["file_1", "file_1_url", "file_1[url]", "attachment_url"])
@pytest.mark.parametrize("address", ["https://evil.example/x.php", "file:///etc/passwd", "/etc/passwd"])
def test_address_in_place_of_a_file_is_only_text(client, field, address):
    """CVE-2025-12352"""
    post(client, body(fields() | {field: address}))
    assert CallbackRequest.objects.get().open_details() == DETAILS
    assert (Attachment.objects.arrived().count(), objects_in_store()) == (0, [])


def test_file_that_was_refused_is_not_taken_when_the_form_is_sent_again_without_it(client):
    """CVE-2026-84434: the state of a refused file came back with the form and was stored unchecked."""
    text = fields()
    post(client, body(text, ("file_1", File(PHP, b"x.php"))))
    post(client, body(text | {"file_1": "x.php", "file_1_state": "stored", "file_1-clear": ""}))
    assert only_attachment().reason == "wrong_kind"
    assert objects_in_store() == []


@pytest.mark.parametrize("field", ["file_3", "file_0", "file_1[]", "avatar", "token", "FILE_1"])
def test_file_in_a_field_that_nobody_offered_is_dropped(client, field):
    """CVE-2026-84434, CVE-2026-15748"""
    post_form(client, (field, File(PDF)))
    assert CallbackRequest.objects.count() <= 1
    assert objects_in_store() == []


@pytest.mark.parametrize("extra", [{"chunk": "1", "chunks": "2"}, {"dzchunkindex": "1"}, {"qqpartindex": "1"}])
def test_part_of_a_file_is_checked_as_a_file(client, extra):
    """CVE-2026-87796, CVE-2025-23921: the second part of a file was never checked."""
    location = post_form(client, ("file_1", File(PDF)), **extra)["Location"]
    post(client, body(extra, ("file_2", File(PHP))), location, headers={"content-range": "bytes 5-9/10"})
    assert [a.reason for a in CallbackRequest.objects.get().attachments.all()] == ["", "wrong_kind"]
    assert len(objects_in_store()) == 1


FOLDERS = "/media/ /static/ /attachments/ /var/attachments/ /var/ /uploads/ /files/ /contact/ /contact/sent/ /".split()
TRICKS = ["", "../attachments/", "..%2fattachments%2f", "%2e%2e/attachments/", "....//attachments/"]


@pytest.mark.parametrize("folder", FOLDERS)
def test_stored_file_has_no_address_and_no_folder_is_listed(client, folder):
    """CVE-2015-4455, CVE-2024-13600, CVE-2024-13126, GHSA-88xc-3623-x7qh: attachments in a public folder."""
    post_form(client, ("file_1", File(PDF, b"card.pdf")))
    attachment = only_attachment()
    for name in (attachment.object_name, f"{attachment.object_name}.pdf", "card.pdf", attachment.download_name):
        for trick in TRICKS:
            assert client.get(f"{folder}{trick}{name}").status_code in {404, 400}
    listing = client.get(folder)
    assert attachment.object_name not in listing.content.decode()
    assert client.get(storages["attachments"].url(attachment.object_name)).status_code == 404


def test_store_lies_outside_of_everything_that_is_served():
    """CVE-2015-4455"""
    kept = Path(settings.VAR_DIR / "attachments")
    for served in (settings.MEDIA_ROOT, settings.STATIC_ROOT, *settings.STATICFILES_DIRS):
        assert not kept.is_relative_to(served) and not Path(served).is_relative_to(kept)


@pytest.mark.parametrize("content", [PHP, b"", hostile.REFUSED["html"], hostile.REFUSED["zip"]])
def test_nothing_is_written_before_a_file_is_known_to_be_of_an_accepted_kind(client, monkeypatch, content):
    """CVE-2023-4596: checked once it was stored, and left there."""
    monkeypatch.setattr(sealed_files, "create", lambda name: pytest.fail("an object was made"))
    assert post_form(client, ("file_1", File(content))).status_code == 303
    assert not only_attachment().arrived


@pytest.mark.parametrize("name", ["../../victim", "..\\..\\victim", "%2e%2e/victim", "/victim", "victim\x00.pdf"])
def test_planted_path_reads_and_writes_and_deletes_nothing_but_its_own_object(
    client, tmp_path, name, django_capture_on_commit_callbacks
):
    """CVE-2026-57815, CVE-2026-78657, CVE-2026-59542, CVE-2026-111833: a name that staff's deletion took for a path."""
    (victim := tmp_path / "victim").write_text("still here")
    post_form(client, ("file_1", File(PDF, name.encode())))
    assert objects_in_store() == [only_attachment().object_name]
    past = timezone.now() - datetime.timedelta(days=91)
    CallbackRequest.objects.update(received_at=past, erase_after=past + datetime.timedelta(days=90))
    with django_capture_on_commit_callbacks(execute=True):
        assert erasure.erase_due(timezone.now()) == 1
    assert objects_in_store() == []
    assert victim.read_text() == "still here"


@pytest.mark.parametrize("page", [CONTACT, SENT, WITHDRAW])
def test_posted_path_deletes_nothing(client, page, tmp_path):
    """CVE-2023-6559, CVE-2026-1056"""
    (victim := tmp_path / "victim").write_text("still here")
    other = submit(stored(), nonce="another")
    kept = objects_in_store()
    submit()
    text = dict.fromkeys(["delete", "remove", "path", "object_name", "file_1-clear", "id", "pk"], str(victim))
    post(client, body(text | {"object_name": kept[0], "pk": str(other.pk)}), f"{page}?t={link_to().split('t=')[1]}")
    assert victim.exists() and objects_in_store() == kept
    assert other.attachments.get().arrived


NAMES = [
    b"a.php\t.jpg",
    "a\u202egpj.php".encode(),
    b"a.php.",
    b"a.php ",
    b"a.php;.jpg",
    "ａ.ｐｈｐ".encode(),
    b"\xff.php",
]


@pytest.mark.parametrize("name", NAMES)
def test_strange_name_gets_no_program_past_the_check(client, name):
    """CVE-2020-35489, CVE-2026-114432, CVE-2026-5718: the check looked at the name, and could be made to misread it."""
    post_form(client, ("file_1", File(PHP, name, b"image/jpeg")))
    assert CallbackRequest.objects.get().open_details() == DETAILS
    assert not Attachment.objects.arrived().exists() and objects_in_store() == []


@pytest.mark.parametrize("what", ["php", "phar", "htaccess", "html", "svg", "shell script", "windows program"])
def test_what_runs_somewhere_is_refused_as_an_image(client, what):
    """CVE-2022-0888, CVE-2023-28409, GHSA-5q9m-f76w-7rm3: unrestricted upload."""
    post_form(client, ("file_1", File(hostile.REFUSED[what], b"photo.jpg", b"image/jpeg")))
    assert only_attachment().reason == "wrong_kind"


def test_list_of_kinds_that_the_sender_sends_along_is_ignored(client):
    """CVE-2020-12800, CVE-2026-15748"""
    told = {"supported_type": "php%", "accept": "*", "types": "php", "size_limit": "99999999999"}
    post(client, body(fields() | told, ("file_1", File(PHP, b"x.php%"))))
    assert only_attachment().reason == "wrong_kind"


def test_stored_file_has_a_generated_name(client):
    """CVE-2026-0740"""
    post_form(client, ("file_1", File(PNG, b"shell.php")), ("file_2", File(JPEG, b"shell.php")))
    names = objects_in_store()
    assert len(set(names)) == 2
    assert all(re.fullmatch(r"[0-9a-f]{32}", name) for name in names)
