"""What the urgent pages and boxes say: naloxone for breathing, infection, mixing, and who to call."""

import re

import html5lib
import pytest
import yaml
from django.conf import settings

from editorial.loading import starter
from editorial.models import HelpLine
from tests.detoxsite.test_ten_lines import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.any_backend]
CLINIC, HELPLINE = "tel:+18665121908", "tel:+18006624357"
RED = {"urgent", "card--emergency", "card--urgent"}
STEPS = ["/emergency/", "/notes.html"]
BLOCKS = ["/phases/peak-withdrawal/", "/symptoms/diarrhea/", "/treatments/methadone/", "/articles/the-first-72-hours/"]


def classes(element) -> set[str]:
    return set((element.get("class") or "").split())


def numbers_in(element) -> set[str]:
    return {link.get("href") for link in element.iter("a") if link.get("href", "").startswith("tel:")}


def parsed(client, path: str, **answers: str):
    response = client.post(path, answers) if answers else client.get(path)
    return html5lib.parse(response.content, namespaceHTMLElements=False)


@pytest.mark.parametrize("path", [*STEPS, *BLOCKS, "/card/"])
def test_second_spray_is_for_poor_breathing_and_never_for_sleep(client, guide, path):
    text = text_of(client.get(path).content)
    assert "not breathing well" in text and "2 to 3 minutes" in text
    assert "breathing well, even " in text or "breathing well? lay them on their side" in text


def test_no_template_advises_more_naloxone_for_sleep():
    """An article says it too; those are checked with their own texts."""
    wrong = re.compile(r"no (change|response)\b[^<]{0,60}naloxone|still asleep\?[^<]{0,40}again", re.I)
    for path in (settings.BASE_DIR / "templates" / "readers").rglob("*.html"):
        assert not wrong.search(path.read_text()), path


@pytest.mark.parametrize("path", STEPS)
def test_steps_say_how_to_hold_the_spray_and_what_naloxone_is_for(client, guide, path):
    text = text_of(client.get(path).content)
    for words in (
        "peel the spray open. do not test it, because it has only one dose.",
        "your thumb under the plunger and two fingers at the nozzle",
        "until your fingers touch the nose. press all the way",
        "the 911 operator may also ask you to push hard on the chest (compressions), with breaths. do as they say",
        "still not breathing well after 2 to 3 minutes? give naloxone again",
        "naloxone is for breathing, not for waking",
        "they may stay asleep: xylazine or medetomidine can do that",
        "keep watching their breathing. not sure if they are breathing well? give naloxone",
        "do not give more naloxone just to wake someone who is breathing well",
    ):
        assert words in text, words


SIGNS = {
    "/emergency/": """they will not wake up.
        slow breaths, weak breaths, or no breaths.
        choking, gurgling or snoring, and you cannot wake them.
        blue, gray or pale skin, lips or nails.
        very small pupils.
        not sure? treat it as an overdose.""",
    "/es/emergencia/": """la persona no se despierta.
        respira lento o débil, o no respira.
        se atraganta, hace gorgoteos o ronca, y no despierta.
        piel, labios o uñas azules, morados, grises o pálidos.
        pupilas muy pequeñas.
        ¿tiene dudas? actúe como si fuera una sobredosis.""",
}


@pytest.mark.parametrize("path", SIGNS)
def test_every_sign_of_an_overdose_is_named(client, guide, path):
    text = text_of(client.get(path).content)
    for sign in SIGNS[path].splitlines():
        assert sign.strip() in text, sign


@pytest.mark.parametrize("path", ["/emergency/", "/plan/", "/symptoms/", "/notes.html"])
def test_infection_is_among_the_warning_signs(client, guide, path):
    text = text_of(client.get(path).content)
    assert "fever with a stiff neck. new, severe back pain. a wound that spreads, or turns red or black" in text
    assert "any fever if you inject: be seen today" in text
    assert "vomiting and drowsy? lie on your side" in text


STAGES = ["initial-withdrawal", "peak-withdrawal", "post-acute-withdrawal"]


@pytest.mark.parametrize("stage", STAGES)
def test_stage_sends_people_with_fever_who_inject_to_care_the_same_day(client, guide, stage):
    text = text_of(client.get(f"/phases/{stage}/").content)
    for words in (
        "any fever",
        "inject",
        "stiff neck",
        "new severe back pain",
        "a wound that spreads, or turns red or black",
    ):
        assert words in text, words


BLEEDING = r"bleeding or cramps\? (go to (an|the) )?emergency room,? or (call )?911"


@pytest.mark.parametrize(
    "path", ["/emergency/", "/plan/", "/notes.html", *(f"/phases/{stage}/" for stage in STAGES[:2])]
)
def test_bleeding_or_cramps_in_pregnancy_is_an_emergency(client, guide, path):
    assert re.search(BLEEDING, text_of(client.get(path).content))


def test_bleeding_in_pregnancy_is_an_emergency_on_the_sheet_and_in_the_last_stage(client, guide):
    assert re.search(BLEEDING, text_of(client.post("/phases/now/check-in/", {"danger": "pregnant"}).content))
    line = text_of(client.get("/phases/post-acute-withdrawal/").content).split(
        "or call 911: you cannot keep fluids down"
    )[1]
    assert "pregnant, with bleeding or cramps" in line[:300]


def test_symptom_with_fever_names_infection(client, guide):
    text = text_of(client.get("/symptoms/goosebumps-and-chills/").content)
    assert "an infection that threatens your life. if you inject, be seen the same day" in text


def test_card_names_infection_and_what_not_to_mix(client, guide):
    text = text_of(client.get("/card/").content)
    assert "fever if you inject. stiff neck. new, bad back pain. a spreading wound" in text
    assert "so can alcohol or benzos on top" in text and "do not test" in text
    assert "do not stop suddenly. bleeding? quit those? 911" in text


@pytest.mark.parametrize("path", ["/emergency/", "/plan/", "/treatments/compare/", "/articles/", *BLOCKS])
def test_mixing_is_named_as_a_cause_of_overdose(client, guide, path):
    text = text_of(client.get(path).content)
    assert "mixing is a cause of overdose. alcohol, benzos, pregabalin, gabapentin or other sedatives" in text


@pytest.mark.parametrize("path", ["/emergency/", "/treatments/compare/", "/articles/", *BLOCKS])
def test_ten_lines_name_snoring_a_doubt_and_not_to_use_alone(client, guide, path):
    text = text_of(client.get(path).content)
    assert "gurgling or snoring" in text and "do not use alone" in text
    assert "sure or not, call 911 and give naloxone at once" in text


@pytest.mark.parametrize("stage", STAGES[:2])
def test_stage_names_medetomidine_and_dehydration_outside_its_folds(client, guide, stage):
    tree = parsed(client, f"/phases/{stage}/")
    (box,) = [element for element in tree.iter("section") if element.get("aria-labelledby") == "get-help"]
    text = " ".join("".join(box.itertext()).split()).lower()
    assert "medetomidine, which can threaten your life" in text
    assert "little or dark urine, sunken eyes, dizziness" in text


def test_answer_says_to_wait_for_a_go_ahead_outside_its_folds(client, guide):
    for substance in ("heroin", "fentanyl"):
        tree = parsed(client, "/phases/now/", since="24-48", substance=substance)
        for parent in tree.iter():
            for fold in parent.findall("details"):
                parent.remove(fold)
        assert "go-ahead before buprenorphine" in " ".join("".join(tree.itertext()).split())


def test_clinics_number_is_in_no_red_box(client, walk):
    sheet = parsed(client, "/phases/now/check-in/", danger="overdose", mood="suicide")
    answer = parsed(client, "/phases/now/", since="24-48", substance="heroin")
    pages = walk | {"sheet": sheet, "answer": answer}
    seen = 0
    for path, tree in pages.items():
        for element in tree.iter():
            if RED & classes(element):
                seen += 1
                assert CLINIC not in numbers_in(element), path
    assert seen > len(pages)


def test_24_hour_helpline_is_beside_the_clinics_number(client, walk):
    """In the card, the lists of numbers and the foot of each page."""
    for path, tree in (walk | {path: parsed(client, path) for path in ("/no-such-page/", "/notes.html")}).items():
        boxes = [element for element in tree.iter() if element.tag in {"ul", "ol", "dl"} or "card" in classes(element)]
        for box in boxes:
            assert (
                CLINIC not in numbers_in(box) or HELPLINE in numbers_in(box) or path in {"/privacy/", "/es/privacidad/"}
            ), path
        (strip,) = [element for element in tree.iter() if "urgent" in classes(element)] or [None]
        assert strip is None or numbers_in(strip) == {"tel:911", "tel:988", HELPLINE}, path


def test_contact_form_says_988_before_anything_is_sent(client, guide):
    text = text_of(client.get("/contact/").content).split("what happens then")[0]
    assert "for thoughts of suicide, call or text 988" in text


def test_help_lines_say_each_way_to_reach_988_and_the_helpline(guide):
    lifeline, samhsa = (HelpLine.objects.get(slug=slug) for slug in ("988-lifeline", "samhsa-helpline"))
    for words in ("text or chat", "Spanish: press 2", "Veterans: press 1, or text 838255", "(ASL)", "video"):
        assert words in lifeline.description
    assert (samhsa.call, samhsa.text_to, samhsa.text_body) == ("1-800-662-4357", "435748", "your ZIP code")
    # the pages of these medicines say 911 for a child who took some
    assert "Methadone or buprenorphine?" in HelpLine.objects.get(slug="poison-help").description
    lines = " ".join(HelpLine.objects.values_list("description", flat=True))
    assert "LGBT" not in lines and "press 3" not in lines  # ended on July 17, 2025


def test_every_help_line_says_when_and_how_it_was_checked_and_where_it_was_read(guide):
    for line in HelpLine.objects.all():
        assert line.source and line.checked_on and line.checked_note, line
        assert line.call in {"", "911"} or "not dialed" in line.checked_note, line


def test_withdrawal_from_medetomidine_is_said_to_threaten_life_and_no_more(client, guide):
    pages = ["/emergency/", "/a-z/"]
    texts = [text_of(client.get(path).content) for path in pages]
    texts.append(text_of(client.post("/phases/now/check-in/", {"danger": "heart-mind"}).content))
    for text in texts:
        assert "can threaten your life" in text
        assert "medetomidine can kill" not in text and "withdrawal from it can kill" not in text
        assert "withdrawal from it can be deadly" not in text and "that can kill. [" not in text


def test_no_source_that_the_urgent_pages_rest_on_is_called_read_in_full_without_having_been():
    """Of these, a copy was read, or its opening."""
    entries = yaml.safe_load((starter.STARTER / "sources.yaml").read_text())
    sources = {entry["key"]: entry for entry in entries}
    assert len(sources) == len(entries)
    for key in ("medlineplus-emergency", "fda-benzos-2017", "aha-opioid-2021", "cdc-naloxone-breathing"):
        assert sources[key]["seen"] == "copy" and "read" in sources[key]["note"].lower(), key
