"""Our reading grade agrees with textstat's, which is too heavy for production."""

import pytest
import textstat

from editorial.text.markdown import plain_text
from editorial.text.measures import grade, minutes_for, words_in
from tests.editorial.test_claims import PAGES, TEXTS

pytestmark = pytest.mark.any_backend


def test_grade_is_near_that_of_textstat_on_every_starter_text_and_hardly_below():
    off = {}
    for slug in PAGES:
        text = plain_text(TEXTS[slug])
        off[slug] = grade([text]) - textstat.flesch_kincaid_grade(text)
    assert len(off) > 30 and all(-0.25 < each < 1.1 for each in off.values()), off
    assert sum(off.values()) / len(off) < 0.3


def test_hard_text_has_a_high_grade_and_no_text_has_none():
    hard = "Pharmacological interventions necessitate individualized titration by appropriately credentialed providers."
    assert grade([hard]) > 16 > 5 > grade(["Take small sips.", "Call a friend now"])
    assert grade([]) == grade(["", "..."]) == 0


def test_words_and_minutes_leave_out_citations_and_marks():
    assert words_in("- **Rest.**[@a-1; @b]\n- Drink *water* – often") == 4
    assert (minutes_for(0), minutes_for(449), minutes_for(451)) == (1, 2, 3)
