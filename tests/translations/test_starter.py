"""The starter guide in Spanish is whole and plain, with each source, number and phone link of the English."""

import pytest

from editorial.text.checks import FEW_WORDS, findings
from translations import checks
from translations.models import Translation

pytestmark = pytest.mark.any_backend

URGENT = {"naloxone", "craving-right-now", "lost-tolerance-and-overdose", "fentanyl-and-todays-supply"}


def test_spanish_words_pass_every_check_and_urgent_ones_are_plainer_still(guide):
    rows = list(Translation.objects.all())
    found = {str(row): [(each.field, each.message) for each in findings(row)] for row in rows}
    sizes = [checks.size(row) for row in rows if getattr(row.of, "slug", "") in URGENT]
    urgent = [size.plainness for size in sizes if size.words > FEW_WORDS]
    assert len(rows) > 100 and len(urgent) == len(URGENT)
    assert {row: told for row, told in found.items() if told} == {}
    assert min(each.fernandez_huerta for each in urgent) >= 75 and min(each.inflesz for each in urgent) >= 70


def test_english_words_that_changed_leave_no_spanish_file_behind(guide):
    """Who changes an English file changes the Spanish one too, and its `seen`, or this names it."""
    assert [str(row) for row in Translation.objects.all() if row.is_stale] == []


def test_line_that_takes_texts_in_english_only_has_no_number_to_text_in_spanish(client, guide):
    texted = 'href="sms:435748"'
    for english, spanish in (("/emergency/", "/es/emergencia/"), ("/notes.html", "/es/notas.html")):
        said, html = (client.get(path).content.decode().split('id="treatments"')[0] for path in (english, spanish))
        assert texted in said and texted not in html and 'href="tel:+18006624357"' in html and 'href="sms:988"' in html
