"""Phone numbers as people write them, with extensions and remarks."""

import re
import unicodedata
from dataclasses import dataclass

import phonenumbers
from django.utils.translation import gettext_lazy as _
from phonenumbers import PhoneNumber, PhoneNumberFormat, ValidationResult

NEEDS_AREA_CODE = _("Check the phone number. It needs ten digits, the area code first, like 212 555 0123.")
NOT_FOUND = _(
    "Check the phone number. We found none in it that we can call. Give it alone, with the area code, like 212 555 "
    "0123. If it is not a US number, begin with + and the country code."
)

#: North American numbers by pattern: an outdated list of area codes must not lose a call.
_AMERICAN = re.compile(r"(?:\+?1)?([2-9]\d\d[2-9]\d{6})")

#: Separators within one number.
_BETWEEN = re.compile(r"[\s\-‐-―−().\[\]_,;/|·•∙⋅・‧]*")
#: Separators that may also come between two numbers, or between a number and a remark.
_PARTS = re.compile(r"[,;\n]|\s[/|]|[/|]\s")
_CLOCK = r"\d{1,2}(?::\d\d)?"
#: Digits that are never part of a number: 5pm, 9 to 5:30, 2nd, 4B, 24/7, *67.
_ASIDE = re.compile(
    rf"(?i)(?<!\d)(?:(?:{_CLOCK}\s*(?:-|–|to)\s*)?{_CLOCK}\s?[ap]\.?m\b|\d{{1,2}}:\d\d"
    rf"|\d{{1,2}}(?:st|nd|rd|th|[a-wyz])(?![a-z\d])|{_CLOCK}\s?to\s?{_CLOCK}\b|24/7)|\*\d\d(?!\d)"
)
#: Replaces each character of those: a letter that no text has once it is flat.
_BLANK = "ª"
#: Groups of digits with only separators between them.
_GROUP = re.compile(r"(?:\+\s?)?\d+")
_RUN = re.compile(rf"(?:\+\s?)?\d+(?:{_BETWEEN.pattern}\d+)*")
#: Digits after such a word belong to it, unless it has its own, like "2nd floor".
_TAKES_DIGITS = re.compile(
    rf"(?<!{_BLANK}[\s-])(?<![^\W\d_])(?:room|rm|apt|apartment|unit|suite|ste|bed|dorm|pod|ward|floor|building|bldg|box|option"
    r"|opt|press|ext|x|extension|after|before|until|till|by|las|cuarto|depto|piso|anexo|interno|extensión)[\s.:#]*\Z",
    re.IGNORECASE,
)
_EXTENSION = re.compile(
    r"(?i)\s*[,.(]?\s*(?:;ext=|,,|(?:ext(?:ensi[oó]n|n)?|x)\b\.?|x(?=\d)|ext(?=\d)|#)\s*[.:=#]?\s*(\d{1,7})(?!\w)\)?"
)
#: 1-800-FLOWERS: a whole area code, then letters for digits. Only capitals with spaces, or with area codes that are not
#: toll-free: `800 555 Jess` is a partial number and a name.
_TOLL_FREE = r"8(?:00|33|44|55|66|77|88)"
_VANITY = tuple(
    re.compile(rf"(?<![\w+])(?<!\w[-.])(?<!\d[\s(])(?:\+?1{gap})?\(?({area})\)?{gap}({sign}(?:{more}){{6}})(?![-.]?\w)")
    for area, gap, sign, more in (
        (_TOLL_FREE, "[-.]?", "[A-Za-z0-9]", "[-.]?[A-Za-z0-9]"),
        (_TOLL_FREE, "[-. ]?", "[A-Z0-9]", "[-. ]?[A-Z]|[-.]?[0-9]"),
        (r"[2-9]\d\d", "[-.]?", "[A-Z]", "[-.]?[A-Z]"),
    )
)
_LABEL = re.compile(r"(?:my )?(?:tel|telephone|phone|number|phone number|ph|no)(?: is)?", re.IGNORECASE)
_EMAIL = re.compile(r"[^\s/,;:<(]+@[^\s@]+\.[a-z]{2,}", re.IGNORECASE)
_LONG = re.compile(rf"\+?\d(?:{_BETWEEN.pattern}\d){{6,}}")


class NotANumber(ValueError):
    """There are digits, but no number that can be called. The message tells the reader what to do."""


@dataclass(frozen=True, repr=False)  # no repr: it must not get into a log
class Written:
    """A number in E.164, perhaps with ";ext=" and digits; and what else was written, alone if there is no digit."""

    e164: str = ""
    remark: str = ""


def read(text: str) -> Written:
    """Return the first whole number in `text`, American unless it says otherwise. Raises NotANumber.

    It has exactly the digits typed: letters are digits only in a vanity number, and words between digits split them.
    """
    flat = _EMAIL.sub(lambda found: "a" * len(found[0]), "".join(map(_flat, text)))  # its digits are its own
    numbers = _ASIDE.sub(lambda found: _BLANK * len(found[0]), flat)
    runs = list(_RUN.finditer(numbers))
    for run in runs:
        if found := _in_run(numbers, *run.span()):
            return _written(text, flat, *found)
    if vanity := _vanity(flat):
        return _written(text, flat, *vanity)
    if not any(character.isdigit() for character in flat):
        return Written(remark=text.strip())
    most = max((sum(map(str.isdigit, run[0])) for run in runs), default=0)
    raise NotANumber(NEEDS_AREA_CODE if most < 10 and "+" not in flat else NOT_FOUND)


def for_people(e164: str) -> str:
    """Format a number to be dialed in the US: (212) 555-0123 ext. 5, or 011 44 20 7946 0958. Empty for none."""
    return " ext. ".join(filter(None, [without_extension(e164), extension(e164)]))


def without_extension(e164: str) -> str:
    """Format it for a tel: link."""
    if not e164:
        return ""
    number = phonenumbers.parse(e164.partition(";")[0])
    if number.country_code == 1:
        return phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
    return phonenumbers.format_out_of_country_calling_number(number, "US")


def extension(e164: str) -> str:
    return e164.partition(";ext=")[2]


def without_numbers(remark: str) -> str:
    """Hide numbers in a remark from staff who may not see the number yet."""
    return _LONG.sub("[another number]", remark)


def _flat(character: str) -> str:
    """Convert digits and signs of any script to ASCII, one for one, so that positions stay the same."""
    if (digit := unicodedata.decimal(character, None)) is not None:
        return str(digit)
    plain = unicodedata.normalize("NFKC", character)
    return plain if len(plain) == 1 else character


def _in_run(flat: str, start: int, end: int) -> tuple[PhoneNumber, int, int] | None:
    groups = [group.span() for group in _GROUP.finditer(flat, start, end)]
    first = _digits(flat, groups[:1])
    is_of_word = _TAKES_DIGITS.search(flat[:start]) and not first.startswith("+")
    if is_of_word or first == "711":  # the relay's number
        groups = groups[1:]
    if not groups:
        return None
    parts = _parts(flat, groups)
    found = groups if _american(_digits(flat, groups)) else _foreign(flat, parts)
    found = found or next((part for part in parts if _american(_digits(flat, part))), None)
    found = found or _first_of_several(flat, groups) or _before_remark(flat, groups)
    if not found:
        return None
    number = _number(_digits(flat, found))
    before_word = bool(re.match(r"\s+[^\W\d_]", flat[end:])) and found[-1] == groups[-1]
    if number is None or not _is_grouped_like_a_number(flat, found, before_word=before_word):
        return None
    return number, found[0][0], found[-1][1]


def _is_grouped_like_a_number(flat: str, groups: list[tuple[int, int]], *, before_word: bool) -> bool:
    """Return False for `212 555 012 2 kids`, where the 2 may be the word's, and for foreign `55 1234 5678`."""
    lengths = [end - start for start, end in groups]
    if len(lengths) < 2:
        return True
    if before_word and lengths[-1] < 3 and lengths[-1] != lengths[-2]:
        return False
    return flat[groups[0][0]] in "+0" or _digits(flat, groups[:1]) == "1" or lengths[0] >= 3 or lengths[0] == lengths[1]


def _parts(flat: str, groups: list[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    parts = [[groups[0]]]
    for before, group in zip(groups, groups[1:], strict=False):
        if _PARTS.search(flat[before[1] : group[0]]):
            parts.append([])
        parts[-1].append(group)
    return parts


def _first_of_several(flat: str, groups: list[tuple[int, int]]) -> list[tuple[int, int]] | None:
    """Return the first number if the groups are several whole American numbers and nothing else."""
    for at in range(1, len(groups)):
        first, rest = groups[:at], groups[at:]
        if _american(_digits(flat, first)) and (_american(_digits(flat, rest)) or _first_of_several(flat, rest)):
            return first
    return None


def _before_remark(flat: str, groups: list[tuple[int, int]]) -> list[tuple[int, int]] | None:
    """Return a whole American number before the digits of a remark: `212 555 0123 20 weeks`, `212 555 0123 4-8`."""
    for at in range(1, len(groups)):
        first, rest = groups[:at], _digits(flat, groups[at:])
        is_whole = _american(_digits(flat, first)) and first[-1][1] - first[-1][0] >= 4
        is_range = re.fullmatch(r"(?:\s-)?\s+\d\d?\s?[-‐-―/]\s?\d\d?", flat[first[-1][1] : groups[-1][1]])
        if is_whole and (is_range or (len(rest) <= 2 and re.match(r"\s?[^\W\d_]", flat[groups[-1][1] :]))):
            return first
    return None


def _foreign(flat: str, parts: list[list[tuple[int, int]]]) -> list[tuple[int, int]] | None:
    """Return the first part if it has a country code. Lengths differ abroad: if digits follow, it must be valid."""
    number = _number(_digits(flat, parts[0]))
    if number is None or (len(parts) > 1 and not phonenumbers.is_valid_number(number)):
        return None
    return parts[0]


def _digits(flat: str, groups: list[tuple[int, int]]) -> str:
    return "".join(re.sub(r"\s", "", flat[start:end]) for start, end in groups)


def _american(digits: str) -> PhoneNumber | None:
    found = _AMERICAN.fullmatch(digits)
    return PhoneNumber(country_code=1, national_number=int(found[1])) if found else None


def _number(digits: str) -> PhoneNumber | None:
    """Return an American number, or one that begins with +, 011 or 00 and a country code."""
    match = re.fullmatch(r"(?:\+|011|00)([1-9]\d+)", digits)
    if not match or match[1].startswith("1"):
        return _american(match[1] if match else digits)
    try:
        # Mexico dropped the 1 of mobile numbers in 2019; phones and people still write it.
        number = phonenumbers.parse("+" + re.sub(r"^521(?=\d{10}$)", "52", match[1]))
    except phonenumbers.NumberParseException:
        return None
    possible = phonenumbers.is_possible_number_with_reason(number) == ValidationResult.IS_POSSIBLE
    return number if possible else None


def _vanity(flat: str) -> tuple[PhoneNumber, int, int] | None:
    for pattern in _VANITY:
        for found in pattern.finditer(flat):
            typed = re.sub(r"[-. ]", "", found[2])
            letters = sum(character.isalpha() for character in typed)
            number = _american(phonenumbers.convert_alpha_characters_in_number(found[1] + typed))
            if number and letters >= 4:
                return number, *found.span()
    return None


def _written(text: str, flat: str, number: PhoneNumber, start: int, end: int) -> Written:
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    if found := _EXTENSION.match(flat, end):
        end = found.end()
        rest = flat[end:].lstrip(" .-")
        if rest[:1].isdigit() and not _ASIDE.match(rest):
            raise NotANumber(NOT_FOUND)
        e164 += f";ext={found[1]}"
    before = text[:start].rstrip(" \t\n([{<-–—,;:/|+=#\"'").strip()
    after = text[end:].strip(" \t\n-–—,;:/|\"'").lstrip(")]}>.- ")
    return Written(e164, " … ".join(filter(None, [after] if _LABEL.fullmatch(before) else [before, after])))
