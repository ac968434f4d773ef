"""What staff passed on to others: recorded once and for all, sealed, and shown to the person it is about."""

import datetime
from dataclasses import replace

import pytest
from django.utils import timezone

from callbacks.casework import erasure, merging
from callbacks.models import Disclosure
from tests.callbacks.helpers import DETAILS, link_to, page_of, records, step, submit, text_of

pytestmark = pytest.mark.django_db

PASSED_ON = {
    "on": "2026-03-02",
    "to": "Mercy <b>Hospital</b>",
    "address": "1 Main Street, Chicago",
    "what": "That they wait for a bed.",
    "purpose": "A bed tonight. They said yes in writing.",
}
SHOWN = ["Mercy &lt;b&gt;Hospital&lt;/b&gt;", "1 Main Street, Chicago", "That they wait for a bed.", "A bed tonight."]


def test_disclosure_is_sealed_and_shown_to_staff_and_to_the_person_until_they_cancel(staff, asked):
    assert "No one, by our records." in text_of(staff.get(link_to()))
    response = staff.post(step("disclosure", asked), PASSED_ON)
    assert (response.status_code, response["Location"]) == (303, page_of(asked))
    assert all(b"Mercy" not in bytes(row.sealed) for row in Disclosure.objects.all())
    for page in (page_of(asked), step("account", asked), link_to()):
        shown = staff.get(page).content.decode()
        assert [words for words in SHOWN if words not in shown] == [], page
        assert "March 2, 2026" in shown
    assert ("printed", asked.reference) in records()
    erasure.withdraw(asked)
    assert Disclosure.objects.count() == 0
    assert staff.post(step("disclosure", asked), PASSED_ON).status_code == 303
    assert Disclosure.objects.count() == 0


def test_account_is_printed_in_the_language_of_the_person(staff):
    asked = submit(details=replace(DETAILS, name="José", reads="es"))
    staff.post(step("disclosure", asked), PASSED_ON)
    page = staff.get(step("account", asked)).content.decode()
    assert '<div class="account" lang="es">' in page and "2 de marzo de 2026" in page and "of José" in page


def test_disclosure_that_lacks_what_an_account_needs_comes_back(staff, asked):
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    for wrong in ({"to": " "}, {"what": "\u202e"}, {"purpose": ""}, {"on": ""}, {"on": str(tomorrow)}):
        response = staff.post(step("disclosure", asked), PASSED_ON | wrong)
        assert response.status_code == 422
        page = response.content.decode()
        assert '<details class="passed" open>' in page and "1 Main Street, Chicago" in page
    assert Disclosure.objects.count() == 0


def test_account_has_what_was_recorded_on_a_merged_request_and_says_what_cannot_be_opened(staff, claimed):
    other = submit(nonce="another")
    staff.post(step("disclosure", other), PASSED_ON)
    staff.post(step("disclosure", claimed), PASSED_ON | {"to": "A shelter"})
    merging.merge(other, claimed, claimed.claimed_by)
    for link in (link_to(), link_to("another")):
        page = text_of(staff.get(link))
        assert "A shelter" in page and "1 Main Street" in page
    for one in (other, claimed):  # the page and the paper of each show both, and that is recorded of both
        before = len(records())
        for page in (page_of(one), step("account", one)):
            assert "A shelter" in text_of(staff.get(page))
        both = [(how, each.reference) for how in ("printed", "viewed") for each in (claimed, other)]
        assert sorted(records()[before:]) == sorted(both)
    Disclosure.objects.filter(request=other).update(request=claimed)
    assert "We cannot open this entry." in text_of(staff.get(link_to()))
