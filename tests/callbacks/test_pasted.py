"""What people paste: characters that nobody sees, addresses with something round them, words for none."""

import unicodedata

import pytest

from callbacks.values.details import Details
from callbacks.values.text import visible
from tests.callbacks.test_forms import form

pytestmark = pytest.mark.any_backend

#: Unicode's Default_Ignorable_Code_Point, and what else is empty on every screen.
UNSEEN = "\u00ad\u034f\u061c\u115f\u1160\u17b4\u180b\u180e\u200b\u200e\u202a\u2060\u2064\u2066\u206a\u2800\u3164"
UNSEEN += "\ufe00\ufe0d\ufe0f\ufeff\uffa0\ufff9\U000e0001\U000e0061\U000e0100\U0001d173"


@pytest.mark.parametrize("unseen", UNSEEN)
def test_invisible_character_is_removed_from_name_address_and_number(unseen):
    bound = form(
        name=f"J{unseen}o{unseen}", email=f"jo{unseen}@example.com{unseen}", phone=f"+1{unseen}-212-555-01{unseen}23"
    )
    assert bound.is_valid(), (hex(ord(unseen)), bound.errors)
    assert bound.details() == Details("Jo", "+12125550123", "jo@example.com")


def test_number_of_keycaps_is_its_digits():
    bound = form(phone="".join(f"{digit}\ufe0f\u20e3" for digit in "2125550123"))
    assert bound.is_valid() and bound.details().phone == "+12125550123" and not bound.details().phone_remark


def test_character_of_an_invisible_category_is_removed():
    for point in range(0x110000):
        if unicodedata.category(character := chr(point)) in {"Cc", "Cf", "Cs", "Zl", "Zp"}:
            shown = visible(f"a{character}b")
            is_prefix_sign = point in {*range(0x600, 0x606), 0x6DD, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}
            assert (shown not in {"ab", "a b"}) == is_prefix_sign, hex(point)


@pytest.mark.parametrize("name", ["می‌خواهم", "क्‍ष", "👩‍👧", "Zoë", "José", "葛", "O'Brien"])
def test_joiner_stays_between_letters_and_no_visible_character_is_lost(name):
    assert visible(name) == name


@pytest.mark.parametrize("text", ["J\u200do", "Jo\u200c", "\u200dJo", "\u200d\u200dJo", "J\u200c\u200do"])
def test_joiner_between_latin_letters_goes(text):
    assert visible(text) == "Jo"


@pytest.mark.parametrize("typed", ["Jean\tLuc", "Jean\r\nLuc", "Jean\nLuc", "Jean\u2028Luc", "Jean\x0b\x0cLuc"])
def test_tab_or_line_break_in_a_name_becomes_a_blank(typed):
    bound = form(name=typed)
    assert bound.is_valid() and bound.details().name == "Jean Luc"


@pytest.mark.parametrize(
    "typed",
    [
        "jo@example.com.",
        "jo@example.com,",
        "jo@example.com;",
        "<jo@example.com>",
        "<mailto:jo@example.com>",
        "mailto:jo@example.com",
        "MAILTO:jo@example.com?subject=Call",
        "Jo Smith <jo@example.com>",
        '"Smith, Jo" <jo@example.com>.',
        '"jo@example.com"',
        "“jo@example.com”",
        "(jo@example.com)",
        "[jo@example.com]",
        "jo@example.com >",
        "jo @example.com",
        "jo@ example.com",
        "jo＠example．com",
        " jo@example.com . ",
    ],
)
def test_email_address_is_extracted_from_its_surroundings(typed):
    bound = form(phone="", email=typed)
    assert bound.is_valid(), bound.errors
    assert bound.details().email == "jo@example.com"


@pytest.mark.parametrize("address", ["jo+help@example.com", "o'brien@example.com", "no@example.com", "na@none.com"])
def test_valid_address_stays_unchanged(address):
    bound = form(email=address)
    assert bound.is_valid() and bound.details().email == address


@pytest.mark.parametrize(
    "typed",
    ["jo@localhost", "jo@[192.0.2.1]", "jo@192.0.2.10", "jo@example", "jo@@x.com"],
)
def test_invalid_email_is_refused_with_an_example(typed):
    assert form(email=typed).errors == {"email": ["Check the email address. It looks like name@example.com."]}


@pytest.mark.parametrize(
    "typed",
    [
        "a@example.com, b@example.com",
        "jo@example.com (work)",
        "e-mail: jo@example.com",
        "jo@example.com or 2125550123",
        "jo@example.com/ann@example.com",
    ],
)
def test_address_beside_something_else_is_not_blamed(typed):
    assert form(email=typed).errors == {"email": ["Enter just one email address, like name@example.com."]}


NONE = ["none", "None.", "N/A", "n.a.", "na", "no", "-", "--", ".", "no email", "no e-mail address", "no phone"]
NONE += ["I don't have one", "don’t have a phone", "not applicable", "null", "x"]


@pytest.mark.parametrize("typed", NONE)
def test_none_counts_as_empty_if_the_other_field_is_filled(typed):
    bound = form(email=typed)
    assert bound.is_valid() and (bound.details().phone, bound.details().email) == ("+12125550123", "")
    bound = form(phone=typed, email="jo@example.com")
    assert bound.is_valid() and bound.details() == Details("Jo", "", "jo@example.com")


def test_none_in_both_fields_requires_one_of_them():
    assert form(phone="n/a", email="none").errors == {"phone": [form(phone="").errors["phone"][0]]}


@pytest.mark.parametrize("typed", ["no calls, email me", "my sister's, ask her"])
def test_words_in_place_of_a_number_are_kept_beside_an_address_and_asked_about_without_one(typed):
    bound = form(phone=typed, email="jo@example.com")
    assert bound.is_valid() and (bound.details().phone, bound.details().phone_remark) == ("", typed)
    assert "phone" in form(phone=typed).errors


@pytest.mark.parametrize("typed", ["jo1985@example.com", "<jo1985@example.com>."])
def test_address_in_the_box_for_the_number_is_the_address(typed):
    bound = form(phone=typed, channel="email")
    assert bound.is_valid() and bound.details() == Details("Jo", "", "jo1985@example.com", channel="email")
    beside = form(phone=typed, email="ann@example.com")
    assert beside.is_valid() and (beside.details().email, beside.details().phone_remark) == ("ann@example.com", typed)
    assert form(phone="jo@example", email="").errors["phone"] == form(phone="").errors["phone"]
