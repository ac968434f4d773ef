"""Numbers that nobody may call: hidden from staff until a lead lifts them, through a change of keys too."""

import csv
import dataclasses
import datetime
import io

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command

from callbacks.casework import actions, do_not_call, submission
from callbacks.files import rotation
from callbacks.models import CallbackRequest, DoNotCall
from tests.callbacks.buttons import now_on, press, shown_on
from tests.callbacks.helpers import (
    DETAILS,
    ERASE,
    EXPORT,
    QUEUE,
    VIEW,
    WORK,
    link_to,
    page_of,
    records,
    said,
    shows_number,
    sign_in,
    step,
    submit,
    text_of,
)
from tests.callbacks.opening import EVERY_DAY_8_TO_8, opened
from tests.factories import make_staff

pytestmark = pytest.mark.django_db


def test_barred_number_is_hidden_until_a_lead_lifts_it(clock, client, asked):
    opened(EVERY_DAY_8_TO_8, 8)
    clock.now = datetime.datetime(2026, 12, 1, 23, 30, tzinfo=datetime.UTC)  # in the evening, as both asked
    staff = sign_in(client, VIEW, WORK, EXPORT)
    User.objects.update(first_name="Dana", last_name="Reyes")
    staff.post(step("claim", asked))
    assert "A lead can lift that." in said(press(staff, "bar", asked))
    again = submit(nonce="again")  # taken and confirmed as ever
    assert "2125550123" not in DoNotCall.objects.get().phone_index and "We will reach you" in text_of(
        client.get(link_to("again"))
    )
    page = text_of(staff.get(QUEUE))
    assert page.count("Do not call") == 2 and "0 can be called now" in page and "Call now" not in page
    other = submit(details=dataclasses.replace(DETAILS, phone="+12125550177"), nonce="other")
    page = text_of(staff.get(QUEUE))
    assert "1 can be called now" in page and page.count("Call now") == 1
    other.delete()
    staff.post(step("claim", again))
    before = len(records())
    for response in (
        staff.post(step("call", again)),
        staff.post(step("reveal", again)),
        staff.get(step("sheet", again)),
    ):
        page = text_of(response)
        assert not shows_number(page)
        assert response.status_code == 307 or page.index("Dana Reyes entered that") < page.index("Ask for")
    assert records()[before:] == [("viewed", again.reference), ("printed", again.reference)]
    export = b"".join(staff.post(step("export")).streaming_content).decode()
    assert export.count('"Do not call"') == 2 and not shows_number(export)
    assert staff.post(step("lift_bar", again)).status_code == 303 and do_not_call.entry(DETAILS.phone)
    lead = make_staff("lead", permissions=(VIEW, WORK, ERASE))
    client.force_login(lead)
    assert "can be called again" in said(press(client, "lift_bar", again))
    assert not do_not_call.entry(DETAILS.phone) and DoNotCall.objects.get().lifted_by == "lead"


def test_barred_number_stays_barred_through_a_change_of_keys(asked, settings):
    """Where a stored request tells it; the key of another is said to be needed."""
    lead, old = make_staff("lead"), settings.VAULT_KEYS
    for phone in (DETAILS.phone, "+16465550199"):
        do_not_call.add(phone, lead)
    settings.VAULT_KEYS = old | {9: b"9" * 32}
    corrected = submit(details=dataclasses.replace(DETAILS, phone="+13125550100"), nonce="corrected")
    submission.correct(corrected, phone=DETAILS.phone)
    assert CallbackRequest.objects.with_counts().get(pk=corrected.pk).is_barred
    for request in (asked, submit(nonce="meanwhile"), corrected):  # before anything is moved
        assert CallbackRequest.objects.with_counts().get(pk=request.pk).is_barred
    output = io.StringIO()
    call_command("rotate_keys", stdout=output)
    call_command("rotate_keys", "--check", stdout=output)
    assert "Numbers not to call: 1 moved." in output.getvalue()
    assert "Keep this key while numbers not to call are left" in output.getvalue()
    assert CallbackRequest.objects.with_counts().get(pk=asked.pk).is_barred
    settings.VAULT_KEYS = {9: b"9" * 32}
    assert do_not_call.entry(DETAILS.phone) and not do_not_call.entry("+16465550199")
    do_not_call.lift(DETAILS.phone, lead)
    settings.VAULT_KEYS |= old
    do_not_call.lift("+16465550199", lead)
    call_command("rotate_keys", "--check", stdout=output)
    assert "It may be removed" in output.getvalue()


def test_barred_number_stays_marked_while_keys_are_changed(asked, settings, monkeypatch):
    """Between the move of the requests and that of the numbers come the files, which may take hours."""
    do_not_call.add(DETAILS.phone, make_staff("lead"))
    settings.VAULT_KEYS = {**settings.VAULT_KEYS, 9: b"9" * 32}
    marked = []

    def meanwhile(report: rotation.Report) -> int:
        marked.append(CallbackRequest.objects.with_counts().get(pk=asked.pk).is_barred)
        return 0

    monkeypatch.setattr(rotation, "rewrap_files", meanwhile)
    call_command("rotate_keys", stdout=io.StringIO())
    assert marked == [True]


def test_second_number_is_found_and_barred_by_itself(client, asked):
    both = dataclasses.replace(DETAILS, second_phone="+16465550199")
    staff, request = sign_in(client, VIEW, WORK, EXPORT), submit(details=both, nonce="two")
    assert request.reference in text_of(staff.post(step("find"), {"text": "646-555-0199"}))
    staff.post(step("claim", request))
    assert "Nobody is shown this number now" in said(
        staff.post(step("bar", request), now_on(request) | {"number": "second"})
    )
    page = staff.post(step("reveal", request)).content.decode()
    assert "Do not call the second number." in page and shows_number(page) and "5550199" not in page
    assert "They left a second number" not in page
    press(staff, "bar", request)
    page = staff.post(step("reveal", request)).content.decode()
    assert "Do not call this number." in page and not shows_number(page) and "5550199" not in page
    export = b"".join(staff.post(step("export")).streaming_content).decode()
    assert export.count('"Do not call"') == 3 and "0199" not in export
    lead = make_staff("lead", permissions=(VIEW, WORK, ERASE))
    client.force_login(lead)
    press(client, "lift_bar", request)
    assert not do_not_call.entry(both.phone) and not do_not_call.entry(both.second_phone)


def test_number_that_the_person_changed_meanwhile_is_not_barred_by_the_old_page(staff, claimed):
    page = shown_on(staff.get(page_of(claimed)))
    submission.correct(claimed, phone="+16465550199")
    response = staff.post(step("bar", claimed), page)
    assert response.status_code == 409 and "the person changed this request" in text_of(response)
    assert not DoNotCall.objects.exists()
    assert "Nobody is shown this number now" in said(press(staff, "bar", claimed))


def test_number_that_the_person_changed_meanwhile_is_not_lifted_by_the_old_page(client, asked):
    lead = make_staff("lead", permissions=(VIEW, WORK, ERASE))
    for phone in (DETAILS.phone, "+16465550199"):
        do_not_call.add(phone, lead)
    client.force_login(lead)
    page = shown_on(client.get(page_of(asked)))
    submission.correct(asked, phone="+16465550199")
    assert client.post(step("lift_bar", asked), page).status_code == 409
    assert do_not_call.entry("+16465550199")
    press(client, "lift_bar", asked)
    assert do_not_call.entry(DETAILS.phone) and not do_not_call.entry("+16465550199")


def test_barred_line_is_barred_with_each_extension_and_an_extension_alone(client, asked):
    lead = make_staff("lead", permissions=(VIEW, WORK, ERASE, EXPORT))
    client.force_login(lead)
    do_not_call.add(DETAILS.phone, lead)
    request = submit(details=dataclasses.replace(DETAILS, phone="+12125550123;ext=5"), nonce="extension")
    assert CallbackRequest.objects.with_counts().get(pk=request.pk).is_barred
    client.post(step("claim", request))
    assert not shows_number(text_of(client.post(step("reveal", request))))
    assert not shows_number(b"".join(client.post(step("export")).streaming_content).decode())
    press(client, "lift_bar", request)
    assert not do_not_call.entry(DETAILS.phone)
    press(client, "bar", request)
    assert do_not_call.entry("+12125550123;ext=5") and not do_not_call.entry(DETAILS.phone)


def test_number_is_barred_by_the_claimer_alone(staff, asked, alex):
    assert "Not done. The request has changed." in said(press(staff, "bar", asked))
    actions.claim(asked, alex)
    assert "Not done. Alex has claimed it." in said(press(staff, "bar", asked))
    assert not DoNotCall.objects.exists()


@pytest.mark.parametrize("email", ["", "zoe@example.org"])
def test_export_has_nothing_that_was_written_beside_a_barred_number(client, email):
    beside = {"phone": "+12125550123;ext=77", "phone_remark": "or 646-555-0199", "email": email}
    submit(details=dataclasses.replace(DETAILS, **beside))
    do_not_call.add(beside["phone"], make_staff("lead"))
    export = b"".join(sign_in(client, VIEW, EXPORT).post(step("export")).streaming_content).decode()
    head, row = csv.reader(io.StringIO(export.removeprefix("\ufeff")))
    cells = dict(zip(head, row, strict=True))
    assert (cells["Phone"], cells["Extension"], cells["Remark on the number"]) == ("Do not call", "", "")
    assert "0199" not in export and cells["How to call"].startswith("Write to" if email else "Do not call.")


def test_person_whose_number_is_barred_is_written_to_if_they_left_an_address(staff):
    request = submit(details=dataclasses.replace(DETAILS, email="zoe@example.org"))
    do_not_call.add(DETAILS.phone, make_staff("lead"))
    page = text_of(staff.get(page_of(request)))
    for sentence in ("Write only in their safe hours", "Do not say in the subject line where you write from."):
        assert sentence in page
    assert "Ask for" not in page and "voicemail" not in page
