"""The words on the pages: short, plain, and never blaming."""

import pytest
import textstat
from django.urls import reverse

from callbacks.public import admission
from callbacks.values.upload_rules import Refusal
from tests.callbacks.helpers import File, post_form, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.any_backend]


def main_text(response) -> str:
    return text_of(response).split("Skip to the text", 1)[-1]


def pages(client) -> dict[str, str]:
    location = post_form(client, ("file_1", File(b"")), ("file_2", File(b"GIF89a")))["Location"]
    return {
        "form": main_text(client.get(reverse("callbacks:contact"))),
        "errors": main_text(post_form(client, ("file_1", File(b"")), name="", phone="")),
        "sent": main_text(client.get(location)),
        "gone": main_text(client.get(reverse("callbacks:sent"))),
        "correct": main_text(client.get(location.replace("/sent/", "/correct/"))),
        "withdraw": main_text(client.get(location.replace("/sent/", "/withdraw/"))),
        "wait": str(admission.WAIT),
        "withdrawn": main_text(client.post(location.replace("/sent/", "/withdraw/"), follow=True)),
        "refusals": " ".join(refusal.sentence for refusal in Refusal),
    }


def test_every_page_reads_at_grade_8_or_lower_blames_nobody_and_offers_the_clinic_911_and_988(client):
    for name, text in pages(client).items():
        assert textstat.flesch_kincaid_grade(text) <= 8, name
        for word in ("please", "invalid", "failed", "addict", "abuse", "forbidden", "illegal", "you must", "oops"):
            assert word not in text.lower(), (name, word)
        if name not in {"refusals", "wait"}:  # which are only a part of one
            assert all(number in text for number in ("866-512-1908", "911", "988")), name


def test_every_page_has_a_description_and_one_heading(client):
    location = post_form(client)["Location"]
    behind = [location.replace("/sent/", f"/{name}/") for name in ("sent", "correct", "withdraw")]
    for url in (reverse("callbacks:contact"), reverse("callbacks:sent"), *behind):
        page = client.get(url).content.decode()
        assert page.count("<h1") == 1
        description = page.split('name="description" content="')[1].split('"')[0]
        assert len(description) > 40
