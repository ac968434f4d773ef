"""A corrected number may ring under another clock: the person puts the zone right with it, on the same page."""

import dataclasses

import pytest

from callbacks.admin.instructions import instructions
from callbacks.models import CallbackRequest
from callbacks.values.safe_hours import OTHER, UNKNOWN, PartOfDay, SafeHours
from tests.callbacks.helpers import CORRECT, DETAILS, link_to, submit, text_of
from tests.callbacks.opening import EVERY_DAY_8_TO_8, opened

pytestmark = pytest.mark.django_db
MEXICAN = "+52 55 1234 5678"
MORNING = SafeHours((PartOfDay.MORNING,), "America/Denver")


@pytest.fixture
def asked_(client) -> CallbackRequest:
    opened(EVERY_DAY_8_TO_8, 24)
    return submit(details=dataclasses.replace(DETAILS, safe_hours=MORNING))


def correction(client, **typed: str):
    return client.post(link_to(page=CORRECT), {"phone": MEXICAN, "email": "", "complete": "1"} | typed)


def kept() -> tuple[str, str, str]:
    row = CallbackRequest.objects.get()
    details = row.open_details()
    assert row.safe_hours == details.safe_hours and details.safe_hours.parts == MORNING.parts
    return details.phone, row.zone, details.place


def test_number_from_another_country_needs_a_zone_or_a_place(client, asked_):
    response = correction(client)
    assert response.status_code == 422 and "Choose your time zone, so" in text_of(response)
    assert "Leave it:" not in text_of(response)
    assert kept()[0] == DETAILS.phone
    assert "Write where you are" in text_of(correction(client, zone=OTHER))
    assert correction(client, zone="America/Chicago").status_code == 303
    assert kept() == ("+525512345678", "America/Chicago", "")


@pytest.mark.parametrize("zone", ["", OTHER])
def test_place_alone_makes_the_zone_unknown_and_the_promise_void(client, asked_, zone):
    assert asked_.due_is_promised
    assert correction(client, zone=zone, place="Mexico City").status_code == 303
    assert kept() == ("+525512345678", UNKNOWN, "Mexico City")
    assert not CallbackRequest.objects.get().due_is_promised
    for again in ("+52 55 1234 5679", "(646) 555-0199"):  # from there, and with what the form shows left alone
        assert correction(client, phone=again, place="Mexico City").status_code == 303
        assert kept()[1:] == (UNKNOWN, "Mexico City")
    assert correction(client, zone="America/New_York", place="").status_code == 303
    assert kept()[1:] == ("America/New_York", "")


def test_zone_left_alone_stays_and_the_page_says_which(client, asked_):
    assert "Leave it: Mountain time" in text_of(client.get(link_to(page=CORRECT)))
    assert correction(client, phone="(646) 555-0199").status_code == 303
    assert kept() == ("+16465550199", "America/Denver", "")


def test_zone_alone_can_be_put_right(client, asked_):
    assert correction(client, phone=DETAILS.phone, zone="America/Phoenix").status_code == 303
    assert kept()[1] == "America/Phoenix"


def test_place_beside_a_zone_of_the_list_does_not_cost_that_zone(client):
    submit(details=dataclasses.replace(DETAILS, safe_hours=MORNING, place="Boise"))
    assert correction(client, phone="(646) 555-0199", place="Boise").status_code == 303
    assert kept() == ("+16465550199", "America/Denver", "Boise")


@pytest.mark.parametrize("zone", ["Mars/Olympus", UNKNOWN, "x" * 5000, "\x00"])
def test_zone_that_is_not_in_the_list_is_refused(client, asked_, zone):
    assert correction(client, zone=zone).status_code == 422
    assert kept()[1] == "America/Denver"


def test_number_in_the_place_shows_only_where_the_number_does():
    sentences = [each.sentence for each in instructions(dataclasses.replace(DETAILS, place="Oaxaca, 212 555 0147"))]
    assert "Where they are: “Oaxaca, [another number]”." in sentences
