"""What a person may type, and what they are told where it cannot be used."""

import pytest
from django.http import QueryDict

from callbacks.public import tokens
from callbacks.public.details_form import NO_CONTACT
from callbacks.public.forms import CallbackForm
from callbacks.values.details import Details
from callbacks.values.safe_hours import PartOfDay, SafeHours
from callbacks.values.upload_rules import Received, Slot


def form(**changes: str | list[str]) -> CallbackForm:
    data = QueryDict(mutable=True)
    given = {
        "name": "Jo",
        "phone": "212 555 0123",
        "zone": "America/New_York",
        "complete": "1",
        "token": tokens.sign_form("a-nonce"),
    }
    for name, value in (given | changes).items():
        data.setlist(name, [value] if isinstance(value, str) else value)
    return CallbackForm(data)


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
def test_name_in_any_script_is_stored_unchanged(name):
    bound = form(name=name)
    assert bound.is_valid()
    assert bound.details().name == name


@pytest.mark.parametrize("name", ["", "   ", "\x00\x07", "\u202e", "x" * 121])
def test_empty_or_too_long_name_is_refused(name):
    assert "name" in form(name=name).errors


def test_text_loses_only_what_cannot_be_seen():
    bound = form(name="  Jo\x00\x1b[31m\u202e ", message="one\r\ntwo\tthree\x00\ud800")
    assert bound.is_valid()
    assert bound.details() == Details(name="Jo[31m", phone="+12125550123", message="one\ntwo\tthree")


def test_message_counts_a_line_break_once():
    assert form(message="\r\n" + "x" * 4998 + "\r\ny").is_valid()
    assert "message" not in form(message="x" * 5000).errors
    assert "message" in form(message="x" * 5001).errors


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("about", "the cat"),
        ("times", ["midnight"]),
        ("times", ["morning", "midnight"]),
        ("zone", "Europe/Berlin"),
        ("zone", "../../etc/localtime"),
        ("leave", ["note"]),
        ("if_other_answers", "shout"),
    ],
)
def test_answer_outside_its_list_is_refused(field, typed):
    assert field in form(**{field: typed}).errors


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ({}, SafeHours()),
        ({"times": ["evening", "morning"]}, SafeHours((PartOfDay.MORNING, PartOfDay.EVENING))),
        ({"times": ["afternoon"], "zone": "Pacific/Guam"}, SafeHours((PartOfDay.AFTERNOON,), "Pacific/Guam")),
        ({"zone": "America/Phoenix"}, SafeHours((), "America/Phoenix")),
    ],
)
def test_safe_hours_are_kept_in_the_order_of_the_day(typed, kept):
    bound = form(**typed)
    assert bound.is_valid(), bound.errors
    assert bound.details().safe_hours == kept


@pytest.mark.parametrize(
    ("ticked", "voicemail", "text_message"),
    [([], False, False), (["voicemail"], True, False), (["text"], False, True), (["text", "voicemail"], True, True)],
)
def test_message_is_left_only_if_the_person_allowed_it(ticked, voicemail, text_message):
    bound = form(leave=ticked)
    assert bound.is_valid()
    assert (bound.details().voicemail, bound.details().text_message) == (voicemail, text_message)


@pytest.mark.parametrize("answer", ["quiet", "wrong_number", "open"])
def test_what_to_say_to_somebody_else_is_kept(answer):
    bound = form(if_other_answers=answer)
    assert bound.is_valid()
    assert bound.details().if_other_answers == answer


@pytest.mark.parametrize(
    "typed", ["zoe@example.com", "zoe+help@mail.example.co.uk", "ZOE@EXAMPLE.COM", "z@b\xfccher.example"]
)
def test_email_address_is_kept_as_typed(typed):
    bound = form(phone="", email=f"  {typed}\x00 ")
    assert bound.is_valid(), bound.errors
    assert (bound.details().email, bound.details().phone) == (typed, "")


@pytest.mark.parametrize(
    "typed",
    ["zoe", "zoe@", "@example.com", "zoe@example", "a b@example.com", "zoe@a@example.com", "x" * 255 + "@a.example"],
)
def test_email_address_that_nothing_can_be_sent_to_is_refused(typed):
    assert "email" in form(email=typed).errors


def test_missing_number_and_email_is_one_error_at_the_number():
    assert form(phone="", email=" ").errors == {"phone": [NO_CONTACT]}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "parts"),
    [
        ({}, set()),
        ({"if_other_answers": "quiet", "message": "", "name": ""}, set()),
        ({"times": ["evening"]}, {"safe"}),
        ({"leave": ["text"], "about": "me"}, {"safe", "more"}),
        ({"if_other_answers": "open"}, {"safe"}),
        ({"zone": "Mars/Olympus"}, {"safe"}),
        ({"phone": "+52 55 1234 5678", "zone": ""}, {"safe"}),
        ({"phone": ""}, {"language"}),
        ({"phone": "", "email": "zoe"}, {"language"}),
    ],
)
def test_parts_with_an_answer_or_an_error_are_open(typed, parts):
    assert form(**typed).open_parts == parts
    assert CallbackForm().open_parts == set()


def test_part_is_open_where_a_file_has_to_be_chosen_again():
    bound = form(name="")
    bound.note_files({Slot.FIRST: Received(Slot.FIRST, "card.jpg")})
    assert bound.open_parts == {"files"}
