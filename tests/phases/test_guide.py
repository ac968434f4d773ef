"""The starter guide holds what it must, and the safety blocks stand where no edit can remove them."""

import re

import pytest

from phases.models import Phase, Symptom, TreatmentOption
from tests.factories import make_phase, make_treatment
from tests.phases.test_now_short import shown

pytestmark = pytest.mark.django_db

STAGES = {
    "Initial withdrawal": ["Anxiety or agitation", "Muscle aches", "Runny nose", "Sweating", "Insomnia"],
    "Peak withdrawal": [
        "Nausea and vomiting",
        "Diarrhea",
        "Abdominal cramping",
        "Raised heart rate and blood pressure",
        "Intense cravings",
    ],
    "Post-acute withdrawal": ["Depression", "Mood swings", "Fatigue", "Difficulty concentrating"],
}
ADDED = ["Yawning", "Watery eyes", "Goosebumps and chills", "Restless legs", "Early cravings", "Irritability"]
TREATMENTS = [
    "methadone",
    "buprenorphine",
    "extended-release-naltrexone",
    "clonidine-and-lofexidine",
    "medicines-for-single-symptoms",
    "inpatient-detox",
    "outpatient-detox",
    "rehabilitation",
    "individual-therapy",
    "group-therapy",
    "mutual-help-groups",
    "sober-living",
    "aftercare-planning",
    "naloxone",
]


def test_guide_has_exactly_the_three_stages(guide):
    assert [phase.name for phase in Phase.objects.published()] == list(STAGES)


def test_title_of_a_stage_says_that_it_starts_then(client, guide):
    page = client.get("/phases/post-acute-withdrawal/").content.decode()
    assert page.count("Post-acute withdrawal: starts 4 to 10 days after last use") == 2  # og:title too
    assert "esta etapa empieza 4 a 10 días" in client.get("/es/etapas/semanas-y-meses-despues/").content.decode()


@pytest.mark.parametrize("stage", STAGES)
def test_stage_lists_its_symptoms_first(guide, stage):
    names = [symptom.name for symptom in Phase.objects.get(name=stage).symptoms.all()]
    assert names[: len(STAGES[stage])] == STAGES[stage]


def test_signs_that_sources_add_are_there(guide):
    assert set(ADDED) <= set(Symptom.objects.values_list("name", flat=True))


def test_all_treatment_options_are_there(guide):
    assert list(TreatmentOption.objects.published().values_list("slug", flat=True)) == TREATMENTS


def test_every_kind_of_treatment_is_there(guide):
    assert set(TreatmentOption.objects.values_list("kind", flat=True)) == set(TreatmentOption.Kind.values)


def test_every_stage_has_treatments_and_every_symptom_has_help(guide):
    for phase in Phase.objects.all():
        assert phase.treatments.count() >= 3
    assert not Symptom.objects.filter(what_helps="").exists()


@pytest.mark.parametrize("path", ["/phases/a-stage/", "/treatments/a-medicine/", "/emergency/", "/treatments/"])
def test_overdose_and_lost_tolerance_block_is_on_every_page_about_ending_use(client, path):
    make_phase()
    make_treatment()
    html = client.get(path).content.decode()
    assert "signs of an overdose" in html.lower()
    assert "naloxone" in html
    assert "the amount you used before can kill you now" in html.lower()


def test_fentanyl_is_not_charted(guide):
    for symptom in Symptom.objects.all():
        assert "fentanyl" not in symptom.name.lower()


def test_stage_shows_its_hours_and_how_sure_it_is(client, guide):
    html = client.get("/phases/post-acute-withdrawal/").content.decode()
    assert "Little evidence" in html
    assert "Strongest at" not in html
    assert "Awaiting medical review" in html


def test_page_overdue_for_review_is_marked(client):
    import datetime

    make_treatment(reviewed_on=datetime.date(2020, 1, 1), review_due_on=datetime.date(2020, 2, 1))
    assert "was due to be checked again on February 1, 2020" in client.get("/treatments/a-medicine/").content.decode()


def test_signs_of_drying_out_lead_to_the_emergency_room_wherever_they_are_named(guide):
    told = [symptom for symptom in Symptom.objects.all() if "dehydration" in symptom.get_help]
    assert told
    for symptom in told:
        assert "(tel:911)" in symptom.get_help and "emergency room" in symptom.get_help, symptom


@pytest.mark.parametrize("stage", ["Initial withdrawal", "Peak withdrawal"])
def test_stage_sends_people_who_stopped_alcohol_or_benzos_to_the_emergency_room(guide, stage):
    emergency = Phase.objects.get(name=stage).get_help.split("Go to an emergency room")[1]
    (line,) = [line for line in emergency.splitlines() if "benzos" in line]
    assert "alcohol" in line and "have stopped" in line


def test_first_stage_says_that_it_builds_to_the_peak_and_not_that_it_ends(client, guide):
    html = client.get("/phases/initial-withdrawal/").content.decode()
    assert "<dt>Builds for</dt><dd>24 to 36 hours, then the peak</dd>" in html and "over after</dt>" not in html
    assert (
        "<dt>Usually strongest at</dt><dd>1 to 3 days</dd>" in client.get("/phases/peak-withdrawal/").content.decode()
    )


STAGE_PAGES = ["/phases/initial-withdrawal/", "/phases/peak-withdrawal/", "/phases/post-acute-withdrawal/"]


@pytest.mark.parametrize("path", STAGE_PAGES)
def test_stage_says_first_what_to_do_tonight_and_when_to_get_help(client, guide, path):
    html = client.get(path).content.decode()
    parts = ["what-helps", "get-help", "symptoms", "treatments", "next", "overview", "hours", "safety-title"]
    places = [html.index(f' id="{part}"') for part in parts]
    assert places == sorted(places)
    words = shown(html)
    assert len(words.split()) <= 900
    assert "What you can do tonight" in " ".join(words.split()[:90])


@pytest.mark.parametrize("path", STAGE_PAGES)
def test_stage_folds_where_its_times_come_from_and_nothing_about_safety(client, guide, path):
    words = shown(client.get(path).content.decode()).lower()
    assert "doctors' guides" not in words and "how sure we are" not in words
    for line in (
        "go to an emergency room or call 911",
        "stiff neck",
        "bleeding or cramps",
        "call or text 988",
        "these times do not fit fentanyl or methadone",
        "do not detox alone",
    ):
        assert line in words, line


def test_list_of_stages_says_outside_its_fold_whom_the_hours_do_not_fit(client, guide):
    assert "these times do not fit fentanyl or methadone" in shown(client.get("/phases/").content.decode()).lower()


@pytest.mark.parametrize("path", STAGE_PAGES[:2])
def test_stage_says_what_one_can_do_tonight_and_what_to_ask(client, guide, path):
    words = shown(client.get(path).content.decode()).lower()
    for line in (
        "small sips, often",
        "heart or kidney disease? ask first",
        "a bucket",
        "layers",
        "ask someone to stay",
    ):
        assert line in words, line
    assert "ask a pharmacist what is safe for you" in words and "1-800-662-4357" in words
    assert "wait for a clinician's go-ahead before buprenorphine" in words.replace("\u2019", "'")


def test_peak_warns_of_too_much_loperamide_and_rapid_detox_outside_folds(client, guide):
    words = shown(client.get("/phases/peak-withdrawal/").content.decode())
    assert "than the label says: too much can cause deadly heart problems" in words
    assert "under anesthesia: people can die" in words


def test_symptoms_with_the_same_hours_are_one_row_and_the_first_to_begin_comes_first(client, guide):
    html = client.get("/phases/initial-withdrawal/").content.decode().split('<dl class="felt')[1].split("</dl>")[0]
    rows = re.findall(r"<dt>From ([^.]+)\. <span>Gone after ([^.]+)\.</span></dt>", html)
    assert rows == [
        ("6 to 12 hours", "3 to 5 days"),
        ("6 to 24 hours", "1 to 4 weeks"),
        ("8 to 24 hours", "5 to 7 days"),
        ("8 to 48 hours", "1 to 4 weeks"),
    ]
    assert html.count("<dd") == 10
