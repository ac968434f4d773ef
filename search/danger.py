"""Decide whether a query may mean that somebody is in danger, or asks for a dose.

False alarms are preferred to misses. Rules are tried on the words as typed, which a correction could make harmless, and
on the corrected words: in lower case, without apostrophes, dots or hyphens, with digits turned back into letters, and
with split words joined ("over dose", "o d").
"""

import re
from pathlib import Path

from editorial.values.languages import without_accents
from search.vocabulary import joined

_NOT = "(cant|can not|cannot|couldnt|wont|will not|not|isnt|aint|doesnt|didnt|never|no longer|barely|stop|stopped) "
_WHO = r"((him|her|them|me|(my|his|her) \w+|he|she|they|up|be|being|get|getting|even|really|to) ){0,3}"
#: Digits and signs used in place of letters.
_LETTERS = str.maketrans("013457@$!", "oieastasi")


_LINES = Path(__file__).with_name("danger.txt").read_text(encoding="utf-8").splitlines()
#: The rules, each with a query that it must match.
RULES = [
    (re.compile(rf"\b({rule.replace('NOT ', _NOT).replace('WHO', _WHO)})\b"), query)
    for rule, query in (line.split(" : ") for line in _LINES if not line.startswith("#"))
]


def is_danger(typed: str, meant: str = "") -> bool:
    """Return whether to show urgent help. `meant`: `typed` with its spelling corrected."""
    readings = forms(typed) | forms(meant)
    return any(rule.search(reading) for rule, _ in RULES for reading in readings)


def forms(text: str) -> set[str]:
    """Return the readings of a text: as it is, with letters for digits, and with split words joined."""
    plain = _plain(text)
    return {plain, joined(plain), _plain(re.sub(r"['’]", " ", text)), _plain(text.casefold().translate(_LETTERS))}


def _plain(text: str) -> str:
    text = without_accents(text.casefold())
    return re.sub(r"[\W_]+", " ", re.sub(r"['’`´ʼ]", "", text)).strip()


_NAMES_ONE = re.compile(
    r"\b(micro ?-?)?dos(e|es|ed|ages?|ing)\b|\d ?m[cg]g?s?\b|\bm(g|illigram)s?\b|\b(taper|wean)|\bsafe amount"
)
_HOW_MUCH = re.compile(r"\bhow (much|many)\b(?! (longer|time|days?|hours?|weeks?|months?|people)\b)")
_OF_WHAT = re.compile(
    r"\b(take|taking|use|using|give|start|inject|shoot|snort|smoke|safe|medicines?|meds?|medications?|pills?|tablets?)\b"
    r"|\b(methadone|buprenorphine|bupe|subs?|suboxone|subutex|strips?|naltrexone|vivitrol|clonidine|lofexidine|lucemyra)\b"
    r"|\b(loperamide|imodium|gabapentin|xanax|valium|klonopin|benzos?|heroin|dope|fent|fentanyl|opioids?|kratom)\b"
)
_IN_SPANISH = re.compile(
    r"\bdosis\b|\bmiligramos?\b|\bcuant[oa]s? (?!(tiempo|dura|tarda|cuesta|dias?|horas?|semanas?|mes(es)?|falta)\b)"
    r"(\w+ )*(tom|us|inyect|consum|metadona|suboxone|buprenorfina|pastillas?|clonidina|heroina|fentanilo|loperamida)\w*"
)
_PRICE = re.compile(r"\b(costs?|pay|price|prices|charge|money|insurance|cuestan?|precio|seguro)\b|\$")
#: How much naloxone to give is part of the overdose steps.
_NALOXONE = re.compile(r"\b(naloxon[ea]|narcan)\b")


def asks_for_a_dose(typed: str) -> bool:
    """Return whether the query asks for an amount to take. The guide gives none; the page says whom to ask.

    `typed` is in lower case, followed by its corrected spelling.
    """
    typed = without_accents(joined(typed))
    if _NALOXONE.search(typed) or _PRICE.search(typed):
        return False
    return bool(
        _NAMES_ONE.search(typed) or _IN_SPANISH.search(typed) or (_HOW_MUCH.search(typed) and _OF_WHAT.search(typed))
    )
