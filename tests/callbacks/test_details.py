"""What a person told us, as it is sealed: it shows nothing by itself, and earlier versions still open."""

import json

import pytest

from callbacks.values.details import Details
from callbacks.values.safe_hours import PartOfDay, SafeHours
from tests.callbacks.helpers import DETAILS

pytestmark = pytest.mark.any_backend


def test_details_show_nothing_in_a_log():
    assert "Jo" not in repr(Details(name="Jo", phone="+12125550123"))


def test_details_from_an_earlier_version_still_open():
    assert Details.from_bytes(b'{"name": "Jo", "phone": "+12125550123", "gone": 1}') == Details("Jo", "+12125550123")


@pytest.mark.parametrize(
    ("then", "now"),
    [
        ("any", SafeHours()),
        ("morning", SafeHours((PartOfDay.MORNING,))),
        ("afternoon", SafeHours((PartOfDay.AFTERNOON,))),
        ("evening", SafeHours((PartOfDay.EVENING,))),
        ("midnight", SafeHours()),
    ],
)
def test_preferred_time_of_the_first_version_becomes_the_safe_hours(then, now):
    old = {"name": "Jo", "phone": "+12125550123", "preferred_time": then, "message": "Knock."}
    details = Details.from_bytes(json.dumps(old).encode())
    assert details == Details("Jo", "+12125550123", safe_hours=now, message="Knock.")
    assert (details.voicemail, details.text_message, details.if_other_answers) == (False, False, "quiet")


def test_details_open_as_they_were_sealed():
    assert Details.from_bytes(DETAILS.to_bytes()) == DETAILS


@pytest.mark.parametrize(("about", "words"), [("", "Not said"), ("me", "Me"), ("someone_else", "Someone else")])
def test_details_say_who_it_is_about(about, words):
    assert Details("Jo", about=about).about_in_words == words


def test_details_read_a_number_aloud_with_its_extension():
    details = Details(name="Jo", phone="+18665121908;ext=5")
    assert details.phone_for_people == "(866) 512-1908 ext. 5"
