"""The names of medicines that the site's texts use: a text with one of them is medical, whatever else it is about."""

import re
from collections.abc import Iterable

NAMES = (
    # for opioid use disorder, overdose and withdrawal
    *("methadone", "dolophine", "buprenorphine", "suboxone", "subutex", "zubsolv", "sublocade", "brixadi"),
    *("naltrexone", "vivitrol", "naloxone", "narcan", "nalmefene", "lofexidine", "lucemyra", "clonidine", "catapres"),
    *("loperamide", "imodium", "ondansetron", "hydroxyzine", "trazodone", "gabapentin", "pregabalin"),
    *("acetaminophen", "tylenol", "ibuprofen", "naproxen", "aspirin", "diphenhydramine", "promethazine", "melatonin"),
    # opioids and sedatives that people take with heroin or in place of it
    *("morphine", "codeine", "hydrocodone", "oxycodone", "oxymorphone", "hydromorphone", "tramadol", "xylazine"),
    *("medetomidine", "benzo", "benzos", "benzodiazepine", "benzodiazepines", "diazepam", "alprazolam", "lorazepam"),
    *("clonazepam", "xanax", "valium", "klonopin", "ativan"),
)
_NAMED = re.compile(rf"\b(?:{'|'.join(NAMES)})\b", re.I)


def named_in(texts: Iterable[str]) -> set[str]:
    """Return the medicines that these texts name."""
    return {name.lower() for text in texts for name in _NAMED.findall(text)}
