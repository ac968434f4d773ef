"""Decide whether a query may mean that somebody is in danger, or asks for a dose.

False alarms are preferred to misses. Rules join classes of words in both languages, as a part of the body and a color.
They are tried on the words as typed, which a correction could make harmless, on the corrected words, and on the nearest
words of the rules: in lower case, without apostrophes, dots or hyphens, with digits turned back into letters, and with
split words joined ("over dose", "o d").
"""

import re
from collections.abc import Container
from pathlib import Path

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from editorial.values.languages import without_accents
from search.vocabulary import joined

#: From 0 to 1, with a swap of two letters as one change.
SIMILARITY = DamerauLevenshtein.normalized_similarity
#: Digits and signs used in place of letters.
_LETTERS = str.maketrans("013457@$!", "oieastasi")


def _read() -> list[tuple[re.Pattern[str], list[str], str]]:
    """Read the rules, each with queries that it must match and its heading."""
    classes: dict[str, str] = {}
    rules = []
    heading = ""
    for line in Path(__file__).with_name("danger.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            heading = line if line.startswith("## ") else heading
            continue
        wide = line.replace("*", r"\w*").replace(" .. ", r" (\w+ ){0,3}")
        for name, words in classes.items():
            wide = wide.replace(name, words)
        left, is_class, words = wide.partition(" = ")
        rule, is_rule, queries = wide.partition(" : ")
        if is_class:
            classes[left] = f"({words})"
        elif is_rule:
            pattern = "^" + "".join(rf"(?=.*\b({part})\b)" for part in rule.split(" & "))
            rules.append((re.compile(pattern), queries.split("; "), heading))
    return rules


RULES = _read()
SUICIDE = "## Suicide and self-harm"
#: What a misspelled word may have meant.
_WORDS = {word for _, queries, _ in RULES for query in queries for word in query.split() if len(word) >= 5}
MIN_SIMILARITY = 0.79  # one letter of five
#: What people type and no guide has, and looks like a word of the rules.
_OTHERS = set(
    "back bath breeding collar cooking conclusions dearly facing faking moral sleeps snorting strike voice".split()
)
#: Words of danger that are no emergency: deaths of animals and things, long ago, asked about; sayings, food, gun safes.
#: People die in cars, and "horse" is heroin.
_NO_EMERGENCY = re.compile(
    r"\b((dog|cat|puppy|kitten|kitty|pet|phone|battery|laptop)s? ((is|has|just) )*(dies|died|dying|dead)"
    r"|dead (tired|skin|end|broke|serious|set)|dying to (know|try|see)"
    r"|dying for (a|some) (cigarette|smoke|drink|hit|fix|coffee)"
    r"|(can|could|do|did) (u|you|one|people|any(one|body)) (\w+ )?die (from|of|in|during) (\w+ )?"
    r"(withdraw\w*|detox\w*|kratom|kicking)|se puede morir (uno|alguien) de (la )?(malilla|abstinencia)"
    r"|^que (me |le )?ayuda (con|contra|para)|killing time|dying of boredom|drowning in (debt|bills|work|sweat|snot)"
    r"|(?<!feels )cold ((to|with) me|and distant)|guns? (safes?|locks?|shy|laws?|rights)"
    r"|caja fuerte (de|para) (\w+ )?(pistola|arma)s?"
    r"|(ate|eaten|eating|comi) ((a|an|the|some|all|whole|entire|big|bags?|box|of|too|much|many) )*"
    r"(chips|cand(y|ies)|cookies?|pizzas?|cakes?|ice cream|cereal|chocolates?)"
    r"(?=$| (last|this|every|all|at|today|yesterday)\b)"
    r"|kills? (the )?cravings?|killer headache"
    r"|(this|it|back|tooth|head|legs|rls|stomach|bones|knees|nausea|anxiety|cravings?) (is|are) killing (me|my)"
    r"|me matan? (el dolor|los dolores|la (cabeza|espalda|panza|muela)|las (piernas|muelas))"
    r"|muert[oa] de (cansancio|frio|hambre|sueno)"
    r"|(died|lost) (\w+ ){0,5}?(last (month|year)|(months?|years?) ago|in \d{4}|when i was (a|\d+|little|young))"
    r"|((perr|gat)(it)?[oa]|celular|telefono) (se )?(me )?(esta )?(murio|muriendo|muerto)"
    r"|murio ((mi|el) ((perr|gat)(it)?[oa]|celular|telefono)"
    r"|(\w+ ){0,5}?(hace (\w+ )?(mes(es)?|anos?)|el (mes|ano) pasado)))\b"
)


def without_other_deaths(typed: str) -> str:
    """Return a query without deaths that are no emergency, before its spelling is corrected."""
    rest = _NO_EMERGENCY.sub("x", plain := _plain(typed))
    return typed if rest == plain else rest


def dangers(typed: str, *meant: str) -> set[str]:
    """Return the headings of the rules that match. `meant`: `typed` with its spelling corrected."""
    readings = set[str]().union(*map(forms, (typed, *meant)))
    return {heading for rule, _, heading in RULES if any(rule.search(reading) for reading in readings)}


def is_danger(typed: str) -> bool:
    """Return whether to show urgent help."""
    return bool(dangers(without_other_deaths(typed)))


def respelled(text: str, known: Container[str]) -> str:
    """Replace each word that is not `known` by the most similar one of the rules: "seziure" by "seizure"."""
    return " ".join(word if word in known or word in _OTHERS else _nearest(word) for word in _plain(text).split())


def _nearest(word: str) -> str:
    """Return the rules' word that begins alike and is most similar."""
    alike = [other for other in _WORDS if other[0] == word[0]]
    near = process.extractOne(word, alike, scorer=SIMILARITY, score_cutoff=MIN_SIMILARITY)
    return near[0] if near else word


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
