"""Files on their way in: exact limits, kinds by content, odd bodies, and nothing left behind."""

import io
import os

import pytest

from callbacks.models import Attachment, CallbackRequest
from tests.callbacks.helpers import (
    BOUNDARY,
    DETAILS,
    HEIC,
    JPEG,
    MIB,
    PDF,
    PNG,
    File,
    attachments,
    body,
    fields,
    forget_requests,
    objects_in_store,
    only_attachment,
    post,
    post_form,
    stored_bytes,
    text_of,
    two_at_a_time,
)

pytestmark = pytest.mark.django_db


def test_file_is_recognized_by_its_content_not_its_name(client):
    names = [(b"x.html", b"text/html"), (b"x", b""), (b"x.pdf", b"application/pdf"), (b"x.png", b"image/png")]
    contents = {PDF: "pdf", JPEG: "jpg", PNG: "png", HEIC: "heic"}
    for files in two_at_a_time(File(content, *name) for content, name in zip(contents, names, strict=True)):
        post_form(client, *files)
        for attachment, (_, file) in zip(attachments(), files, strict=True):
            assert (attachment.kind, attachment.size) == (contents[file.content], len(file.content))
            assert stored_bytes(attachment) == file.content
        forget_requests()


def test_file_of_exactly_32_mb_is_stored(client):
    content = PDF + os.urandom(32 * MIB - len(PDF))
    post_form(client, ("file_1", File(content)))
    attachment = only_attachment()
    assert attachment.size == 33_554_432
    assert stored_bytes(attachment) == content


def test_file_one_byte_over_32_mb_is_refused_and_the_request_is_kept(client):
    response = post_form(client, ("file_1", File(PDF + bytes(32 * MIB - len(PDF) + 1))), ("file_2", File(PNG)))
    assert [(each.slot, each.reason) for each in attachments()] == [("file_1", "too_large"), ("file_2", "")]
    assert objects_in_store() == [attachments()[1].object_name]
    assert "It is larger than 32 MB." in text_of(client.get(response["Location"]))


def test_files_that_come_before_the_text_do_not_cost_the_text(client):
    data = body({}, ("file_1", File(PDF + bytes(33 * MIB))), ("file_2", File(b"no"))).removesuffix(
        f"--{BOUNDARY}--\r\n".encode()
    )
    assert post(client, data + body(fields())).status_code == 303
    assert CallbackRequest.objects.get().open_details() == DETAILS


def test_body_that_declares_more_than_2_gb_is_not_read_on_and_the_request_is_kept(client):
    data = body(fields(), ("file_1", File(PDF + bytes(MIB))))
    stream = io.BytesIO(data)
    assert post(client, data, **{"wsgi.input": stream, "CONTENT_LENGTH": str(2048 * MIB + 1)}).status_code == 303
    assert only_attachment().reason == "too_large"
    assert objects_in_store() == []
    assert stream.tell() < MIB


@pytest.mark.parametrize("files", [(), (("file_1", File(PDF * 9000)),)])
def test_body_that_declares_no_length_is_read_to_its_end(client, files):
    data = body(fields(), *files)
    stream = io.BytesIO(data)
    extra = {"CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True}
    assert post(client, data, **extra | {"wsgi.input": stream}).status_code == 303
    assert CallbackRequest.objects.get().open_details() == DETAILS
    assert [a.state for a in Attachment.objects.all()] == ["stored"] * len(files)
    assert stream.tell() == len(data)


def test_body_without_a_length_is_read_only_if_the_server_marks_its_end(client):
    data = body(fields())
    extra = {"CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked"}
    assert post(client, data, **extra | {"wsgi.input": io.BytesIO(data)}).status_code == 422


def test_empty_file_is_reported(client):
    response = post_form(client, ("file_1", File(b"")))
    assert only_attachment().reason == "empty"
    assert "There is nothing in it." in text_of(client.get(response["Location"]))


def test_file_input_left_empty_is_no_file(client):
    post_form(client, ("file_1", File(b"", name=b"", declared=b"application/octet-stream")))
    assert Attachment.objects.count() == 0


def test_file_in_an_unknown_field_is_dropped(client):
    """CVE-2026-84434, CVE-2026-15748"""
    others = "file_3 file_0 file_1[] avatar token FILE_1 name".split()
    post_form(client, *((field, File(PDF)) for field in others), ("file_1", File(PNG)))
    assert only_attachment().kind == "png"
    assert len(objects_in_store()) == 1


def test_more_than_two_files_are_ignored(client):
    assert post_form(client, *((f"file_{number}", File(PDF)) for number in range(1, 13))).status_code == 303
    assert [each.slot for each in attachments()] == ["file_1", "file_2"]
    assert len(objects_in_store()) == 2


def test_second_file_for_one_slot_is_dropped(client):
    post_form(client, ("file_1", File(PDF)), ("file_1", File(PNG)))
    assert only_attachment().kind == "pdf"
    assert len(objects_in_store()) == 1


@pytest.mark.parametrize(
    ("url", "file"),
    [
        ("/contact/", File(b"GIF89a" + bytes(5 * MIB))),
        ("/contact/", File(PDF + bytes(33 * MIB))),
        ("/contact/", File(b"!" * 5 * MIB, header=b"\r\nContent-Transfer-Encoding: base64")),
        ("/contact/", File(PDF + bytes(5 * MIB), "名".encode() * 500)),
        ("/contact/sent/?t=forged", File(PDF + bytes(5 * MIB))),
    ],
)
def test_invalid_body_is_read_to_its_end_so_that_browsers_show_the_response(client, url, file):
    data = body(fields(), ("file_1", file))
    stream = io.BytesIO(data)
    assert post(client, data, url, **{"wsgi.input": stream}).status_code in {303, 404}
    assert stream.tell() == len(data)


def test_file_that_claims_to_be_base64_never_costs_the_request(client):
    header = b"\r\nContent-Transfer-Encoding: base64"
    for content in (b"!" * 3000, b"AAA" * 1001, JPEG):
        assert post_form(client, ("file_1", File(content, header=header))).status_code == 303
        assert not only_attachment().arrived and objects_in_store() == []
        forget_requests()


def test_space_before_the_equals_sign_of_a_file_name_never_costs_the_request(client):
    for space in (b" ", b"\t"):
        data = body(fields(), ("file_1", File(b"\0" * 4 * MIB, b"card.bin")))
        post(client, data.replace(b"filename=", b"filename" + space + b"="))
        assert only_attachment().reason == "wrong_kind"
        forget_requests()


def test_part_with_many_headers_and_a_long_file_name_never_costs_the_request(client):
    data = body(fields(), ("file_1", File(PDF, b"n" * 9000 + b".pdf")))
    post(client, data.replace(b"Content-Type: ", b"X-More: 1\r\n" * 40 + b"Content-Type: ", 1))
    assert CallbackRequest.objects.count() == 1 and only_attachment().kind == "pdf"
