"""What counts as a phone number that somebody can call."""

import re

import phonenumbers
from phonenumbers import PhoneNumber, ValidationResult

#: North American numbers by shape: new area codes come every year, and an old list must not cost a call.
NORTH_AMERICAN = re.compile(r"[2-9]\d\d[2-9]\d{6}")


def parse(text: str) -> PhoneNumber | None:
    """The number in any format, taken as American unless it says otherwise; None where nobody could call it."""
    try:
        number = phonenumbers.parse(text, "US")
    except phonenumbers.NumberParseException:
        return None
    if number.country_code == 1:
        return number if NORTH_AMERICAN.fullmatch(str(number.national_number)) else None
    possible = phonenumbers.is_possible_number_with_reason(number) == ValidationResult.IS_POSSIBLE
    return number if possible else None


def e164(number: PhoneNumber) -> str:
    """The one way a number is kept: +12125550123, with ";ext=" and digits behind it where there is an extension."""
    extension = f";ext={number.extension}" if number.extension else ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) + extension
