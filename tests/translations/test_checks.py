"""What a translator is told while typing, and what keeps a translation from being published."""

import pytest

from editorial.text.checks import by_field, findings
from tests.factories import make_article, make_phase, make_symptom
from tests.translations.helpers import translate
from translations import checks
from translations.doses import doses

pytestmark = [pytest.mark.django_db, pytest.mark.any_backend]

LONG = "Cuando una persona " + "que vive con alguien y que lo cuida " * 4 + "llama, ayuda."


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("Los adictos [@a-source] lo saben, 24 horas.", "persona con una adicción"),
        ("Recayó [@a-source] a las 24 horas.", "volvió a consumir"),
        ("Un exadicto y un tecato [@a-source], 24 horas.", "persona que consume"),
        ("Una vida libre de drogas [@a-source], 24 horas.", "en recuperación"),
        ("Sufre de adicción [@a-source], 24 horas.", "tiene una adicción"),
        ("Terapia de sustitución [@a-source], 24 horas.", "medicina"),
        ("Un borracho [@a-source], 24 horas.", "bebe todos los días"),
        ("Quédate [@a-source] 24 horas.", "says usted"),
        ("Si puedes, [@a-source] espera 24 horas.", "says usted"),
        (f"{LONG} 24 [@a-source]", "A sentence of"),
        ("Espere.[@a-source]", "and the Spanish does not: 24"),
        ("Espere 24 o 48 horas.[@a-source]", "and the English does not: 48"),
        ("Espere 24 horas.", "does not: [@a-source]"),
        ("", checks.NOT_TRANSLATED),
        ("Tome dos tabletas de metadona cada 24 horas.[@a-source]", "no doses"),
    ],
)
def test_translator_is_told_what_to_mend(typed, told):
    words = translate(make_article(body="Wait 24 hours.[@a-source]"), body=typed)
    found = findings(words)
    assert any(told in each.message and each.field == "body" for each in found), found
    is_refused = bool(by_field(words, in_drafts=False))
    assert is_refused == (typed == "" or "Tome" in typed or "[@" not in typed) and not by_field(words, in_drafts=True)


def test_what_was_left_in_english_is_named():
    english = "Rest well and often today.\n\n![A cup of tea](/media/a.png)\n\n[[article:an-article|Where to rest]]"
    words = translate(make_article(body=english), body=f"Descanse.[@a-source]\n\n{english}")
    told = [each.message for each in findings(words) if "as in English" in each.message]
    assert [each.split("“")[1] for each in told] == [
        "Rest well and often today.\n”.",
        "A cup of tea”.",
        "Where to rest”.",
    ]


def test_good_words_of_each_kind_pass_and_names_of_fields_are_those_of_the_form():
    stage = make_phase()
    yawning = make_symptom(stage, description="You yawn.")
    bad = translate(yawning, slug="bostezos", title="", description="Bosteza.")
    assert set(by_field(bad, in_drafts=False)) >= {"title"}
    good = translate(
        make_article(body="Wait 24 hours.[@a-source]"),
        body="Pida un intérprete. Espere “si puedes” 24 horas.[@a-source]",
    )
    assert findings(good) == []


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Tome 10 mg de metadona.", 1),
        ("media pastilla de clonidina cada 6 horas", 1),
        ("Dele otra dosis de naloxona a los 2 o 3 minutos.", 0),
        ("Beba 8 vasos de agua al día.", 0),
        ("Tómese siete pastillas de clonidina.", 1),
        ("Tome 2 (dos) pastillas\nde acetaminofen, o un cuarto de pastilla de Suboxone.", 2),
        ("De cuarenta a sesenta miligramos.", 1),
        ("Nunca mezcle por su cuenta pastillas para el dolor con metadona.", 0),
        ("Ponga dos tiras de Suboxone, o media tira más de Suboxone.", 2),
        ("Mastique cuatro Benadryl antes de dormir. Tome 2 tabs de clonidina y un puñado de loperamida.", 3),
        ("Metadona 40 m. g. o 40&nbsp;mg, o gabapentina 300 tres veces al día.", 3),
        ("Baje la metadona un 10 % cada semana.", 1),
        ("Reduzca la metadona a la mitad cada mes. Clonidina 0,1 cada seis horas.", 2),
        ("Espere 12 horas y ponga la primera tira de Suboxone.", 1),
        ("Use otra tira reactiva de fentanilo. Pida otra inyección de naltrexona cada mes.", 0),
        ("Tome la mitad cada día. Use un poco menos de lo que usó ayer. Tómese el doble de clonidina.", 3),
        ("No tome el doble de su dosis de metadona. La mitad usó heroína cada día.", 0),
        ("Parta la tira en cuatro. Día 1: 8. Día 2: 6. Nunca corte la tira en dos.", 2),
        ("- Día 1: 8\n- Día 2: 6\n\nParta la pastilla por la mitad. Corte una tira de Suboxone en cuatro.", 3),
        ("No se debe partir la tira en dos. Jamás corte el parche en dos. Dé dos Narcans.", 0),
        ("La metadona baja las muertes a la mitad. Espere 12 horas en urgencias si hace falta.", 0),
        ("No tome media dosis: media dosis no es más segura. Un día sí y otro no, llame a un amigo.", 0),
        ("No tome ni media pastilla de la calle: basta media pastilla para morir.", 0),
        ("Una pastilla de la calle puede llevar fentanilo: no la tome.", 0),
        ("Llame en la noche al 988. Mucha gente toma metadona en la mañana. Puede esperar 24 horas una cama.", 0),
    ],
)
def test_doses_are_found_in_spanish(text, count):
    assert len(list(doses(text))) == count


@pytest.mark.parametrize(
    "text",
    [
        "Media tira en la mañana y media en la noche.",
        "Dele a su hijo media tableta.",
        "Tome Imodium, dos al principio.",
        "Hasta 8 al día de loperamida.",
        "Tome gabapentina, 300 en la mañana.",
        "Reduzca diez por ciento cada dos semanas.",
        "Pase de 30 a 25 a 20 de metadona. Metadona 30 el día uno.",
        "Espere un día entero antes del primer Suboxone.",
        "Aguante 36 horas antes de la buprenorfina.",
        "Divida su dosis en tres.",
        "Tome media dosis esta noche.",
        "Tome la dosis un día sí y un día no.",
        "Use la mitad de su bolsa normal.",
        "Día uno, tome tres. Día dos, tome dos.",
        "Empiece con 8 de Suboxone.",
        "Tome una clonidina extra.",
        "Tome una Lucemyra cuatro veces al día.",
        "Tome veinte de Valium por la noche.",
        "Use la cuarta parte de lo que usaba.",
    ],
)
def test_dose_in_other_words_is_found_in_spanish(text):
    assert list(doses(text))
