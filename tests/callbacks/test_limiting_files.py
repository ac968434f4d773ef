"""Limits on files: their sender keeps the call and adds them later; a database that cannot count costs nothing."""

import io

import pytest
from django.db import connection

from callbacks.models import Attachment, CallbackRequest
from callbacks.public import admission
from tests.callbacks.helpers import (
    DETAILS,
    JPEG,
    File,
    body,
    fields,
    form_token,
    number,
    objects_in_store,
    post,
    post_form,
    text_of,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("two_per_address")]


def fill_the_limit(client) -> None:
    """Two strangers send from the same address."""
    for each in (1, 2):
        assert post_form(client, phone=number(each)).status_code == 303


def test_file_of_a_form_that_has_to_wait_is_dropped_and_has_to_be_chosen_again(client):
    fill_the_limit(client)
    response = post_form(client, ("file_1", File(JPEG * 5000)))
    assert response.status_code == 429
    assert "Photo of your insurance card: front. Choose it again." in text_of(response)
    assert "in an hour" not in text_of(response)
    assert (Attachment.objects.count(), objects_in_store()) == (0, [])


def test_address_that_sends_very_many_files_is_asked_to_add_them_later_and_the_calls_are_kept(
    client, settings, monkeypatch
):
    settings.CONTACT_LIMIT = 8
    monkeypatch.setattr(admission, "FILES_FOR_EACH", 1)
    token = form_token(seconds_ago=60)
    for _ in range(8):
        assert post_form(client, ("file_1", File(b"GIF89a")), token=token).status_code == 303
    response = post_form(client, ("file_1", File(JPEG)), ("file_2", File(JPEG)))
    assert response.status_code == 303
    request = CallbackRequest.objects.order_by("-received_at").first()
    assert request.open_details() == DETAILS
    assert [a.reason for a in request.attachments.all()] == ["crowded", "crowded"]
    assert objects_in_store() == []
    words = text_of(client.get(response["Location"]))
    assert "Many files came from you, or from others at your internet address. Add it again in an hour." in words
    assert "Your request for a call is safe." in words
    later = post(client, body({}, ("file_1", File(JPEG))), response["Location"])
    assert later.status_code == 429 and "Your request is safe. Add this one in an hour" in text_of(later)
    assert not request.attachments.get(slot="file_1").arrived


def test_files_of_invalid_forms_do_not_use_up_a_neighbors_limit(client):
    most = admission.FILES_FOR_EACH * 2
    for _ in range(most + 1):
        assert post_form(client, ("file_1", File(JPEG)), name="").status_code == 422
    assert post_form(client, ("file_1", File(JPEG))).status_code == 303
    assert Attachment.objects.get().arrived
    assert len(objects_in_store()) == 1


def test_body_with_files_that_are_not_taken_is_read_to_its_end(client):
    fill_the_limit(client)
    data = body(fields(), ("file_1", File(JPEG * 9000)))
    stream = io.BytesIO(data)
    assert post(client, data, **{"wsgi.input": stream}).status_code == 429
    assert stream.tell() == len(data)


@pytest.mark.django_db(transaction=True)
def test_database_that_cannot_count_never_costs_the_call_nor_its_file(client):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE limits_counter RENAME TO away")
    try:
        responses = [post_form(client, ("file_1", File(JPEG)), phone=number(each)) for each in range(3)]
        added = post(client, body({}, ("file_2", File(JPEG))), responses[0]["Location"])
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE away RENAME TO limits_counter")
    assert [response.status_code for response in responses] == [303] * 3
    assert added.status_code == 303
    assert CallbackRequest.objects.count() == 3
    assert len(objects_in_store()) == 4
