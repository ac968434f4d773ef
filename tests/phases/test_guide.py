"""The starter guide holds what it must, and the safety blocks stand where no edit can remove them."""

import re

import pytest

from phases.models import Phase, Symptom, TreatmentOption
from tests.factories import make_phase, make_treatment

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
def test_overdose_and_lost_tolerance_block_stands_on_every_page_about_ending_use(client, path):
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
    assert "Usually strongest at" not in html
    assert "Awaiting medical review" in html


def test_treatment_names_a_reviewer_only_if_there_was_one(client):
    make_treatment(medical_reviewer="A. Clinician, MD")
    html = client.get("/treatments/a-medicine/").content.decode()
    assert "Medically reviewed by A. Clinician, MD" in html
    assert "Awaiting medical review" not in html
    assert '"reviewedBy"' in html


def test_page_overdue_for_review_says_so(client):
    import datetime

    make_treatment(reviewed_on=datetime.date(2020, 1, 1), review_due_on=datetime.date(2020, 2, 1))
    assert "was due to be checked again on February 1, 2020" in client.get("/treatments/a-medicine/").content.decode()


def test_signs_of_drying_out_lead_to_the_emergency_room_wherever_they_are_named(guide):
    told = [symptom for symptom in Symptom.objects.all() if "dehydration" in symptom.get_help]
    assert told
    for symptom in told:
        assert "(tel:911)" in symptom.get_help and "emergency room" in symptom.get_help, symptom


@pytest.mark.parametrize("stage", ["Initial withdrawal", "Peak withdrawal"])
def test_stage_sends_who_has_stopped_alcohol_or_benzos_to_the_emergency_room(guide, stage):
    emergency = Phase.objects.get(name=stage).get_help.split("Go to an emergency room")[1]
    (line,) = [line for line in emergency.splitlines() if "benzos" in line]
    assert "alcohol" in line and "have stopped" in line


def test_symptom_in_the_table_is_not_run_together_with_how_strong_it_is(client, guide):
    assert "Muscle aches</a> <small>" in client.get("/phases/initial-withdrawal/").content.decode()


@pytest.mark.parametrize("slug", ["initial-withdrawal", "peak-withdrawal", "post-acute-withdrawal"])
def test_stage_says_when_to_get_help_before_all_other_text_and_lists_its_parts_in_order(client, guide, slug):
    html = client.get(f"/phases/{slug}/").content.decode()
    contents = html.split('class="contents"')[1].split("</nav>")[0]
    parts = re.findall(r'href="#([\w-]+)"', contents)
    assert parts[0] == "get-help" and len(parts) >= 7
    places = [html.index(f' id="{part}"') for part in parts]
    assert places == sorted(places)
