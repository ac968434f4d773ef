"""One form, left open on one phone, and two names: a name put right is one request, and nobody else's call is lost."""

import dataclasses

import pytest

from callbacks.casework import actions
from callbacks.models import CallbackRequest
from callbacks.values import names
from callbacks.values.details import Details
from tests.callbacks.helpers import (
    DETAILS,
    JPEG,
    PDF,
    VIEW,
    WORK,
    File,
    body,
    fields,
    page_of,
    post,
    records,
    sign_in,
    step,
    submit,
    text_of,
)
from tests.factories import make_staff

SENT_BEFORE = "The same form was sent before with the name"
SAME_NUMBER = "Same number"


def named(name: str, **changes) -> Details:
    return dataclasses.replace(DETAILS, name=name, **changes)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Zoë Miller", "zoe miller"),
        ("Mary Ann", "Maryann"),
        ("O'Brien", "O’Brien "),
        ("Sam.", "SAM"),
        ("🙂", "🙂"),
    ],
)
def test_name_is_the_same_but_for_how_it_is_typed(one, other):
    assert names.same(one, other) and names.similar(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Sam", "Sam Miller"),
        ("S. Miller", "Sam Miller"),
        ("Sam", "Samuel Miller"),
        ("Micheal", "Michael"),
        ("Kathrine Lopez", "Katherine Lopez"),
        ("Miller, Sam", "Samuel Miller"),
        ("Juan Lopez", "Juan Lopez Jr."),
    ],
)
def test_names_that_may_be_one_are_akin(one, other):
    for pair in ((one, other), (other, one)):
        assert names.similar(*pair) and not names.same(*pair)
    assert named(one, phone="+12125550166").is_different_person(named(other)), "nothing but the name agrees"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Maria Lopez", "Juan Lopez"),
        ("Maria", "Mario"),
        ("Paul", "Paula"),
        ("Daniel", "Daniela"),
        ("Jon", "Jan"),
        ("Sam", "Robin"),
        ("Sam Miller", "Sam Lopez"),
        ("🙂", "🙃"),
        ("🙂", "Sam"),
        ("राम", "रमा"),
    ],
)
def test_names_of_two_people_are_not_akin(one, other):
    assert not names.similar(one, other) and not names.similar(other, one)


@pytest.mark.django_db
def test_mother_and_son_on_one_phone_and_one_open_form_are_two_requests(client):
    """Also a third of the family; and each who sends again, or puts something right, stays one."""
    text = fields(name="Maria Lopez")
    family = [text | {"name": name} for name in ("Maria Lopez", "Juan Lopez", "Ana")]
    files = [(), (("file_1", File(JPEG)),), (("file_1", File(PDF)),)]
    locations = [
        post(client, body(sent, *with_file))["Location"] for sent, with_file in zip(family, files, strict=True)
    ]
    assert len(set(locations)) == 3
    for sent, location in zip(family, locations, strict=True):
        assert post(client, body(sent | {"leave": "text"}))["Location"] == location
    requests = CallbackRequest.objects.order_by("received_at")
    assert [each.open_details().name for each in requests] == ["Maria Lopez", "Juan Lopez", "Ana"]
    assert [each.attachments.count() for each in requests] == [0, 1, 1]
    assert all(each.open_details().text_message for each in requests)


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "expected"), [("Juan", ["Zoë Miller", "Juan"]), ("Zoe Miller", ["Zoe Miller"])])
def test_form_sent_by_two_people_at_once_stores_both_requests(overtaken, name, expected):
    overtaken(submit)
    submit(details=named(name))
    requests = CallbackRequest.objects.order_by("received_at")
    assert [each.open_details().name for each in requests] == expected


@pytest.mark.django_db
def test_name_put_right_is_one_request_also_with_an_email_address_added(client):
    text = fields(name="Sam")
    first = post(client, body(text))["Location"]
    corrected = text | {"name": "Sam Miller", "email": "sam@example.org"}
    assert post(client, body(corrected))["Location"] == first
    assert CallbackRequest.objects.get().open_details().name == "Sam Miller"


@pytest.mark.django_db
def test_staff_see_an_earlier_name_before_the_number_and_on_paper(client):
    for name in ("Juan Lopez Jr.", "Juan Lopez", "Lopez", "Juan Lopez"):
        submit(details=named(name))
    request = CallbackRequest.objects.get()
    sign_in(client, VIEW, WORK).post(step("claim", request))
    said = f"{SENT_BEFORE} “Juan Lopez Jr.” and “Lopez”"
    for response in (client.post(step("reveal", request)), client.get(step("sheet", request))):
        words = text_of(response)
        assert words.count(SENT_BEFORE) == 1
        assert words.index("Ask for Juan Lopez.") < words.index(said) < words.index("555-0123")


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["Zoë Miller", "zoe miller"])
def test_name_typed_another_way_is_no_earlier_name(client, name):
    submit()
    submit(details=named(name, voicemail=False))
    assert SENT_BEFORE not in text_of(sign_in(client, VIEW, WORK).get(page_of(CallbackRequest.objects.get())))


@pytest.mark.django_db
def test_others_who_left_the_same_number_are_named_before_it_to_those_who_may_search(client, asked, alex):
    other = submit(details=named("Juan"))
    actions.claim(other, alex)
    stranger = submit(details=named("Kim", phone="+12125550199"), nonce="b")
    assert other != asked
    sign_in(client, VIEW, WORK).post(step("claim", asked))
    for response in (client.post(step("reveal", asked)), client.get(step("sheet", asked))):
        words = text_of(response)
        assert words.index(f"{SAME_NUMBER}: {other.reference}") < words.index("555-0123")
        assert f"{other.reference} (claimed by Alex, received" in words, "talk to Alex first"
        assert stranger.reference not in words and "Juan" not in words
    assert records() == [("revealed", asked.reference), ("printed", asked.reference)]
    actions.log_attempt(other, alex, "no_answer")
    assert f"{other.reference} (attempted, claimed by Alex, received" in text_of(client.get(step("sheet", asked)))
    client.force_login(make_staff("viewer", permissions=(VIEW,)))
    assert SAME_NUMBER not in text_of(client.get(page_of(asked)))
