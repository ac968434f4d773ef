"""Hard words are explained where they first stand, without a script."""

import re
import sys

import pytest
import yaml
from django.core.management import CommandError, call_command

from articles.models import Topic
from editorial.models import GlossaryTerm
from editorial.text.glossary import Glossary
from editorial.text.markdown import PageText
from tests.factories import make_article, make_source

pytestmark = [pytest.mark.django_db, pytest.mark.any_backend]
TERMS = [
    GlossaryTerm(slug="withdrawal", word="withdrawal", meaning="How it feels."),
    GlossaryTerm(slug="early", word="early withdrawal", meaning="How it begins."),
    GlossaryTerm(slug="opioid", word="opioid", also="opioids, dope", meaning="A drug."),
]
LINK = '<a class="word" href="#word-{0}" id="uses-{0}">{1}</a>'


def _render(text: str) -> str:
    return PageText(glossary=Glossary(TERMS)).render(text).html


def test_word_is_explained_once_in_the_form_it_has():
    html = _render("Opioids and **opioid** and opioids.")
    assert html == f"<p>{LINK.format('opioid', 'Opioids')} and <strong>opioid</strong> and opioids.</p>"


def test_text_met_before_is_numbered_and_explained_again_on_another_page():
    text = "Opioids [@who-2009] and withdrawal."
    first, second = PageText(glossary=Glossary(TERMS)), PageText(glossary=Glossary(TERMS[:2]), numbers={"other": 1})
    pages = [page.render(text).html for page in (first, second, first)]
    assert 'href="#source-1"' in pages[0] and 'href="#source-2"' in pages[1]
    assert "#word-opioid" in pages[0] and "#word-opioid" not in pages[1]
    assert "#word-" not in pages[2] and first.numbers == {"who-2009": 1} and second.numbers["who-2009"] == 2
    assert [term.slug for term in first.explained_terms()] == ["opioid", "withdrawal"]


def test_changed_meaning_of_a_word_shows_though_the_text_was_met_before():
    changed = GlossaryTerm(slug="opioid", word="opioid", also="opioids, dope", meaning="Another meaning.")
    _render("An opioid again.")
    page = PageText(glossary=Glossary([changed]))
    page.render("An opioid again.")
    assert [term.meaning for term in page.explained_terms()] == ["Another meaning."]


def test_word_within_a_longer_one_waits_for_its_turn():
    html = _render("Early withdrawal, then withdrawal; nonopioid, anti-opioid, opioid-like.")
    assert LINK.format("early", "Early withdrawal") in html and LINK.format("withdrawal", "withdrawal") in html
    assert "#word-opioid" not in html


def test_word_in_a_heading_a_link_or_code_stays_as_it_is():
    html = _render("## Opioid\n\n[opioid](/x/) `opioid`\n\n- the *opioid* and the dope")
    assert html.count('class="word"') == 1 and "<em>" + LINK.format("opioid", "opioid") + "</em>" in html


def test_several_words_in_one_paragraph_keep_their_order_and_text():
    html = _render("A withdrawal b opioid c early withdrawal d")
    assert [part.split("</a>")[-1] for part in html.split('<a class="word"')][1:] == [" b ", " c ", " d</p>"]
    assert "A <a" in html


def test_text_without_a_glossary_has_no_links():
    assert PageText().render("An opioid.").html == "<p>An opioid.</p>"


def test_article_lists_its_words_with_their_sources(client):
    make_source("b-source")
    GlossaryTerm.objects.create(slug="craving", word="craving", meaning="A pull.[@b-source]")
    make_article(body="A craving comes.[@a-source]")
    html = client.get("/articles/an-article/").content.decode()
    assert '<div id="word-craving"><dt>craving</dt>' in html and 'href="#uses-craving">Back to the text' in html
    assert html.index('id="words-title"') < html.index('id="sources-title"')
    assert 'id="source-2"' in html


def test_citations_of_the_text_and_of_its_words_lead_to_their_entries(client):
    for key in ("b-source", "c-source"):
        make_source(key)
    for slug, meaning in (("craving", "A pull.[@b-source][@c-source]"), ("lapse", "One use.[@a-source][@b-source]")):
        GlossaryTerm.objects.create(slug=slug, word=slug, meaning=meaning)
    make_article(body="A craving comes, then a lapse.[@a-source]")
    html = client.get("/articles/an-article/").content.decode().split("<article")[1]
    ids = re.findall(r'id="source-(\d+)" value="\1"', html)
    assert ids == [str(number) for number in range(1, len(ids) + 1)]
    cited = [
        re.findall(r'href="#source-(\d+)"', html.split(f'id="word-{slug}"')[1].split("</dd>")[0])
        for slug in ("craving", "lapse")
    ]
    assert cited[0][1] == str(int(cited[0][0]) + 1) and cited[1] == ["1", cited[0][0]]


def test_starter_words_cite_known_sources(guide):
    from editorial.text.checks import check_sources

    terms = list(GlossaryTerm.objects.all())
    assert len(terms) > 15
    for term in terms:
        assert check_sources([term.meaning]), term


def test_word_with_an_unknown_source_is_refused(admin):
    values = {"word": "x", "slug": "x", "also": "", "meaning": "An x.[@nowhere]"}
    html = admin.post("/admin/editorial/glossaryterm/add/", values).content.decode()
    assert "There is no source named nowhere" in html and not GlossaryTerm.objects.exists()


def test_word_or_topic_with_a_dose_is_refused_as_it_would_be_live_at_once(admin):
    values = {"word": "x", "slug": "x", "also": "", "meaning": "Take 40 mg of methadone each day."}
    assert (
        "gives no doses: take “40 mg” out" in admin.post("/admin/editorial/glossaryterm/add/", values).content.decode()
    )
    values = {
        "name": "x",
        "slug": "x",
        "position": "1",
        "description": "Halve your methadone every week, and what else helps.",
    }
    assert "gives no doses" in admin.post("/admin/articles/topic/add/", values).content.decode()
    assert not GlossaryTerm.objects.exists() and not Topic.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("Take 40 mg of methadone each day.", "glossary term benzos, __all__: .*40 mg"),
        ("How it feels.[@no-such]", "glossary term benzos, __all__: .*no-such"),
        (1.10, "meaning: put the text in quotes, which reads as 1.1"),
    ],
)
def test_word_with_a_dose_an_unknown_source_or_a_number_is_refused_from_files_too(guide, tmp_path, wrong, told):
    call_command("export_content", tmp_path, verbosity=0)
    file = tmp_path / "editorial" / "glossary.yaml"
    words = yaml.safe_load(file.read_text())
    meaning = words[0]["meaning"]
    file.write_text(yaml.safe_dump([{**words[0], "meaning": wrong}, *words[1:]]))
    with pytest.raises(CommandError, match=told):
        call_command("import_content", tmp_path, "--note", "A note.")
    assert GlossaryTerm.objects.get(slug=words[0]["slug"]).meaning == meaning


def test_a_to_z_has_symptoms_treatments_words_and_other_names(client, guide):
    html = client.get("/a-z/").content.decode()
    assert 'href="/treatments/methadone/">Methadone</a>' in html
    assert "Runny nose</a>" in html and 'see <a href="#word-naloxone">Naloxone</a>' in html
    assert html.index('id="letter-b"') < html.index('id="letter-w"')


@pytest.mark.parametrize(
    ("word", "address"),
    [
        ("Heroin", "/phases/"),
        ("Naloxone (Narcan): get it and use it", "/treatments/naloxone/"),
        ("Overdose", "/emergency/#steps"),
        ("Pregnancy", "/emergency/#pregnant"),
        ("Suicide", "/emergency/#lines"),
    ],
)
def test_a_to_z_leads_from_what_people_fear_to_where_the_guide_speaks_of_it(client, guide, word, address):
    assert f'<a href="{address}">{word}</a>' in client.get("/a-z/").content.decode()
    page, _, place = address.partition("#")
    assert not place or f'id="{place}"' in client.get(page).content.decode()


@pytest.mark.parametrize("text", ["OPİOİD", "opıoıd", "ſtrong µg", "strong μg", "STRONG ΜG", "\u212aratom", "K-pill ﬅ"])
def test_letter_that_two_alphabets_share_never_takes_the_page_down(text):
    terms = [*TERMS, GlossaryTerm(slug="ug", word="strong µg"), GlossaryTerm(slug="kratom", word="kratom")]
    html = PageText(glossary=Glossary(terms)).render(f"A {text} here.").html
    assert text in re.sub(r"<[^>]+>", "", html)


def test_word_is_found_in_whatever_letters_the_pattern_takes_for_its_own():
    """Each letter of Unicode that a pattern without regard to case takes for one of a word's letters."""
    letters = [chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code < 0xE000]
    opioids = GlossaryTerm(slug="opioids", word="opioids")
    for place, own in enumerate("opioids"):
        for letter in filter(re.compile(own, re.I).fullmatch, letters):
            text = f"{'opioids'[:place]}{letter}{'opioids'[place + 1 :]}"
            html = PageText(glossary=Glossary([opioids])).render(text).html
            assert 'href="#word-opioids"' in html, text
