"""What a person may type, and what they are told where it cannot be used."""

import pytest

from callbacks import tokens
from callbacks.details import Details
from callbacks.forms import CallbackForm


def form(**changes: str) -> CallbackForm:
    data = {"name": "Jo", "phone": "212 555 0123", "complete": "1", "token": tokens.sign_form("a-nonce")}
    return CallbackForm(data | changes)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("212 555 0123", "+12125550123"),
        ("(212) 555-0123", "+12125550123"),
        ("212.555.0123", "+12125550123"),
        ("1-212-555-0123", "+12125550123"),
        ("+1 212 555 0123", "+12125550123"),
        ("tel:+1-212-555-0123", "+12125550123"),
        ("  2125550123\x00 ", "+12125550123"),
        ("２１２５５５０１２３", "+12125550123"),
        ("212 555 0123 ext. 45", "+12125550123;ext=45"),
        ("1-866-512-1908 x7", "+18665121908;ext=7"),
        ("+44 20 7946 0958", "+442079460958"),
        ("+52 55 1234 5678", "+525512345678"),
        ("938 555 0123", "+19385550123"),  # an area code that older lists do not have
    ],
)
def test_phone_in_any_format_is_understood(typed, stored):
    bound = form(phone=typed)
    assert bound.is_valid(), bound.errors
    assert bound.details().phone == stored


@pytest.mark.parametrize(
    "typed", ["911", "555 0123", "123 456 7890", "212 155 0123", "call me", "+", "0", "2125550123" * 4, "x" * 500]
)
def test_phone_that_cannot_be_called_is_refused(typed):
    bound = form(phone=typed)
    assert not bound.is_valid()
    assert "phone" in bound.errors


@pytest.mark.parametrize("name", ["Zoë", "李小龙", "O'Brien-Smith, Jr.", "محمد", "🙂", "x" * 120, "<b>Jo</b>"])
def test_name_in_any_characters_is_taken_as_it_is(name):
    bound = form(name=name)
    assert bound.is_valid()
    assert bound.details().name == name


@pytest.mark.parametrize("name", ["", "   ", "\x00\x07", "\u202e", "x" * 121])
def test_name_that_is_empty_or_too_long_is_refused(name):
    assert "name" in form(name=name).errors


def test_text_loses_only_what_cannot_be_seen():
    bound = form(name="  Jo\x00\x1b[31m\u202e ", message="one\r\ntwo\tthree\x00\ud800")
    assert bound.is_valid()
    assert bound.details() == Details(
        name="Jo[31m", phone="+12125550123", preferred_time="any", message="one\ntwo\tthree"
    )


def test_message_counts_a_line_break_once():
    assert form(message="\r\n" + "x" * 4998 + "\r\ny").is_valid()
    assert "message" not in form(message="x" * 5000).errors
    assert "message" in form(message="x" * 5001).errors


def test_time_outside_the_list_is_refused():
    assert "preferred_time" in form(preferred_time="midnight").errors


@pytest.mark.parametrize("time", ["any", "morning", "afternoon", "evening"])
def test_time_in_the_list_is_kept(time):
    bound = form(preferred_time=time)
    assert bound.is_valid()
    assert bound.details().preferred_time == time


def test_details_show_nothing_in_a_log():
    assert "Jo" not in repr(Details(name="Jo", phone="+12125550123"))


def test_details_from_an_earlier_version_still_open():
    assert Details.from_bytes(b'{"name": "Jo", "phone": "+12125550123", "gone": 1}').message == ""


def test_details_read_a_number_aloud_with_its_extension():
    details = Details(name="Jo", phone="+18665121908;ext=5")
    assert details.phone_for_people == "+1 866-512-1908 ext. 5"
