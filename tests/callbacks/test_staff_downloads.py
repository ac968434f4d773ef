"""Staff download a file: all of it or nothing, under our name, and recorded."""

import pytest
from django.core.files.storage import storages

from callbacks.files import clean_copies
from callbacks.models import Attachment
from callbacks.values.upload_rules import Kind
from tests import state
from tests.callbacks.helpers import (
    HEIC,
    JPEG,
    ORIGINALS,
    PDF,
    VIEW,
    WORK,
    page_of,
    records,
    sign_in,
    step,
    stored,
    submit,
)

pytestmark = pytest.mark.django_db
KINDS = [(JPEG, Kind.JPEG, "image/jpeg"), (PDF, Kind.PDF, "application/pdf"), (HEIC, Kind.HEIC, "image/heic")]


def assert_is_the_file(response, content: bytes, name: str, media_type: str) -> None:
    assert b"".join(response.streaming_content) == content
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'
    assert response["Content-Type"] == media_type
    assert response["Content-Length"] == str(len(content))
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize(("content", "kind", "media_type"), KINDS)
def test_original_is_an_attachment_under_our_own_name(client, content, kind, media_type):
    request = submit(stored("file_2", content, kind))
    sign_in(client, VIEW, WORK, ORIGINALS)
    response = client.get(step("original", request, "file_2"), headers={"accept-encoding": "gzip"})
    assert_is_the_file(response, content, f"request-{request.reference}-2.{kind}", media_type)
    assert records() == [("original", "file_2")]


def test_pdf_is_an_attachment_under_our_own_name(client):
    request = submit(stored(content=PDF, kind=Kind.PDF))
    response = sign_in(client, VIEW, WORK).get(step("file", request, "file_1"))
    assert_is_the_file(response, PDF, f"request-{request.reference}-1.pdf", "application/pdf")
    assert records() == [("downloaded", "file_1")]


def test_original_needs_its_own_permission(staff, asked):
    assert staff.get(step("original", asked, "file_1")).status_code == 403
    assert step("original", asked, "file_1") not in staff.get(page_of(asked)).content.decode()


def test_download_of_what_is_not_there_is_not_found(staff, asked):
    for slot in ("file_2", "file_3", "x"):
        assert staff.get(step("file", asked, slot)).status_code == 404, slot
    assert staff.get(step("file", submit(nonce="another"), "file_1")).status_code == 404
    url = step("file", asked, "file_1").replace(str(asked.pk), "no-such-request")
    assert staff.get(url, follow=True).status_code == 404


def test_download_accepts_only_get(staff, asked):
    assert staff.post(step("file", asked, "file_1")).status_code == 405


@pytest.mark.parametrize("name", ["file", "original"])
def test_held_file_is_not_given_to_anybody(client, asked, name):
    Attachment.objects.arrived().update(state="held")
    response = sign_in(client, superuser=True).get(step(name, asked, "file_1"))
    assert response.status_code == 409
    assert "cannot be opened yet" in response.content.decode()
    assert b"jpeg content" not in response.content
    assert records() == []


def test_picture_of_which_no_clean_copy_can_be_made_is_not_given(client, asked, monkeypatch):
    def refuse(attachment, *, original=False):
        raise clean_copies.CannotClean("This picture is damaged or cut off.")

    monkeypatch.setattr(clean_copies, "for_staff", refuse)
    response = sign_in(client, VIEW, WORK).get(step("file", asked, "file_1"))
    assert response.status_code == 409
    assert "This picture is damaged or cut off." in response.content.decode()
    assert records() == []


@pytest.mark.parametrize("at", [0, 30, 100, 70_000, -1])
def test_damaged_file_gives_a_clear_page_and_not_a_byte_of_itself(client, at):
    request = submit(stored(content=PDF * 100, kind=Kind.PDF))
    path = state.folder_of(storages["attachments"]) / Attachment.objects.get().object_name
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)
    response = sign_in(client, VIEW, WORK).get(step("file", request, "file_1"))
    assert response.status_code == 409
    assert "failed its integrity check" in response.content.decode()
    assert b"pdf content" not in response.content
    assert records() == []


def test_missing_file_gives_a_clear_page(client, asked):
    storages["attachments"].delete(Attachment.objects.readable().get().object_name)
    response = sign_in(client, VIEW, WORK).get(step("file", asked, "file_1"))
    assert response.status_code == 404
    assert "is no longer in the storage" in response.content.decode()


def test_second_picture_at_once_is_answered_with_a_page_that_comes_back(staff, asked):
    with clean_copies._lock:
        response = staff.get(step("file", asked, "file_1"))
    assert response.status_code == 503
    assert 5 <= int(response["Retry-After"]) <= 15 and response["Refresh"] == response["Retry-After"]
    assert "This download starts by itself" in response.content.decode()
    assert records() == []
    assert staff.get(step("file", asked, "file_1")).status_code == 200


def test_file_with_a_mark_is_called_so_on_the_page_and_in_its_name(client):
    request = submit(stored(content=PDF, kind=Kind.PDF))
    Attachment.objects.update(found="script inside")
    page = sign_in(client, VIEW, WORK).get(page_of(request)).content.decode()
    assert "It contains a script." in page and "It contains another file." in page
    response = client.get(step("file", request, "file_1"))
    assert_is_the_file(response, PDF, f"request-{request.reference}-1-careful.pdf", "application/pdf")
