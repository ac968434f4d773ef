"""Find doses in a Spanish text, as editorial/text/doses.py does in English."""

import itertools
import re
from collections.abc import Iterator

from editorial.text.doses import MEDICINE

#: Accents are often omitted, so the patterns have none.
_PLAIN = str.maketrans("áéíóúÁÉÍÓÚ", "aeiouAEIOU")
_MEDICINE = re.compile(
    rf"{MEDICINE.pattern}|\b(?:acetaminofen|aspirina|baclofeno|benzodiacepinas?|buprenorfina|carfentanilo|"
    r"ciclobenzaprina|clonidina|clordiazepoxido|codeina|diazepam|diciclomina|difenhidramina|fentanilo|gabapentina|"
    r"heroina|hidrocodona|hidroxicina|ibuprofeno|lofexidina|loperamida|lorazepam|medetomidina|melatonina|metadona|"
    r"metocarbamol|metoclopramida|mirtazapina|morfina|naltrexona|naproxeno|ondansetron|oxicodona|paracetamol|"
    r"pregabalina|prometazina|quetiapina|tizanidina|trazodona|xilacina)\b",
    re.I,
)
_MARKS = r"(?:[\s*_\]\[()-]|&nbsp;)*"
_ONE = (
    r"(?:\.?\d[\d.,/]{0,15}|[½¼¾]|(?:medi[ao]|mitad|cuartos?|par|puñado)(?:\s+de)?(?:\s+una?)?|"
    r"un[ao]?(?:\s+mas)?|otr[ao](?!\s+(?:inyeccion|dosis))|dos|tres|cuatro|cinco|seis|siete|ocho|"
    r"nueve|diez|once|doce|quince|dieciseis|veinte|veinti\w+|treinta|(?:cuar|cincu|ses|set|och|nov)enta|cien(?:to)?|\w+ientos|mil)"
)
_NUMBER = rf"(?<![\w.]){_ONE}{_MARKS}(?:(?:a|o|u|–|—){_MARKS}{_ONE}{_MARKS})?(?:\(\w+\)\s*)?"
_BY_WEIGHT = re.compile(rf"{_NUMBER}(?:m\.?\s?gm?s?|miligs?|mcgs?|[uµμ]g|(?:mili|micro)gramos?|㎎|㎍)(?!\w)", re.I)
_BY_COUNT = re.compile(
    rf"(?i){_NUMBER}(?:(?P<pill>tabletas?|pastillas?|pildoras?|capsulas?|comprimidos?|laminas?|peliculas?|"
    rf"tiras?(?!\s+reactiva)|tabs?)|unidades|g|gramos?|cc|ml|(?:{_MEDICINE.pattern})(?=\s*(?:[.,;!?)]|$)"
    r"|\s+(?:junt|antes|despues|para|cada|si|al|en|extra|diari|\w+\s+veces))|mililitros?|gotas?|"
    r"cuchar(?:ad|it|adit)?as?|parches?|inyeccion(?:es)?|dosis)(?!\w)"
)
_SCHEDULE = re.compile(
    r"\b(?:cada\s+(?:\d+|dos|tres|cuatro|seis|ocho|doce|dia|noche|mañana|hora|semana)|diari[oa]s?|diariamente|"
    r"(?:al|por)\s+dia|(?:en|por)\s+la\s+(?:noche|mañana)|por\s+la\s+boca|por\s+semana|a\s+la\s+semana|antes\s+de\s+dormir|despues\s+de\s+cada|"
    r"bajo\s+la\s+lengua|debajo\s+de\s+la\s+lengua)\b",
    re.I,
)
#: "tome", "tómese", "tomarla", "puede tomar".
_TAKING = re.compile(
    r"(?i)(?<!no la )(?<!no lo )(?<!nunca la )\b"
    r"(?:(?:tom|tragu?|empiec|empez|masti(?:qu|c)|inyect|disuelv|disolv|us|prueb|prob|beb|pong|pon|apli(?:qu|c)|"
    r"mezcl|chup)(?:e|a|[ae]r)|da|de(?=l)|dar)(?:se)?(?:l[aeo]s?)?\b"
)
#: "ni media pastilla", "basta un cuarto de pastilla".
_REFUSED = re.compile(r"\b(?:ni|bastan?)\s+(?:un\s+)?$", re.I)
_SPRAY = re.compile(r"\b(?:naloxona|narcan|rivive)s?\b", re.I)
_NEAR = r"[^.\n]{0,200}"
_ON_AND_OFF = r"\bun\s+dia\s+si\s+y\s+(?:un\s+dia|otro)\s+no\b"
#: Amounts without a unit: a strength, a step of a taper, and when to start buprenorphine.
_WITHOUT_UNIT = re.compile(
    rf"(?i)(?:{_MEDICINE.pattern})\s+(?!24/7)(?:(?:\d{{2,3}}|\d?[.,]\d{{1,2}})(?=\s+(?:{_SCHEDULE.pattern}|\w+\s+veces\b|el\s+dia\b))|\d{{1,2}}/\d)"
    rf"|(?:{_MEDICINE.pattern})[:,]\s+{_NUMBER}(?:{_SCHEDULE.pattern}|al\s+principio\b)"
    rf"|\b{_NUMBER}(?:{_SCHEDULE.pattern})\s+de\s+(?:{_MEDICINE.pattern})"
    rf"|\bde\s+{_NUMBER}a\s+{_NUMBER}a\s+{_NUMBER}(?={_NEAR}(?:{_MEDICINE.pattern}))"
    rf"|\b(?:baj|reduzc|reduc|disminuy)(?:e|a|[aei]r)\s+(?:un\s+)?{_NUMBER}(?:%|por\s+ciento\b)?\s*(?:{_SCHEDULE.pattern})"
    rf"|(?<!no )(?<!nunca ){_TAKING.pattern.removeprefix('(?i)')}\s+media\s+dosis\b"
    rf"|(?:{_MEDICINE.pattern}|\bdosis\b){_NEAR}?{_ON_AND_OFF}|{_ON_AND_OFF}(?={_NEAR}(?:{_MEDICINE.pattern}|\bdosis\b))"
    rf"|{_TAKING.pattern.removeprefix('(?i)')}\s+(?:con\s+)?{_NUMBER}de\s+(?:{_MEDICINE.pattern})"
    r"|\b(?:baj|reduzc|reduc|disminuy|sub|aument|quit)(?:e|a|[aei]r)\b"
    rf"(?={_NEAR}(?:{_MEDICINE.pattern}))(?={_NEAR}(?:{_SCHEDULE.pattern}|\bcada\s+mes\b))"
    rf"{_NEAR}?\b(?:\d+\s?%|\d+\s+por\s+ciento\b|mitad\b|cuarto\b|tercio\b)"
    r"|\b(?:esper|aguant)[ea]r?\s+(?:al\s+menos\s+|hasta\s+que\s+pasen\s+)?"
    rf"(?:{_NUMBER}horas?|un\s+dia\s+(?:completo|entero))\b(?={_NEAR}\b(?:buprenorfina|suboxone|subutex|zubsolv|tira)\b)"
    rf"|(?<!no )(?<!nunca ){_TAKING.pattern.removeprefix('(?i)')}\s+"
    r"(?:el\s+doble|la\s+mitad|la\s+\w+\s+parte|un\s+poco\s+menos)\b"
    rf"(?={_NEAR}(?:{_MEDICINE.pattern}|{_SCHEDULE.pattern}|\b(?:dosis|lo\s+que|lo\s+de|su)\b))"
    r"|(?:\A|[\n.!?:;*-]\s{0,3}|\b(?:luego|puede|y)\s+)(?:cort|divid|part)(?:a|e|[ai]r)(?:la|lo)?\s+(?:cada|el|la|las|su|sus|una?)\s+"
    r"(?:dosis|lamina|parche|pastilla|pelicula|tableta|tira)s?(?:\s+de\s+\w+)?\s+(?:en|por)\b"
    rf"|\bdia\s+\w+\s*[:=–|,-]\s*(?:tome\s+)?{_ONE}(?:\s+(?:lamina|pastilla|tableta|tira)s?)?\s*[.,;|\n][\s|*-]*dia\b"
)
#: One line break does not end it, as in Markdown.
_SENTENCE = re.compile(r"(?:[^.!?\n|]|\n(?!\s*(?:\n|[-*+#]|\d+\.))|\.(?=\d))+[.!?|]?")


def doses(text: str) -> Iterator[tuple[int, int]]:
    """Yield where a text gives a dose: an amount by weight, or one to be taken. Naloxone is exempt."""
    text = re.sub(r"\bdé\b", "da", text, flags=re.I).translate(_PLAIN)  # not the preposition
    for amount in itertools.chain(_BY_WEIGHT.finditer(text), _WITHOUT_UNIT.finditer(text)):
        yield amount.span()
    for sentence in _SENTENCE.finditer(text):
        if _SPRAY.search(sentence[0]):
            continue
        schedule, medicine = _SCHEDULE.search(sentence[0]), _MEDICINE.search(sentence[0])
        is_taken = schedule or _TAKING.search(sentence[0])
        for amount in _BY_COUNT.finditer(sentence[0]):
            if _REFUSED.search(sentence[0], 0, amount.start()):
                continue
            part = re.match("medi|mitad|cuarto", amount[0], re.I)
            if is_taken and (medicine or (amount["pill"] and (schedule or part))):
                yield sentence.start() + amount.start(), sentence.start() + amount.end()
