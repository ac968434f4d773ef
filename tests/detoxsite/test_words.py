"""Every page can be read by somebody who is ill and tired, and calls nobody names."""

import re
from pathlib import Path
from xml.etree.ElementTree import Element

import html5lib
import pytest
import textstat

from articles.models import Article
from editorial.models import HelpLine
from editorial.text.markdown import plain_text
from phases.checkin import DANGERS
from phases.models import Phase, Symptom, TreatmentOption

pytestmark = [pytest.mark.django_db, pytest.mark.any_backend]
GRADE = 8  # Flesch-Kincaid; the emergency page has a stricter limit of its own
AVOID = (
    r"\b(addicts?|junkies?|abusers?|drug abuse|substance abuse|drug-seeker|drug habit|got clean|getting clean|"
    r"drug-free|dirty urine|relapsed?|crutch|committed suicide|non-compliant|in denial|rock bottom|OD'd|overdosed|"
    r"push through it and)\b"
)
#: An amount of a medicine. The guide gives none.
DOSE = r"\b\d+([.,]\d+)?\s?(mg|mcg|µg|milligrams?|micrograms?|ml)\b"
FOLDERS = ["articles/starter", "phases/starter", "editorial/starter", "templates"]


def _sentences(markdown: str) -> str:
    """Headings and list items end like sentences, as a reader pauses there."""
    lines = []
    for line in markdown.splitlines():
        text = plain_text(line) if line.strip() else ""
        if text:
            lines.append(text if text[-1] in ".?!:" else f"{text}.")
    return " ".join(lines)


def _assert_readable(name: str, *texts: str) -> None:
    grade = textstat.flesch_kincaid_grade(_sentences("\n".join(texts)))
    assert grade <= GRADE, f"{name}: grade {grade}"


def test_articles_read_at_grade_eight_or_lower(guide):
    for article in Article.objects.all():
        _assert_readable(article.title, article.summary, article.body)


def test_stages_read_at_grade_eight_or_lower(guide):
    for phase in Phase.objects.with_symptoms():
        _assert_readable(phase.name, phase.summary, *phase.markdown_texts())


def test_treatments_read_at_grade_eight_or_lower(guide):
    for treatment in TreatmentOption.objects.all():
        _assert_readable(treatment.name, treatment.summary, *treatment.markdown_texts())


STANDING = ["/", "/emergency/", "/about/", "/privacy/", "/accessibility/", "/contact/", "/plan/", "/phases/"]
STANDING += ["/phases/now/", "/phases/now/check-in/", "/symptoms/", "/treatments/", "/treatments/compare/"]
CALLOUT_GRADE = 6


def _parts(tree) -> list[str]:
    parts = []
    for element in tree.iter():
        if element.tag in {"p", "li", "h1", "h2", "h3", "label", "legend"} and element.get("class") != "small":
            text = " ".join("".join(t for t in element.itertext()).split())
            if text and not element.findall(".//p") and not element.findall(".//label"):
                parts.append(re.sub(r"\[\d+\]", "", text))
    return parts


def _assert_page_readable(page: Element | bytes, name: str) -> None:
    tree = html5lib.parse(page, namespaceHTMLElements=False) if isinstance(page, bytes) else page
    main = tree.find(".//main")
    callouts = [element for element in main.iter() if "card--" in element.get("class", "")]
    whole = 6 if name == "/emergency/" else GRADE
    for tree, limit in [(main, whole), *((callout, CALLOUT_GRADE) for callout in callouts)]:
        parts = _parts(tree)
        assert len(parts) >= 2, name
        grade = textstat.flesch_kincaid_grade(" ".join(t if t[-1] in ".?!:" else f"{t}." for t in parts))
        assert grade <= limit, (name, grade, parts[0])


@pytest.mark.parametrize("path", STANDING)
def test_standing_pages_read_at_grade_eight_and_callouts_at_six(walk, path):
    _assert_page_readable(walk[path], path)


def test_stage_symptom_and_treatment_pages_read_at_grade_eight_and_callouts_at_six(walk):
    for page in [*Phase.objects.all(), *Symptom.objects.all(), *TreatmentOption.objects.all()]:
        path = page.get_absolute_url()
        _assert_page_readable(walk[path], path)


@pytest.mark.parametrize("substance", ["heroin", "fentanyl", "methadone"])
@pytest.mark.parametrize("since", ["under-6", "12-24", "48-72", "over-28", "unknown"])
def test_answers_read_at_grade_eight_and_callouts_at_six(client, guide, since, substance):
    html = client.post("/phases/now/", {"since": since, "substance": substance}).content
    _assert_page_readable(html, f"{since} {substance}")


def test_check_in_sheet_reads_at_grade_eight_and_callouts_at_six(client, guide):
    for sign in DANGERS:
        symptoms = list(Symptom.objects.values_list("slug", flat=True))
        html = client.post("/phases/now/check-in/", {"danger": sign.key, "felt": symptoms}).content
        _assert_page_readable(html, sign.key)


def test_help_lines_read_at_grade_eight_or_lower(guide):
    _assert_readable("help lines", *HelpLine.objects.values_list("description", flat=True))


def _published_words() -> list[tuple[str, str]]:
    root = Path(__file__).parents[2]
    files = [path for folder in FOLDERS for path in sorted((root / folder).rglob("*.*"))]
    assert len(files) > 50
    return [(path.name, path.read_text()) for path in files if "__pycache__" not in path.parts]


def test_words_put_the_person_first():
    for name, text in _published_words():
        text = re.sub(r"(?m)^\s*(also_called|organization|title|note|url|key):.*$", "", text)
        text = re.sub(r"also_called:\n(\s+- .*\n)+", "", text)
        assert not (found := re.findall(AVOID, text, re.I)), (name, found)


def test_no_page_gives_a_dose():
    for name, text in _published_words():
        assert not (found := re.search(DOSE, text, re.I)), (name, found)


def test_every_article_stage_and_treatment_cites_known_sources(guide):
    for model in (Article, Phase, TreatmentOption):
        for page in model.objects.all():
            page.full_clean()
