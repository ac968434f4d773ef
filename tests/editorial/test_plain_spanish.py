"""The counter of plain Spanish agrees with counts by hand."""

import pytest

from editorial.text.plain_spanish import plainness, syllables, words_in

pytestmark = pytest.mark.any_backend

BY_HAND = (
    "a-gua a-ho-ra al-co-hol a-í san-gre y muy ley a-yu-da ha-cia ha-cí-a dí-a o-í-do pa-ra-noi-a que quien gui-so "
    "si-guien-te pin-güi-no len-guas cui-da-do viu-da huir cre-er ca-os rí-o re-ír ba-úl Pa-ra-guay he-ro-í-na "
    "fen-ta-ni-lo na-lo-xo-na bu-pre-nor-fi-na a-nes-te-sia co-ra-zón es-tó-ma-go náu-se-as dia-rre-a o-í-a "
    "pre-o-cu-pa des-hi-dra-ta-do prohi-bir cons-tru-ye hue-so es-toy a-ve-ri-güéis ciu-dad a-é-re-o trans-e-ún-te"
)


def test_syllables_are_those_counted_by_hand():
    found = {word: syllables(word.replace("-", "")) for word in BY_HAND.split()}
    assert found == {word: word.count("-") + 1 for word in found}


def test_scores_of_a_text_are_those_worked_out_by_hand():
    found = plainness(["Llámenos al 911", "No consuma heroína a solas nunca. Tome un sorbo más."])
    words, sentences, spoken = 13, 3, 6 + 13 + 6  # a number counts as two syllables
    assert found.fernandez_huerta == pytest.approx(206.84 - 60 * spoken / words - 1.02 * words / sentences)
    assert found.inflesz == pytest.approx(206.835 - 62.3 * spoken / words - words / sentences)


def test_long_words_and_long_sentences_score_lower_and_no_text_breaks_nothing():
    hard = "La farmacoterapia individualizada necesita supervisión multidisciplinaria especializada continuamente."
    assert plainness([hard]).inflesz < 20 < 80 < plainness(["Tome agua a sorbos.", "Llame a un amigo ya."]).inflesz
    assert plainness([]).inflesz > 200
    assert words_in("De 6 a 24 horas (7.3), ¿ya?") == ["De", "6", "a", "24", "horas", "7.3", "ya"]
