"""A phone number as people write it, alone or beside something else: the digits that they typed, or none."""

import itertools
import random
import re

import pytest

from editorial.values import phones

pytestmark = pytest.mark.any_backend

WHOLE = {
    "212 555 0123": "+12125550123",
    "(212) 555-0123": "+12125550123",
    "2125550123": "+12125550123",
    "212.555.0123": "+12125550123",
    "212_555_0123": "+12125550123",
    "212,555,0123": "+12125550123",
    "212·555·0123": "+12125550123",
    "212 • 555 • 0123": "+12125550123",
    "212/555/0123": "+12125550123",
    "[212] 555–0123": "+12125550123",
    "21 25 55 01 23": "+12125550123",
    "1-212-555-0123": "+12125550123",
    "+1 (212) 555-0123": "+12125550123",
    "２１２ ５５５ ０１２３": "+12125550123",
    "٢١٢٥٥٥٠١٢٣": "+12125550123",
    "212 555 0123 ext. 45": "+12125550123;ext=45",
    "212 555 0123 extensión 45": "+12125550123;ext=45",
    "212-555-0123x45": "+12125550123;ext=45",
    "212-555-0123 #45": "+12125550123;ext=45",
    "212-555-0123,,45": "+12125550123;ext=45",
    "+49 170 1234567": "+491701234567",
    "+44 (0)20 7946 0958": "+442079460958",
    "011 44 20 7946 0958": "+442079460958",
    "0044 20 7946 0958": "+442079460958",
    "+49 5123/123456": "+495123123456",
    "+52 1 55 1234 5678": "+525512345678",
    "1-800-FLOWERS": "+18003569377",
    "1-888-4-CLINIC": "+18884254642",
    "1 800 FLOWERS": "+18003569377",
    "(800) FLOWERS": "+18003569377",
    "1-800-273-TALK": "+18002738255",
    "1-800-flowers": "+18003569377",
    "212-FLOWERS": "+12123569377",
}
#: What people write beside a number; none of it is a number itself.
WORDS = "cell|mobile|mom|(cell)|my mom's phone|case manager Jabez|Ask for Jo|VRS|Dad's|work, not home"
DIGITS = "rm 204|room 12|after 5pm|opt 2|2nd floor|9-5pm|9am-5pm|9to5|9 to 5|24/7|apt 4B|press 0|(bed 3)|7 pm|before 10"
SPANISH = "antes de las 9|piso 2|cuarto 12"
BOTH = "9am-5pm, rm 204|2nd-floor|jo2@example.com rm 204|3rd floor room 12"
REMARKS = f"{WORDS}|{DIGITS}|{SPANISH}|{BOTH}".split("|")
PARTS = [
    "867-5309",
    "456-7890",
    "5554567",
    "1 867 5309",
    "234 5678",
    "212 555",
    "800 555",
    "212 555 012",
    "(212)",
    "86753",
]
BARE = ["5", "0", "12/5"]
NAMES = ["mom", "Ann", "Dad", "bob", "Jess", "Jessica", "Kim Lee", "case", "ABC", "MOM", "ext", "x", "cell"]


@pytest.mark.parametrize(("typed", "number"), WHOLE.items())
def test_number_alone_is_the_digits_that_were_typed_and_leaves_no_remark(typed, number):
    assert phones.read(typed) == phones.Written(number)
    assert phones.read(number) == phones.Written(number)


@pytest.mark.parametrize("remark", REMARKS)
@pytest.mark.parametrize(("typed", "number"), [("212 555 0123", "+12125550123"), ("+49 170 1234567", "+491701234567")])
def test_remark_on_either_side_costs_nothing_and_is_kept(typed, number, remark):
    for text in (
        f"{typed} {remark}",
        f"{remark} {typed}",
        f"{typed}, {remark}",
        f"{remark}: {typed}",
        f"{typed} - {remark}",
    ):
        written = phones.read(text)
        assert (written.e164, written.remark) == (number, remark), text
    assert phones.read(f"{typed} ({remark.strip('()')})").remark.strip("()") == remark.strip("()")


@pytest.mark.parametrize(
    ("typed", "first", "remark"),
    [
        ("212-555-0123 or 212-555-0124", "+12125550123", "or 212-555-0124"),
        ("212-555-0123 / 212-555-0124", "+12125550123", "212-555-0124"),
        ("212-555-0123/212-555-0124", "+12125550123", "212-555-0124"),
        ("212-555-0123, 212-555-0124", "+12125550123", "212-555-0124"),
        ("212 555 0123 212 555 0124", "+12125550123", "212 555 0124"),
        ("+12125550123 +12125550124", "+12125550123", "+12125550124"),
        ("212-555-0123 x45, 646-555-0199", "+12125550123;ext=45", "646-555-0199"),
        ("+49 170 1234567, 212 555 0123", "+491701234567", "212 555 0123"),
        ("+999 1234567, 212 555 0123", "+12125550123", "+999 1234567"),
        ("711 then 202 555 0111", "+12025550111", "711 then"),
        ("711 202 555 0111", "+12025550111", "711"),
        ("old 212 555 0123 new 646 555 0199", "+12125550123", "old … new 646 555 0199"),
        ("1-800-662-HELP (4357)", "+18006624357", "(4357)"),
        ("my number is 212 555 0123", "+12125550123", ""),
    ],
)
def test_of_several_numbers_the_first_is_called_and_the_others_are_kept(typed, first, remark):
    assert phones.read(typed) == phones.Written(first, remark)


@pytest.mark.parametrize("number", ["212 555 0123", "2125550123", "+1 (212) 555-0123"])
@pytest.mark.parametrize(
    "remark",
    ["20 weeks along", "2 rings, hang up", "34 yo", "24hrs", "(2x)", "7 de la noche", "4-8", "9 – 5", "12/25"],
)
def test_remark_that_begins_with_digits_costs_nothing(number, remark):
    for joint in (" ", " - "):
        assert phones.read(f"{number}{joint}{remark}") == phones.Written("+12125550123", remark)


@pytest.mark.parametrize("word", ["ext", "ext.", "extension", "x"])
def test_extension_without_digits_costs_nothing(word):
    assert phones.read(f"212 555 0123 {word}") == phones.Written("+12125550123", word)


def test_digits_of_an_email_address_are_no_number():
    text = "jo2125550123@example.com"
    assert phones.read(text) == phones.Written("", text)
    assert phones.read(f"646-555-0199 or {text}") == phones.Written("+16465550199", f"or {text}")


@pytest.mark.parametrize("text", ["call me", "no calls, email me", "+"])
def test_text_without_a_digit_is_a_remark(text):
    assert phones.read(text) == phones.Written("", text)


@pytest.mark.parametrize("text", [f"{part} {name}" for part in PARTS for name in NAMES])
def test_part_of_a_number_with_a_name_is_never_a_number(text):
    with pytest.raises(phones.NotANumber, match="area code"):
        phones.read(text)


@pytest.mark.parametrize("text", ["867-5309 mom", "5554567 Dad", "555 0123", "1 867 5309 mom", "911"])
def test_number_without_an_area_code_is_asked_for_one(text):
    with pytest.raises(phones.NotANumber) as refused:
        phones.read(text)
    assert str(refused.value) == phones.NEEDS_AREA_CODE


@pytest.mark.parametrize(
    "text",
    [
        "212 555 0123 4",
        "212 155 0123",
        "123 456 7890",
        "+2125550123",
        "52 55 1234 5678",
        "55 1234 5678",
        "212 555 0123 x 44 21",
        "212 555 O123",
        "1-800-CONTACTS",
        "1-888-CLINIC 2",
        "212 then 555 0123",
        "room 456 789-0123",
        "+999 1234 5678",
        "011 210 1234 5678",
        "456 789 012 2 kids",
        "212 555 012 3 4 kids",
        "212 555 0123 555 0199 mom",
        "55 1234 5678 2 casas",
        "91 987 654 3210 mom",
        "2125550123" * 4,
        "551-234-5678-90-12",
        "212 555 012 3-4",
        "212 555 0123 4-8-12",
        "2125550123 34",
        "im 34 2125550123",
        "9-1-212-555-0123",
    ],
)
def test_what_could_be_several_things_is_refused(text):
    with pytest.raises(phones.NotANumber):
        phones.read(text)


def test_no_remark_in_any_place_ever_makes_other_digits():
    """Every remark, every number, whole or not, in every place; remarks on both sides by chance, always the same."""
    chance = random.Random(13)
    numbers = WHOLE | dict.fromkeys(PARTS)
    remarks = REMARKS + NAMES + ["Ann 2", "2 kids", "5", "#3", "@5", "until 5", "x", "ext 7 days", *BARE]
    joints = [" ", ", ", " - ", "-", "; ", " (", ": ", " / "]
    pairs = itertools.product(numbers.items(), remarks, joints)
    texts = [(n, e, t) for (n, e), r, j in pairs for t in (f"{n}{j}{r}", f"{r}{j}{n}")]
    for _ in range(5_000):
        typed, number = chance.choice(list(numbers.items()))
        before, after = chance.sample(remarks, 2)
        texts.append((typed, number, f"{before}{chance.choice(joints)}{typed}{chance.choice(joints)}{after}"))
    taken = 0
    for typed, number, text in texts:
        is_glued = re.search(rf"\w{re.escape(typed)}|{re.escape(typed)}\w", text)
        if is_glued or (not (number or "").startswith("+1") and any(bare in text.replace(typed, "") for bare in BARE)):
            continue  # nothing tells these digits from the number's own
        try:
            found = phones.read(text).e164
        except phones.NotANumber:
            continue
        assert found.partition(";")[0] == (number or "").partition(";")[0], text
        taken += 1
    assert taken > len(texts) / 2


@pytest.mark.parametrize(("typed", "number"), WHOLE.items())
def test_number_for_people_reads_back_as_the_same_with_its_remark(typed, number):
    for remark in [*REMARKS, "711 then", "or 212-555-0124", "2 kids"]:
        assert phones.read(f"{phones.for_people(number)}, {remark}") == phones.Written(number, remark)


def test_number_for_people_is_as_one_dials_it_here():
    shown = [phones.for_people(number) for number in ("+12125550123;ext=45", "+442079460958", "")]
    assert shown == ["(212) 555-0123 ext. 45", "011 44 20 7946 0958", ""]


def test_second_number_in_a_remark_is_hidden_and_other_digits_stay():
    for number in ("646-555-0199", "646·555·0199", "+1 (646) 555_0199", "6465550199", "555-0199", "٦٤٦٥٥٥٠١٩٩"):
        assert phones.without_numbers(f"or {number} in room 204") == "or [another number] in room 204"
