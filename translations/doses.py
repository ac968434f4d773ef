"""Find doses in a Spanish text, as editorial/text/doses.py does in English."""

import re
from collections.abc import Iterator

from editorial.text.doses import MEDICINE

_MEDICINE = re.compile(
    rf"{MEDICINE.pattern}|\b(?:acetaminofén|aspirina|baclofeno|benzodiacepinas?|buprenorfina|ciclobenzaprina|clonidina|"
    r"codeína|diazepam|diciclomina|difenhidramina|fentanilo|gabapentina|heroína|hidrocodona|hidroxicina|ibuprofeno|"
    r"lofexidina|loperamida|lorazepam|melatonina|metadona|metocarbamol|metoclopramida|mirtazapina|morfina|naltrexona|"
    r"naproxeno|ondansetrón|oxicodona|paracetamol|pregabalina|prometazina|quetiapina|tizanidina|trazodona)\b",
    re.I,
)
_NUMBER = r"(?:\d[\d.,/]*|[½¼¾]|medi[ao]|un[ao]?|dos|tres|cuatro|cinco|seis|ocho|diez|doce|veinte)"
_BY_WEIGHT = re.compile(rf"(?<![\w.]){_NUMBER}[\s*_-]*(?:mgs?|mcgs?|[uµμ]g|(?:mili|micro)gramos?|㎎|㎍)(?!\w)", re.I)
_BY_COUNT = re.compile(
    rf"(?<![\w.]){_NUMBER}[\s*_-]*(?:g|gramos?|ml|mililitros?|tabletas?|pastillas?|cápsulas?|comprimidos?|gotas?|"
    r"cucharad(?:it)?as?|parches?|películas?|láminas?|inyecci(?:ón|ones)|dosis)(?!\w)",
    re.I,
)
_SCHEDULE = re.compile(
    r"\b(?:cada\s+(?:\d+|dos|tres|cuatro|seis|ocho|doce|día|noche|mañana|hora|semana)|diari[oa]s?|diariamente|"
    r"(?:al|por)\s+día|por\s+la\s+(?:noche|mañana|boca)|a\s+la\s+semana|antes\s+de\s+dormir|bajo\s+la\s+lengua|"
    r"debajo\s+de\s+la\s+lengua)\b",
    re.I,
)
_TAKING = re.compile(r"\b(?:tome|dé|dele|trague|empiece|mastique|inyecte|disuelva|use|pruebe|beba)\b", re.I)
_SPRAY = re.compile(r"\b(?:naloxona|narcan|rivive)\b", re.I)
_SENTENCE = re.compile(r"[^.!?\n|]*(?:\.(?=\d)[^.!?\n|]*)*[.!?|]?")


def doses(text: str) -> Iterator[tuple[int, int]]:
    """Yield where a text gives a dose: an amount by weight, or one to be taken. Naloxone is exempt."""
    for amount in _BY_WEIGHT.finditer(text):
        yield amount.span()
    for sentence in _SENTENCE.finditer(text):
        is_taken = _SCHEDULE.search(sentence[0]) or _TAKING.search(sentence[0])
        if is_taken and _MEDICINE.search(sentence[0]) and not _SPRAY.search(sentence[0]):
            for amount in _BY_COUNT.finditer(sentence[0]):
                yield sentence.start() + amount.start(), sentence.start() + amount.end()
