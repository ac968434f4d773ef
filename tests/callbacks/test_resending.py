"""Sending again, in parts or twice: one request, and nothing lost."""

import pytest

from callbacks.casework import erasure
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
    for at in range(0, len(data), 61):
        CallbackRequest.objects.all().delete()
        response = post_cut(client, data, at)
        assert response.status_code in {303, 422}
        if response.status_code == 303:
            assert at > begin
            assert CallbackRequest.objects.get().open_details() == DETAILS
        else:
            assert at < begin + 200


def test_sending_again_with_a_correction_changes_the_same_request(client):
    text = fields(phone="212 555 0199")
    post(client, body(text))
    post(client, body(text | {"phone": "212 555 0123"}))
    assert CallbackRequest.objects.get().open_details() == DETAILS


def test_two_people_with_the_same_name_and_number_make_two_requests(client):
    post_form(client)
    post_form(client)
    assert CallbackRequest.objects.count() == 2


def test_double_tap_with_files_stores_each_file_once(client):
    data = body(fields(), ("file_1", File(JPEG)), ("file_2", File(PDF)))
    locations = {post(client, data)["Location"] for _ in range(3)}
    assert len(locations) == 1
    request = CallbackRequest.objects.get()
    assert [a.kind for a in request.attachments.all()] == ["jpg", "pdf"]
    assert set(objects_in_store()) == {a.object_name for a in request.attachments.all()}


def test_another_person_on_the_same_open_form_gets_a_separate_request(client):
    """A phone that is passed round, its form left open: neither sees or changes what the other sent."""
    text = fields()
    first = post(client, body(text, ("file_1", File(JPEG))))["Location"]
    second = post(client, body(text | {"name": "Ana", "phone": "212 555 0166"}, ("file_1", File(PDF))))["Location"]
    assert first != second
    one, two = CallbackRequest.objects.order_by("received_at")
    assert (one.open_details(), two.open_details().name) == (DETAILS, "Ana")
    assert [each.attachments.get().kind for each in (one, two)] == ["jpg", "pdf"]
    for location, own, other in ((first, one, two), (second, two, one)):
        words = text_of(client.get(location))
        assert own.reference in words and other.reference not in words
    assert post(client, body(text))["Location"] == first  # and each, sent again, stays the same
    assert post(client, body(text | {"name": "Ana", "phone": "212 555 0166"}))["Location"] == second
    assert CallbackRequest.objects.count() == 2
    erasure.withdraw(two)
    for name, phone, email in (("Bo", "212 555 0177", ""), ("Cy", "", "cy@example.org"), ("Di", "", "di@example.org")):
        assert post(client, body(text | {"name": name, "phone": phone, "email": email})).status_code == 303
        erasure.withdraw(CallbackRequest.objects.latest("received_at"))  # ends it for nobody else


@pytest.mark.parametrize(
    "change",
    [{"name": "Zoe Miller"}, {"phone": "212 555 0199"}, {"email": "zoe@example.com"}, {"times": "morning"}],
)
def test_one_correction_is_the_same_person(client, change):
    text = fields()
    first = post(client, body(text))["Location"]
    assert post(client, body(text | change))["Location"] == first
    assert CallbackRequest.objects.count() == 1


def test_correction_made_while_a_file_is_sent_again_reaches_staff(client):
    text = fields(phone="212 555 0199")
    post_cut(client, body(text, ("file_1", File(JPEG * 500))), 3000)
    post(client, body(text | {"phone": "212 555 0123"}, ("file_1", File(JPEG))))
    request = CallbackRequest.objects.get()
    assert request.open_details() == DETAILS and request.attachments.get().arrived
    assert CallbackRequest.objects.with_phone("+12125550123").get() == request
    assert not CallbackRequest.objects.with_phone("+12125550199").exists()
