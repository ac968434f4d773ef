"""Staff download a file: all of it or nothing, under our name, and recorded."""

from pathlib import Path

import pytest
from django.core.files.storage import storages

from callbacks.models import AccessRecord, Attachment, CallbackRequest
from tests.callbacks.helpers import (
    HEIC,
    JPEG,
    PDF,
    VIEW,
    File,
    file_of,
    page_of,
    post_form,
    sign_in,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("content", "extension", "media_type"),
    [(JPEG, "jpg", "image/jpeg"), (PDF, "pdf", "application/pdf"), (HEIC, "heic", "image/heic")],
)
def test_download_is_an_attachment_under_our_own_name(client, content, extension, media_type):
    post_form(client, ("file_2", File(content, b"jane-patient.html", b"text/html")))
    request = CallbackRequest.objects.get()
    response = sign_in(client, VIEW).get(file_of(request, "file_2"), headers={"accept-encoding": "gzip"})
    assert b"".join(response.streaming_content) == content
    assert response["Content-Disposition"] == f'attachment; filename="request-{request.reference}-2.{extension}"'
    assert response["Content-Type"] == media_type
    assert response["Content-Length"] == str(len(content))
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("slot", ["file_2", "file_3", "x"])
def test_download_of_what_is_not_there_is_not_found(client, request_, slot):
    assert sign_in(client, VIEW).get(f"{page_of(request_)[:-7]}files/{slot}/").status_code == 404


def test_download_for_an_unknown_request_is_not_found(client, request_):
    url = file_of(request_).replace(str(request_.pk), "no-such-request")
    assert sign_in(client, VIEW).get(url).status_code == 404


def test_download_takes_get_only(client, request_):
    assert sign_in(client, VIEW).post(file_of(request_)).status_code == 405


@pytest.mark.parametrize("at", [0, 30, 100, 70_000, -1])
def test_damaged_file_gives_a_clear_page_and_not_a_byte_of_itself(client, request_, at):
    path = Path(storages["attachments"].path(Attachment.objects.readable().get().object_name))
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)
    response = sign_in(client, VIEW).get(file_of(request_))
    assert response.status_code == 409
    assert "did not pass its check" in response.content.decode()
    assert b"jpeg content" not in response.content
    assert AccessRecord.objects.count() == 0


def test_missing_file_gives_a_clear_page(client, request_):
    storages["attachments"].delete(Attachment.objects.readable().get().object_name)
    response = sign_in(client, VIEW).get(file_of(request_))
    assert response.status_code == 404
    assert "is not in the store any more" in response.content.decode()
