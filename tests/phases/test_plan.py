"""The plan lives in the page: nothing in it is sent, named or stored, and it sets no schedule."""

import re

import pytest

pytestmark = [pytest.mark.django_db, pytest.mark.any_backend]


def test_plan_has_boxes_and_lines_in_a_form_that_can_send_nothing(client, guide):
    main = client.get("/plan/").content.decode().split("<main")[1].split("</main")[0]
    inputs = re.findall(r"<input[^>]*>", main)
    assert len(inputs) > 20
    assert all(" name=" not in field and " value=" not in field for field in inputs)
    assert re.findall(r"<form[^>]*>", main) == ['<form class="handout plan" method="dialog" autocomplete="off">']
    assert "<button" not in main and "<script" not in main


def test_plan_has_the_four_parts_and_the_warning_signs(client, guide):
    html = client.get("/plan/").content.decode()
    for heading in ("What to have ready", "Who to call", "Tell a doctor or nurse", "My next steps", "What I will ask"):
        assert heading in html
    assert "You cannot keep fluids down" in html and "the amount you used before can kill you now" in html.lower()
    for number in ("tel:911", "tel:988", "tel:+18006624357"):
        assert number in html


def test_plan_says_that_it_is_no_plan_to_detox_at_home(client, guide):
    html = client.get("/plan/").content.decode()
    assert "It is not a plan to detox at home. Do not detox alone." in html
    assert not re.search(r"\b(day|hour) \d", html.split("<main")[1].split('class="sources"')[0].lower())
