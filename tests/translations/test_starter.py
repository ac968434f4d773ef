"""What the starter guide says in Spanish is plain, and keeps each source, number and phone link of the English."""

import re
from collections import Counter

import pytest

from editorial.check_rules import spoken
from editorial.checks import FEW_WORDS
from editorial.plain_spanish import MAX_SENTENCE, MIN_FERNANDEZ_HUERTA, MIN_INFLESZ, plainness, words_in
from editorial.translated import words_of
from translations.models import Translation

pytestmark = pytest.mark.any_backend

URGENT = {"naloxone", "craving-right-now", "lost-tolerance-and-overdose", "fentanyl-and-todays-supply"}
ENGLISH_ONLY = {"435748"}  # the helpline's texts are in English
NOT_SAID = re.compile(
    r"\b(tú|tus?|eres|tienes|puedes|debes|quieres|estás|haz|vosotros|abus\w*|adict[oa]s?|drogadict\w*|recae\w*|recaíd\w*"
    r"|fracas\w*|suicidó|urgencias|usuari[oa]s?|antojos?)\b",
    re.I,
)


def texts():
    """Yield each row of the guide with its words in English and in Spanish, for all that readers see."""
    for translation in Translation.objects.all():
        row = translation.of
        columns = row.columns_in_translation()
        seen = words_of(row)
        yield row, [(english, getattr(translation, columns[field])) for field, english in seen.items()]


def facts(text: str) -> Counter[str]:
    cited = re.findall(r"\[@[^\]]+\]|\((?:tel|sms):[^)]+\)", text)
    numbers = re.findall(r"\d[\d,.:-]*\d|\d", re.sub(r"\[@[^\]]+\]|\]\([^)]+\)|^\d+\. ", " ", text, flags=re.M))
    return Counter([*cited, *numbers])


def test_spanish_text_keeps_every_source_number_and_phone_link(guide):
    lost, count = {}, 0
    for row, pairs in texts():
        for english, spanish in pairs:
            count += 1
            gone = [fact for fact in facts(english) - facts(spanish) if not any(no in fact for no in ENGLISH_ONLY)]
            more = [fact for fact in facts(spanish) - facts(english) if fact not in {"988", "2"}]  # "oprima 2"
            if gone or more:
                lost[f"{row}: {spanish[:60]}"] = gone, more
    assert count > 300 and not lost


def test_spanish_text_is_plain_and_speaks_to_people_with_respect(guide):
    hard = {}
    for row, pairs in texts():
        parts = [part for _, spanish in pairs for part in spoken(spanish)]
        if sum(len(part.split()) for part in parts) < FEW_WORDS:
            continue
        found, more = plainness(parts), 10 * (row.slug in URGENT)
        if (
            found.fernandez_huerta < MIN_FERNANDEZ_HUERTA + more
            or found.inflesz < MIN_INFLESZ + more
            or len(words_in(found.longest)) > MAX_SENTENCE
            or NOT_SAID.search(" ".join(parts))
        ):
            hard[str(row)] = found, NOT_SAID.findall(" ".join(parts))
    assert not hard


def test_english_words_that_changed_leave_no_spanish_file_behind(guide):
    """Who changes an English file changes the Spanish one too, and its `seen`, or this names it."""
    assert [str(row) for row in Translation.objects.all() if row.is_stale] == []
