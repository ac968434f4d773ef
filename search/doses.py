"""Whether somebody looks for an amount to take. The guide gives none, so search says whom to ask."""

import re

from search.danger import joined

_NAMES_ONE = re.compile(
    r"\b(micro ?-?)?dos(e|es|ed|ages?|ing)\b|\d ?m[cg]g?s?\b|\bm(g|illigram)s?\b|\b(taper|wean)|\bsafe amount"
)
_HOW_MUCH = re.compile(r"\bhow (much|many)\b(?! (longer|time|days?|hours?|weeks?|months?|people)\b)")
_OF_WHAT = re.compile(
    r"\b(take|taking|use|using|give|start|inject|shoot|snort|smoke|safe|medicines?|meds?|medications?|pills?|tablets?)\b"
    r"|\b(methadone|buprenorphine|bupe|subs?|suboxone|subutex|strips?|naltrexone|vivitrol|clonidine|lofexidine|lucemyra)\b"
    r"|\b(loperamide|imodium|gabapentin|xanax|valium|klonopin|benzos?|heroin|dope|fent|fentanyl|opioids?|kratom)\b"
)
_PRICE = re.compile(r"\b(costs?|pay|price|prices|charge|money|insurance)\b|\$")
#: How much of it to give is no secret: it stands with the steps.
_NALOXONE = re.compile(r"\b(naloxone|narcan)\b")


def asks_for_a_dose(typed: str) -> bool:
    """`typed` is in small letters, with misspelt words spelt right besides."""
    typed = joined(typed)
    if _NALOXONE.search(typed) or _PRICE.search(typed):
        return False
    return bool(_NAMES_ONE.search(typed) or (_HOW_MUCH.search(typed) and _OF_WHAT.search(typed)))
