"""Sending again, in parts or twice: one request, and nothing lost."""

import pytest

from callbacks.models import CallbackRequest
from tests.callbacks.helpers import (
    DETAILS,
    JPEG,
    PDF,
    File,
    assert_form_comes_back,
    body,
    fields,
    objects_in_store,
    post,
    post_cut,
    post_form,
    text_of,
)

pytestmark = pytest.mark.django_db


def test_confirmation_token_is_no_form_token(client):
    location = post_form(client)["Location"]
    CallbackRequest.objects.all().delete()
    assert_form_comes_back(post_form(client, token=location.split("t=")[1]), 422)


def test_body_cut_inside_text_brings_the_form_back(client):
    data = body(fields())
    response = post_cut(client, data, data.index(b'name="token"'))
    assert_form_comes_back(response, 422)
    assert "connection dropped" in text_of(response)


@pytest.mark.parametrize("broken", [False, True])
def test_body_cut_inside_a_file_still_makes_the_request(client, broken):
    data = body(fields(), ("file_1", File(JPEG * 500)), ("file_2", File(PDF)))
    response = post_cut(client, data, len(data) // 2, broken=broken)
    assert response.status_code == 303
    request = CallbackRequest.objects.get()
    assert request.open_details() == DETAILS
    assert [(a.slot, a.reason) for a in request.attachments.all()] == [("file_1", "interrupted")]
    assert objects_in_store() == []
    assert "The connection dropped" in text_of(client.get(response["Location"]))


def test_body_cut_behind_the_first_file_keeps_that_file(client):
    data = body(fields(), ("file_1", File(JPEG)), ("file_2", File(PDF * 500)))
    post_cut(client, data, len(data) - 5000)
    rows = CallbackRequest.objects.get().attachments.all()
    assert [(a.slot, a.state, a.reason) for a in rows] == [
        ("file_1", "stored", ""),
        ("file_2", "refused", "interrupted"),
    ]
    assert objects_in_store() == [rows[0].object_name]


def test_body_cut_at_any_byte_never_fails_and_never_stores_a_half(client):
    text = fields()
    data = body(text, ("file_1", File(JPEG)), ("file_2", File(PDF)))
    begin = data.index(b'name="file_1"')
    for at in range(0, len(data), 37):
        CallbackRequest.objects.all().delete()
        response = post_cut(client, data, at)
        assert response.status_code in {303, 422}
        if response.status_code == 303:
            assert at > begin
            assert CallbackRequest.objects.get().open_details() == DETAILS
        else:
            assert at < begin + 200


def test_retry_after_a_cut_connection_is_the_same_request(client):
    data = body(fields(), ("file_1", File(JPEG * 500)))
    post_cut(client, data, len(data) // 2)
    assert post(client, data).status_code == 303
    request = CallbackRequest.objects.get()
    assert [a.state for a in request.attachments.all()] == ["stored"]


def test_sending_twice_makes_one_request(client):
    data = body(fields(), ("file_1", File(JPEG)))
    first, second = post(client, data), post(client, data)
    assert first.status_code == second.status_code == 303
    request = CallbackRequest.objects.get()
    assert objects_in_store() == [request.attachments.get().object_name]


def test_sending_again_with_a_correction_changes_the_same_request(client):
    text = fields(phone="212 555 0199")
    post(client, body(text))
    post(client, body(text | {"phone": "212 555 0123"}))
    assert CallbackRequest.objects.get().open_details() == DETAILS


def test_two_people_with_the_same_name_and_number_make_two_requests(client):
    post_form(client)
    post_form(client)
    assert CallbackRequest.objects.count() == 2
