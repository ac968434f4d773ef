"""Find doses in a text. This guide gives none, as a dose that is right for one person can kill another."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain

#: Medicines and their brand names; a text with one is medical (editorial/workflow/sign_off.py).
MEDICINES = (
    "acetaminophen|advil|alprazolam|aspirin|ativan|baclofen|benadryl|benzodiazepines?|benzos?|brixadi|buprenorphine|"
    "catapres|chlordiazepoxide|clonazepam|clonidine|codeine|cyclobenzaprine|diazepam|dicyclomine|diphenhydramine|"
    "dolophine|gabapentin|hydrocodone|hydromorphone|hydroxyzine|ibuprofen|imodium|klonopin|librium|lofexidine|"
    "loperamide|lorazepam|lucemyra|lyrica|medetomidine|melatonin|methadone|methocarbamol|metoclopramide|mirtazapine|"
    "morphine|motrin|nalmefene|naloxone|naltrexone|naproxen|narcan|neurontin|ondansetron|oxycodone|oxycontin|"
    "oxymorphone|paracetamol|pepto-bismol|prazosin|pregabalin|prochlorperazine|promethazine|quetiapine|rivive|"
    "sublocade|suboxone|subutex|tizanidine|tramadol|trazodone|tylenol|valium|vivitrol|xanax|xylazine|zofran|zubsolv"
)
NAMES_MEDICINE = re.compile(rf"\b(?:{MEDICINES})\b", re.I)
#: The same, and drugs that people take.
MEDICINE = re.compile(rf"\b(?:{MEDICINES}|carfentanil|fentanyl|heroin|kratom|phenibut|tianeptine)s?\b", re.I)
_OF_MEDICINE = re.compile(rf"\s+of\s+{MEDICINE.pattern}", re.I)
#: Exempt, as people must give it at once.
_SPRAY = re.compile(r"\b(?:naloxone|narcan|rivive)s?\b", re.I)
_MARKS = r"(?:[\s*_\]\[()-]|&nbsp;)*"
_NUMBER = (
    r"(?:\.?\d[\d.,/]{0,15}|[½¼¾]|half(?:\s+an?)?|(?:quarter|third|tenth)(?:\s+of\s+an?)?|whole|"
    r"another(?!\s+(?:shot|dose))|an\s+(?:additional|extra)|one\s+more|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|"
    r"sixteen|twenty|twenty-four|thirty|forty|fifty|sixty|eighty|(?:one|two|a|three)\s+hundred|"
    r"an?(?=\s+(?:tea|table)spoon)|a\s+(?:couple|handful)(?:\s+of)?)"
)
#: Milligrams are always an amount; tablets or milliliters only near a medicine or a schedule.
_BY_WEIGHT = re.compile(
    rf"(?i)(?<![\w.]){_NUMBER}{_MARKS}(?:(?:to|or|–|—){_MARKS}{_NUMBER}{_MARKS})?"
    rf"(?:m\.?\s?gm?s?|mcgs?|[uµμ]g|milligrams?|micrograms?|㎎|㎍)(?:/\w+)?(?!\w)"
)
_BY_COUNT = re.compile(
    rf"(?i)(?<![\w.]){_NUMBER}{_MARKS}(?:(?:to|or|–|—){_MARKS}{_NUMBER}{_MARKS})?(?P<unit>"
    rf"{MEDICINE.pattern}(?=\s*(?:[.,;!?)]|$)|\s+(?:at|after|before|for|to|each|every|when|if|daily|twice|a\s+day)\b)|"
    rf"(?:{MEDICINE.pattern}\s+)?(?:"
    r"g|grams?|ml|mls|cc|milliliters?|tablets?|tabs?|pills?(?!\s+(?:bottle|box|count|organizer))|capsules?|drops?|puffs?|sprays?|patch(?:es)?|films?|strips?|"
    r"doses?|(?:tea|table)spoons?|tsp|shots?|lozenges?|bars?|units?))(?!\w)"
)
_SCHEDULE = re.compile(
    r"\b(?:(?:each|every|a|per|once|twice)\s+(?:day|night|morning|evening|hour|week|\d+|other|few|two|three|"
    r"four|six|eight|twelve)|daily|nightly|hourly|(?:once|twice|\w+\s+times)\s+(?:a|per|each)\s+day|at\s+(?:bedtime|night)|in\s+the\s+morning|"
    r"as\s+needed|by\s+mouth|under\s+(?:the|your)\s+tongue)\b",
    re.I,
)
#: Verbs that make an amount one to take: "take two tablets", "half a tablet of Suboxone".
_TAKING = re.compile(
    r"\b(?:take|give|swallow|start|begin|chew|inject|dissolve|drink|use|try|wear|put|snort|smoke)\b", re.I
)
_NEAR = r"[^.\n]{0,200}"
#: Amounts without a unit: a strength, a step of a taper, and when to start buprenorphine.
_WITHOUT_UNIT = re.compile(
    rf"(?i){MEDICINE.pattern}\s+(?:(?:\d{{2,3}}|\d?\.\d{{1,2}})(?=\s+(?:{_SCHEDULE.pattern}|on\s+day\b))|(?!24/7)\d{{1,2}}/\d)"
    rf"|(?<!\S)(?!24/7)\d{{1,2}}/\d(?:\.\d)?\s+{MEDICINE.pattern}"
    r"|\b(?:cut|lower|reduce|drop|decrease|taper|raise|increase)\b"
    rf"(?={_NEAR}{MEDICINE.pattern})(?={_NEAR}(?:{_SCHEDULE.pattern}|\b(?:a|each|every)\s+month\b))"
    rf"{_NEAR}?\b(?:in\s+half\b|by\s+(?:\d+\s?(?:%|percent\b)|(?:an?\s+)?(?:half|third|quarter|tenth)\b))"
    r"|\b(?:hold\s+off|wait)\s+(?:at\s+least\s+|for\s+|until\s+)?(?:a\s+(?:full|whole)\s+day|"
    rf"{_NUMBER}[\s-]+(?:(?:to|or|–)\s+{_NUMBER}\s+)?hours?)\b"
    r"(?!\s+(?:at|in)\s+(?:the|an?|your)\s+(?:clinic|emergency|hospital|line|office|pharmacy|waiting)\b"
    r"|\s+(?:before\s+you\s+drive|for\s+a\s+bed)\b)"
    rf"(?={_NEAR}\b(?:bupe|buprenorphine|suboxone|subutex|zubsolv|strip|film)\b)"
    rf"|\bafter\s+{_NUMBER}[\s-]+hours?\b{_NEAR}\b(?:put|take)\s+(?:the|your)\s+first\b"
    rf"|\bdouble\s+up\s+on\s+(?:\w+\s+)?{MEDICINE.pattern}"
    rf"|\bfrom\s+{_NUMBER}\s+to\s+{_NUMBER}\s+to\s+{_NUMBER}(?={_NEAR}{MEDICINE.pattern})"
    rf"|\b(?:buprenorphine|suboxone)\b{_NEAR}?\b[CS]OWS(?:\s+\w+){{0,3}}?"
    r"\s+(?:of|is|at|over|above|least|reaches)\s+\d+"
)
#: Before a verb that tells the reader to: not "it is dangerous to take", "if you take".
_TOLD = r"(?:\A|[\n.!?:;,*-]\s{0,3}|\b(?:and|can|could|may|or|then)\s+)"
_USE = r"\b(?:drink|inject|smoke|snort|swallow|take|then|use)\s+(?:about\s+|just\s+|only\s+)?"
#: A step of a taper in words: "halve your methadone", "half of that", "a little less each day", "40, 35, then stop".
_STEP = re.compile(
    r"(?i)(?<!not )(?<!n['’]t )(?<!never )(?:\b(?:halve|double|triple)\s+(?:each|every|it|that|the|your)\b"
    rf"(?:\s+\w+)?(?:\s+(?:doses?|films?|pills?|strips?|tablets?)\b|\s*{MEDICINE.pattern}|\s+{_SCHEDULE.pattern})"
    rf"|{_USE}(?:(?:half|twice|a\s+(?:third|quarter))\s+as\s+(?:much|many)|a\s+(?:bit|little)\s+less)\b"
    rf"(?={_NEAR}(?:{MEDICINE.pattern}|{_SCHEDULE.pattern}))"
    rf"|{_USE}(?:half|a\s+(?:third|quarter))\s+(?:of\s+)?(?:again|that|what|your\s+(?:dose|normal|usual))\b"
    rf"|{_USE}(?:a\s+)?(?:double|half|quarter)[\s-]dose\b"
    rf"|(?:{_TOLD}|\btake\s+(?:a|the|your)\s+)dose\s+every\s+other\s+day\b"
    rf"|\b(?:cut|decrease|drop|lower|reduce)\s+(?:it\s+)?(?:by\s+)?{_NUMBER}\s*(?:%|percent\b)\s+{_SCHEDULE.pattern}"
    rf"|\b{_NUMBER}\s+{_SCHEDULE.pattern}\s+of\s+{MEDICINE.pattern}"
    rf"|{_TOLD}(?:chew|swallow|take)\s+an?\s+(?:extra\s+)?(?!{_SPRAY.pattern}){MEDICINE.pattern}"
    r"(?=\s*[.,;!?]|\s+(?:at|before|each|every|for|if|to|twice|under|when|\w+\s+times)\b)"
    rf"|\b(?:begin|start)\s+(?:at|on|with)\s+\d+\s+of\s+{MEDICINE.pattern}"
    rf"|\b(?:come|cut|drop|go|step)(?:\s+down)?(?:\s+by)?\s+(?:a\s+)?{_NUMBER}\s+{_SCHEDULE.pattern}"
    r"|(?:\A|[\n.!?:;*-]\s{0,3}|\b(?:and|can|could|may|then)\s+)(?:break|cut|divide|snap|split)\s+"
    rf"(?:an?|each|every|one|the|your)\s+(?:{MEDICINE.pattern}\s+)?(?:dose|film|patch|pill|strip|tablet)s?\s+in(?:to)?\b"
    rf"|\bday\s+\w+\s*[:=–|,-]\s*(?:take\s+)?{_NUMBER}(?:\s+(?:film|pill|strip|tablet)s?)?\s*[.,;|\n][\s|*-]*day\b"
    rf"|\btaper\s+(?:\w+\s+)?(?:in|over)\s+{_NUMBER}\s+(?:day|week)s?\b"
    rf"|\bskip\s+(?:each|every)\s+\w+\s+dose\b|\b(?:swallow|take)\s+(?!half\s+a\s){_NUMBER}\s+"
    rf"(?:of\s+{MEDICINE.pattern}|{_SCHEDULE.pattern})"
    rf"|(?!{_SPRAY.pattern}){MEDICINE.pattern}(?:[:,]\s+{_NUMBER}\s+(?:{_SCHEDULE.pattern}|at\s+first\b)|{_NEAR}?\b(?:every\s+\w+\s+day|"
    r"\d{1,3}(?:,\s*\d{1,3}){0,9}),?\s+(?:and\s+)?then\s+(?:\d+\b(?!\s+\w)|every|none|nothing|stop)\b))"
)
_NEGATION = re.compile(r"\b(?:never|not)\b|n['’]t\b", re.I)
_CITED = re.compile(r"\[@[^\]]*\]")
_SENTENCE = re.compile(r"[^.!?\n|]*(?:\.(?=\d)[^.!?\n|]*)*[.!?|]?")
_BLOCK = re.compile(r"(?:[^\n]*\S[^\n]*(?:\n|$))+")


def blocks(text: str) -> Iterator[re.Match[str]]:
    """Yield the blocks of a text, separated by blank lines: paragraphs, lists, tables."""
    yield from _BLOCK.finditer(text)


def doses(text: str, title: str = "") -> Iterator[tuple[int, int]]:
    """Yield where a text gives a dose. `title`: the page's title, which may be a medicine."""
    section, text = bool(MEDICINE.search(title)), _CITED.sub(lambda cited: " " * len(cited[0]), text)
    for block in blocks(text):
        if block[0].startswith("#"):
            section = bool(MEDICINE.search(f"{title} {block[0]}"))
        section = section or bool(MEDICINE.search(block[0]))
        if section or _SCHEDULE.search(block[0]):
            for amount in _BY_WEIGHT.finditer(block[0]):
                yield block.start() + amount.start(), block.start() + amount.end()
        for found in chain(_WITHOUT_UNIT.finditer(block[0]), _STEP.finditer(block[0])):
            yield block.start() + found.start(), block.start() + found.end()
        for sentence in _SENTENCE.finditer(block[0]):
            words = sentence[0]
            for amount in _BY_COUNT.finditer(words):
                if _is_dose(amount, words, block[0]):
                    start = block.start() + sentence.start()
                    yield start + amount.start(), start + amount.end()


@lru_cache(maxsize=16)
def _has(pattern: re.Pattern[str], sentence: str) -> bool:
    """Return whether a sentence matches; asked for each amount in it."""
    return bool(pattern.search(sentence))


def _is_dose(amount: re.Match[str], sentence: str, block: str) -> bool:
    unit, scheduled = amount["unit"].lower(), _has(_SCHEDULE, sentence)
    if _SPRAY.match(unit):
        return False
    if unit.startswith("dose"):
        return scheduled and _has(MEDICINE, sentence) and not _has(_SPRAY, sentence)
    if unit.startswith("spray") and _SPRAY.search(block):
        return False
    if unit.startswith(("strip", "shot")) and re.search(r"\btest", sentence, re.I):
        return False
    if unit.startswith(("tablet", "tab", "pill", "capsule", "film", "strip")) and scheduled:
        return True
    is_taken = scheduled or _has(_TAKING, sentence) or _OF_MEDICINE.match(sentence, amount.end())
    part = re.match("half|quarter", amount[0], re.I) and not _NEGATION.search(sentence, 0, amount.start())
    return bool(is_taken and (part or _has(MEDICINE, sentence)))
