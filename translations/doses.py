"""Find doses in a Spanish text, as editorial/text/doses.py does in English."""

import re
from collections.abc import Iterator

from editorial.text.doses import MEDICINE

#: Accents are often omitted, so the patterns have none.
_PLAIN = str.maketrans("áéíóúÁÉÍÓÚ", "aeiouAEIOU")
_MEDICINE = re.compile(
    rf"(?i){MEDICINE.pattern}|\b(?:acetaminofen|aspirina|baclofeno|benzodiacepinas?|buprenorfina|carfentanilo|"
    r"ciclobenzaprina|clonidina|clordiazepoxido|codeina|diazepam|diciclomina|difenhidramina|fentanilo|gabapentina|"
    r"heroina|hidrocodona|hidroxicina|ibuprofeno|lofexidina|loperamida|lorazepam|medetomidina|melatonina|metadona|"
    r"metocarbamol|metoclopramida|mirtazapina|morfina|naltrexona|naproxeno|ondansetron|oxicodona|paracetamol|"
    r"pregabalina|prometazina|quetiapina|tizanidina|trazodona|xilacina)\b"
)
_MARKS = r"[\s*_\]\[()-]*"
_ONE = (
    r"(?:\d[\d.,/]{0,15}|[½¼¾]|(?:medi[ao]|mitad|cuartos?|par)(?:\s+de)?(?:\s+una?)?|un[ao]?|dos|tres|cuatro|cinco|seis|"
    r"siete|ocho|nueve|diez|once|doce|quince|dieciseis|veinte|veinti\w+|treinta|(?:cuar|cincu|ses|set|och|nov)enta|cien(?:to)?|\w+ientos|mil)"
)
_NUMBER = rf"(?<![\w.]){_ONE}{_MARKS}(?:(?:a|o|u|–|—){_MARKS}{_ONE}{_MARKS})?(?:\(\w+\)\s*)?"
_BY_WEIGHT = re.compile(rf"{_NUMBER}(?:mgs?|mcgs?|[uµμ]g|(?:mili|micro)gramos?|㎎|㎍)(?!\w)", re.I)
_BY_COUNT = re.compile(
    rf"(?i){_NUMBER}(?:(?P<pill>tabletas?|pastillas?|pildoras?|capsulas?|comprimidos?|laminas?|peliculas?)|g|gramos?|"
    r"cc|ml|mililitros?|gotas?|cuchar(?:ad|it|adit)?as?|parches?|inyeccion(?:es)?|dosis)(?!\w)"
)
_SCHEDULE = re.compile(
    r"(?i)\b(?:cada\s+(?:\d+|dos|tres|cuatro|seis|ocho|doce|dia|noche|mañana|hora|semana)|diari[oa]s?|diariamente|"
    r"(?:al|por)\s+dia|por\s+la\s+(?:noche|mañana|boca)|a\s+la\s+semana|antes\s+de\s+dormir|despues\s+de\s+cada|"
    r"bajo\s+la\s+lengua|debajo\s+de\s+la\s+lengua)\b"
)
#: "tome", "tómese", "tomarla", "puede tomar".
_TAKING = re.compile(
    r"(?i)\b(?:(?:tom|tragu?|empiec|empez|masti(?:qu|c)|inyect|disuelv|disolv|us|prueb|prob|beb|pong|pon|apli(?:qu|c)|"
    r"mezcl|chup)(?:e|a|[ae]r)|da|de(?=l)|dar)(?:se)?(?:l[aeo]s?)?\b"
)
_SPRAY = re.compile(r"\b(?:naloxona|narcan|rivive)\b", re.I)
#: One line break does not end it, as in Markdown.
_SENTENCE = re.compile(r"(?:[^.!?\n|]|\n(?!\s*(?:\n|[-*+#]|\d+\.))|\.(?=\d))+[.!?|]?")


def doses(text: str) -> Iterator[tuple[int, int]]:
    """Yield where a text gives a dose: an amount by weight, or one to be taken. Naloxone is exempt."""
    text = re.sub(r"\bdé\b", "da", text, flags=re.I).translate(_PLAIN)  # not the preposition
    yield from (amount.span() for amount in _BY_WEIGHT.finditer(text))
    for sentence in _SENTENCE.finditer(text):
        if _SPRAY.search(sentence[0]):
            continue
        schedule, medicine = _SCHEDULE.search(sentence[0]), _MEDICINE.search(sentence[0])
        is_taken = medicine and (schedule or _TAKING.search(sentence[0]))
        for amount in _BY_COUNT.finditer(sentence[0]):
            if is_taken or (schedule and amount["pill"]):
                yield sentence.start() + amount.start(), sentence.start() + amount.end()
