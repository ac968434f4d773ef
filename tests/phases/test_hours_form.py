"""Hours typed as ranges, in the admin's form of a stage, and the addresses of its symptoms."""

import pytest
from django.core.exceptions import ValidationError

from phases.hours import DAY, MONTH, WEEK
from phases.hours_form import parse, typed
from phases.models import Phase, Symptom
from tests.editorial.test_revisions import address, form_of, save
from tests.factories import make_phase, make_staff, make_symptom


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("8 to 24 hours", (8, 24)),
        ("1 to 3 days", (24, 72)),
        ("8\u00a0to\u202f24\u00a0hours", (8, 24)),  # as Word and our own pages write it
        ("8 \u2212 24 hours", (8, 24)),
        ("72-240 h", (72, 240)),
        ("72 – 240h", (72, 240)),
        ("36 hours to 5 days", (36, 5 * DAY)),
        ("4 weeks until 6 months.", (4 * WEEK, 6 * MONTH)),
        ("1.5 to 3 Days", (36, 72)),
        ("2 weeks", (2 * WEEK, 2 * WEEK)),
        ("0 to 6 hrs", (0, 6)),
    ],
)
def test_hours_are_read_as_people_type_them(text, hours):
    assert parse(text) == hours and parse(typed(*hours)) == hours


def test_every_stored_range_is_shown_as_it_can_be_typed_again():
    assert all(parse(typed(low, high)) == (low, high) for low in range(0, 800, 7) for high in range(low, 3000, 11))


@pytest.mark.parametrize(
    "text", ["8 to 24", "soon", "3 to 1 days", "0.3 to 2 hours", "1 to 3 years", "٣ to 9 hours", "-2 h"]
)
def test_hours_that_are_unclear_are_refused(text):
    with pytest.raises(ValidationError):
        parse(text)


@pytest.mark.parametrize("text", ["5 to 2", "5 to 2 hours", "2 weeks to 3 days"])
def test_hours_in_the_wrong_order_are_called_that(text):
    with pytest.raises(ValidationError, match="turn them around"):
        parse(text)


@pytest.mark.any_backend
@pytest.mark.django_db
def test_errors_in_hours_are_shown_at_their_box(client):
    phase = make_phase()
    make_symptom(phase)
    client.force_login(make_staff(superuser=True))
    save(client, phase, begins="8 to 24 hours", strongest="1-3 days", ends="5 to 7 days")
    phase.refresh_from_db()
    assert (phase.onset_from, phase.onset_to, phase.peak, phase.end_from, phase.end_to) == (8, 24, (24, 72), 120, 168)
    save(client, phase, strongest="", **{"symptoms-0-strongest": ""})
    assert Phase.objects.get().peak is None is Symptom.objects.get().peak

    form = form_of(client, phase)
    for box, text, word in [
        ("begins", "soon", "Type a range"),
        ("strongest", "1 to 40 days", "Not within"),
        ("ends", "1 to 2 hours", "before it begins"),
        ("ends", "4 to 60 months", "three years"),
        ("ends", "", "Fill this in"),
    ]:
        shown = client.post(address(phase), form | {box: text, f"symptoms-0-{box}": text}).context
        errors = shown["adminform"].form.errors
        assert list(errors) == [box] and word in errors[box][0]
        assert list(shown["inline_admin_formsets"][0].formset.errors[0]) == [box]
    assert Phase.objects.get().end_to == 168


@pytest.mark.any_backend
@pytest.mark.django_db
def test_typed_hours_are_drawn_and_what_is_wrong_is_said(client):
    client.force_login(make_staff(superuser=True))
    drawn = client.get("/admin/phases/phase/hours/?begins=8 to 24 hours&ends=5 to 7 days").content.decode()
    assert "<path" in drawn and "Begins 8 to 24 hours, ends 5 to 7 days; no clear peak" in drawn
    for query, word in [("begins=<b>&ends=1 day", "Type a range"), ("begins=1 day", "it ends"), ("ends=9", "Hours,")]:
        answer = client.get(f"/admin/phases/phase/hours/?{query}")
        assert answer["Content-Type"] == "text/plain" and word in answer.content.decode()


@pytest.mark.django_db
def test_symptom_with_a_new_slug_is_still_found_at_its_old_address(client):
    phase = make_phase()
    symptom = make_symptom(phase)
    old = symptom.get_absolute_url()
    client.force_login(make_staff(superuser=True))
    save(client, phase, **{"symptoms-0-slug": "gaping"})
    answer = client.get(old)
    assert answer.status_code == 301 and answer["Location"] == "/symptoms/gaping/"
    assert client.get("/symptoms/gaping/").status_code == 200


@pytest.mark.django_db
def test_symptoms_that_swap_names_in_one_save_are_told_how(admin):
    phase = make_phase()
    make_symptom(phase)
    make_symptom(phase, name="Sneezing", slug="sneezing")
    swapped = form_of(admin, phase) | {"symptoms-0-name": "Yawning", "symptoms-1-name": "Sneezing"}
    response = admin.post(address(phase), swapped)
    assert response.status_code == 200 and response.content.decode().count("Rename or delete that one, save") >= 2
    save(admin, phase, **{"symptoms-0-name": "Runny nose"})
