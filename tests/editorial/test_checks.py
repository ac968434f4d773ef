"""What is refused and what is advised before readers see a page, with the place; and no starter text is refused."""

import re

import pytest
from django.core.exceptions import ValidationError

from articles.models import Article
from editorial.models.addresses import add_redirect
from editorial.text.checks import advice, findings, refusals, size
from phases.models import Phase, Symptom, TreatmentOption
from tests.factories import make_article, make_phase, make_symptom

pytestmark = pytest.mark.django_db


def test_no_starter_text_is_refused_and_few_get_advice(guide):
    told = {
        str(page): [finding.message for finding in findings(page)]
        for model in (Article, Phase, Symptom, TreatmentOption)
        for page in model.objects.all()
    }
    refused = [
        finding
        for model in (Article, Phase, Symptom, TreatmentOption)
        for page in model.objects.all()
        for finding in refusals(page)
    ]
    assert len(told) > 60 and refused == []
    assert sum(map(len, told.values())) < 12, [each for each in told.items() if each[1]]


def told(body: str, check=findings, **values) -> list[str]:
    page = Article(title="A page", slug="a-page", summary="x" * 60, body=body, **values)
    return [f"{finding.message} <{finding.field}> {body[finding.start : finding.end]}" for finding in check(page)]


@pytest.mark.parametrize(
    ("text", "words", "place"),
    [
        ("Take 40 mg of methadone.", "gives no doses", "40 mg"),
        ("A claim.[@not-there]", "no source named not-there", "@not-there"),
        ("![](/media/pictures/a.png)", "Describe each picture", "![](/media/pictures/a.png"),
        ("[[picture:side]]", "Describe the picture", "[[picture:side]]"),
        ("[[picture:no|A hand]]", "There is no picture “no”", "[[picture:no|A hand]]"),
        ("Words [[picture:side|A hand]]", "on a line of its own", "[[picture:side|A hand]]"),
        ("::: emergency\nCall.\n\nMore.", "Close this box", "::: emergency"),
        ("::: warn\nCall.\n:::", "There is no box “warn”", "::: warn"),
        ("::: do\nA\n::: do not\nB\n:::", "Close the box above", "::: do not"),
        ("> ::: do\n> A\n> :::", "outside of any list or quote", "> ::: do"),
        ("::: emergency\nA\n:::\n\n::: emergency\nB\n:::", "one emergency box", "::: emergency"),
        ("See [[stage:no-such]].", "No page is named “stage:no-such”", "[[stage:no-such]]"),
    ],
)
def test_text_is_refused_with_the_place(text, words, place):
    found = [each for each in told(text, refusals) if words in each]
    assert found and found[0].endswith(f"<body> {place}"), told(text)
    assert not [each for each in told("Words.", refusals) if words in each]


def test_wrong_name_of_a_page_is_answered_with_similar_names():
    make_phase(slug="peak-withdrawal")
    make_article(slug="tapering-off", title="Off")
    for name, right in (("peak-withdrawal", "stage:peak-withdrawal"), ("article:Tapering", "article:tapering-off")):
        assert f"Did you mean [[{right}]]?" in " ".join(told(f"See [[{name}]].", refusals)), name
    for letter in "abcdefghijklmnopqrstuvwxyz":
        make_article(slug=f"{letter * 5}-by-night", title="Night")
    for word in ("aaaaa", "zzzzz"):  # the oldest and the newest
        told_of_it = " ".join(told(f"See [[article:{word}-at-night]].", refusals))
        assert f"Did you mean [[article:{word}-by-night]]" in told_of_it
    assert "Did you mean" not in " ".join(told("See [[xyz]], [[stage:]], [[article:none-such]].", refusals))


@pytest.mark.parametrize(
    ("text", "words", "place"),
    [
        ("[x](http://a.example/)", "no link here", "[x](http://a.example/)"),
        ("[x](//a.example/)", "no link here", "[x](//a.example/)"),
        ("[x](phases/)", "leads nowhere", "[x](phases/)"),
        ("[x](/articles/no-such/)", "no page at /articles/no-such/", "[x](/articles/no-such/)"),
        ("[x](/no-such/page/)", "no page at", "[x](/no-such/page/)"),
        ("[x](/articles/a-draft/)", "do not see the page", "[x](/articles/a-draft/)"),
        ("[x](/articles/old/)", "at /articles/new/ now", "[x](/articles/old/)"),
        ("[x](#nowhere)", "No heading", "[x](#nowhere)"),
        ("See [[article:a-draft]].", "do not see “An article” now", "[[article:a-draft]]"),
        ("## A\n\n#### B", "Use ### here", "#### B"),
        ("### A", "Use ## here", "### A"),
        ("## Source 1", "uses #source-1 itself", "## Source 1"),
        ("Do this:\n- Call 911\n- Stay", "blank line above this list", "- Call 911"),
        ("Words\n1. One\n2. Two", "blank line above this list", "1. One"),
        ("Words\n| a | b |\n|---|---|\n| 1 | 2 |", "blank line above this table", "| a | b |"),
        ("| a | b |\n|---|---|\n| 1 | 2 | 3 |", "do not see the last cells", "| 1 | 2 | 3 |"),
        ("a | b\n--|--\n[[article:new|x]] | `|` \\|", "do not see the last cells", "[[article:new|x]] | `|` \\|"),
        ("1. Call\n   - 911\n   - 988", "Indent a list within a list", "   - 911"),
        ("• Call 911", "Begin each line of a list", "• "),
        ("·\tCall 911", "Begin each line of a list", "·\t"),  # as Word pastes it, and one level down
        ("o\tCall 911", "Begin each line of a list", "o\t"),
        ("1) Call 911", "Begin each line of a list", "1) "),
        ("(1) Call 911", "Begin each line of a list", "(1) "),
        ("a. Call 911", "Begin each line of a list", "a. "),
        ("-Call 911", "Begin each line of a list", "-"),
        ("1.Call 911", "Begin each line of a list", "1."),
        ("[ ] Pack", "Begin each line of a list", "[ ] "),
        ("☐ Pack", "Begin each line of a list", "☐ "),
        ("Day\tIt feels\n1\tbad", "Write | a | b | for a row", "Day\tIt feels\n1\tbad"),  # as Word pastes a table
        ("| Day | It feels |\n| 1 | bad |", "Write | a | b | for a row", "| Day | It feels |\n| 1 | bad |"),
        ("Call <b>911</b>.", "as typed. Take it out", "<b>"),
        ("Call ~~988~~ 911.", "as typed. Take it out", "~~"),
        ("Many addicts get clean.", "a person with addiction", "addicts"),
        ("Many addicts get clean.", "not using", "get clean"),
        ("Opioid-addicted parents.", "with addiction", "Opioid-addicted"),
        ("A crack baby.", "a baby in withdrawal", "crack baby"),
        ("Needle junky.", "people who use drugs", "junky"),
        ("Abuse of pills.", "drug use", "Abuse of pills"),
        ("She is in denial.", "not ready yet", "in denial"),
        ("A drug-free life.", "in recovery", "drug-free life"),
        ("Substitution therapy.", "medicine", "Substitution therapy"),
        ("She OD'd.", "had an overdose", "OD'd"),
        ("He committed suicide.", "died by suicide", "committed suicide"),
        ("Battling addiction.", "has an addiction", "Battling addiction"),
        ("She fell off the wagon.", "used again", "fell off the wagon"),
        ("Buprenorphine helps.", "No source in this paragraph", "Buprenorphine"),
        ("It took 3 to 5 days.", "No source in this paragraph", "3 to 5 days"),
        ("It took 3-5 days.", "No source in this paragraph", "3-5 days"),
        ("Nine in ten did.", "No source in this paragraph", "Nine in ten"),
        ("See https://cdc.gov/x.", "as typed", "https://cdc.gov/x."),
        ("So (@a-source).", "as typed", "@a-source"),
        ("So [@ a-source].", "as typed", "@ a-source"),
        ("So [a-source].", "as typed", "[a-source]"),
        ("It ends.[^1]\n\n[^1]: The study.", "as typed", "[^1]"),
        ("See [[stage:peak-withdrawal].", "as typed", "[["),
        ("See [CDC] (https://cdc.gov).", "as typed", "] ("),
        ("Call [911](tel:9ll).", "no number to call", "[911](tel:9ll)"),
    ],
)
def test_text_gets_advice_with_the_place(text, words, place):
    make_article(slug="a-draft", status="draft")
    make_article(slug="new", title="New")
    add_redirect("/articles/old/", "/articles/new/")
    found = [each for each in told(text, advice) if words in each]
    assert found and found[0].endswith(f"<body> {place}"), told(text)


def test_good_text_gets_no_findings():
    make_article(slug="new", title="New")
    text = (
        "Words.[@a-source]\n\n## Call 911\n\nDo this:\n\n- Call\n- [Read](/articles/new/), [see](#call-911)\n"
        "- Say “I am an addict, I want to get clean”\n\n### Then\n\nGive naloxone. Do you take methadone?\n\n"
        "::: emergency\n- Go\n- Stay\n:::\n\n[[article:new]] [x](https://a.example/) [911](tel:911)"
        " [text](sms:741741?body=HELP)\n\nBring two people. Ask about hormone replacement therapy."
        " [![a](/media/a.png)](/emergency/) [b](/static/b.pdf) <https://a.example/>"
        "\n\n| a | b |\n|---|---|\n| 1 | [[article:new\\|that one]] |\n\n-5 or 1.5 degrees, 10 a. m."
    )
    assert told(text) == []


def test_footnote_is_no_link_that_leads_nowhere():
    assert "leads nowhere" not in str(told("It ends.[^1]\n\n[^1]: The study."))


def test_length_grade_and_summary_are_measured():
    hard = "Pharmacological interventions necessitate individualized titration. " * 90
    words = told(hard)
    assert any("room for 430" in each for each in words) and any("reads at grade" in each for each in words)
    folded = f"Words.\n\n## More {{more}}\n\n{hard}"
    assert size(Article(body=folded)).words < 10 and not any("room for" in each for each in told(folded))
    page = Article(title="A", summary="Short.", body="Text.[@a-source]")
    assert [finding.field for finding in refusals(page) if "characters" in finding.message] == ["summary"]


def test_dose_is_refused_at_publishing_and_kept_in_a_draft_unless_an_administrator_gave_a_reason():
    dose = "Take 40 mg of methadone each day.[@a-source]"
    page = make_article(body="Text.[@a-source]")
    page.body = dose
    with pytest.raises(ValidationError) as caught:
        page.full_clean()
    assert "“40 mg”" in caught.value.message_dict["body"][0]
    page.status = "draft"
    page.full_clean()
    page.status, page.override_reason = "published", "It quotes a court ruling."
    page.full_clean()
    page.save()
    again = Article.objects.get()
    again.body += "\n\nAnother paragraph."
    again.full_clean()
    again.body += " Then 20 mg of methadone."
    with pytest.raises(ValidationError, match="20 mg"):
        again.full_clean()
    symptom = make_symptom(stage := make_phase())
    stage.what_helps += "\n\n::: emergency\nCall.\n:::"  # beside the page's own box
    assert [each.field for each in refusals(stage) if "one emergency box" in each.message] == ["what_helps"]
    symptom.what_helps = "Take two tablets of loperamide."
    with pytest.raises(ValidationError) as caught:
        symptom.full_clean()
    assert "what_helps" in caught.value.message_dict
    symptom.override_reason = "Words of a label."
    symptom.full_clean()


def test_messages_of_checks_use_editors_words():
    assert not re.search(r"field|slug-|regex|parse", " ".join(told("[[x]] :::\n![](x)")), re.I)
