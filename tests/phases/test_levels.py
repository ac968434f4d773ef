"""A sign to call 911 for is called an emergency wherever it is, and nobody has to say so by hand."""

import re

import pytest

from phases.choices import Level, level_of
from phases.models import Phase, Symptom
from tests.editorial.test_revisions import form_of
from tests.factories import make_phase

pytestmark = pytest.mark.django_db
BOX = re.compile(r'class="card card--(\w+)" aria-labelledby="(?:get-help|worry)"><h2[^>]*><span class="level">(\w+):')
PREVIEW = "/admin/phases/phase/{}/preview/"


def test_preview_of_an_unsaved_stage_takes_few_queries(admin, guide, django_assert_max_num_queries):
    stage = Phase.objects.get(position=2)
    typed = form_of(admin, stage) | {
        "ends": "5 to 2 days",
        "symptoms-0-name": "Yawns",
        "symptoms-1-begins": "6 to 30 hours",
    }
    with django_assert_max_num_queries(40):
        html = admin.post(PREVIEW.format(stage.pk), typed).content.decode()
    assert "Yawns" in html and "Preview for staff" in html


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("Call [911](tel:911) now for chest pain.[@a-source]", Level.EMERGENCY),
        ("Go to an Emergency Room.", Level.EMERGENCY),
        ("Emergency\nrooms see you at any hour.", Level.EMERGENCY),
        ("Call 9-1-1, or an ambulance.", Level.EMERGENCY),
        ("Get to the ER.", Level.EMERGENCY),
        ("Thoughts of suicide: [call or text](tel:988).", Level.EMERGENCY),
        ("Be seen today if you are pregnant.[@report-911]", Level.URGENT),
        ("Call 1-800-662-9110, later or never.", Level.URGENT),
        ("Call 1-800-911-0000.", Level.URGENT),
        ("", Level.URGENT),
    ],
)
def test_level_is_an_emergency_where_the_text_sends_anybody_for_help_now(text, level):
    assert level_of(text) == level


def test_stage_and_symptom_call_a_danger_what_the_emergency_page_calls_it(client, guide):
    pages = [*Phase.objects.published(), *Symptom.objects.published()]
    found = {BOX.findall(client.get(page.get_absolute_url()).content.decode())[0] for page in pages}
    assert found == {("emergency", "Emergency")}
    assert client.get("/notes.html").content.decode().count("Emergency: when to get medical help") == 3


def test_preview_calls_the_box_what_the_page_calls_it(admin):
    today = make_phase(get_help="Be seen today if you are pregnant.[@a-source]")
    now = make_phase(name="B", slug="b", position=2, get_help="Call [911](tel:911).[@a-source]")
    for phase, box in ((today, ("urgent", "Urgent")), (now, ("emergency", "Emergency"))):
        for address in (phase.get_absolute_url(), PREVIEW.format(phase.pk)):
            assert BOX.findall(admin.get(address).content.decode()) == [box]
