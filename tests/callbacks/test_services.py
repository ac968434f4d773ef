"""Submitting, adding, erasing and sweeping: all or nothing, once, and nothing left behind."""

import datetime

import pytest
from django.core.files.storage import storages
from django.db import transaction

from callbacks import models
from callbacks.casework import erasure, submission
from callbacks.models import AccessRecord, Attachment, CallbackRequest
from callbacks.values.details import Details
from callbacks.values.upload_rules import Kind, Received, Refusal, Slot
from tests import state
from tests.callbacks.helpers import DETAILS, PDF, objects_in_store, stored, submit
from tests.factories import make_staff
from vault import sealed_files
from vault.keyring import VaultError

pytestmark = pytest.mark.django_db


HOUR = datetime.timedelta(hours=1)


def refused(slot: str = "file_1") -> dict[Slot, Received]:
    return {Slot(slot): Received(Slot(slot), "card.jpg", refusal=Refusal.EMPTY)}


def age_objects(hours: float) -> None:
    for name in objects_in_store():
        state.age(storages["attachments"], name, hours * 3600)


def test_submit_seals_what_the_person_said():
    request = submit(stored())
    request.refresh_from_db()
    assert request.open_details() == DETAILS
    for value in (*CallbackRequest.objects.values_list().get(), *Attachment.objects.values_list().get()):
        for secret in ("Zoë Miller", "Miller", "2125550123", "Knock first", "card.jpg"):
            assert secret not in str(value)
            assert not isinstance(value, bytes) or secret.encode() not in value


def test_each_request_has_its_own_key():
    assert submit(nonce="one").data_key() != submit(nonce="two").data_key()


def test_details_moved_to_another_row_do_not_open():
    first, second = submit(nonce="one"), submit(nonce="two")
    first.wrapped_key, first.sealed = second.wrapped_key, second.sealed
    with pytest.raises(VaultError):
        first.open_details()


def test_file_name_moved_to_another_slot_does_not_open():
    request = submit(stored() | refused("file_2"))
    first, second = request.attachments.all()
    second.sealed_name = first.sealed_name
    with pytest.raises(VaultError):
        second.open_name()


def test_second_submit_corrects_details_and_keeps_the_stored_file():
    first = submit(stored())
    kept = first.attachments.get().object_name
    other = Details(name="Zoë Miller", phone="+12125550199")
    second = submit(stored(content=PDF, kind=Kind.PDF), details=other)
    assert second == first
    assert CallbackRequest.objects.get().open_details() == other
    assert objects_in_store() == [kept]
    assert first.attachments.get().kind == "jpg"


def test_second_submit_fills_slots_that_were_refused_or_empty():
    submit(refused())
    request = submit(stored() | stored("file_2"))
    assert [a.state for a in request.attachments.all()] == ["stored", "stored"]
    assert [a.reason for a in request.attachments.all()] == ["", ""]
    assert len(objects_in_store()) == 2


def test_refused_retry_does_not_replace_a_stored_file():
    submit(stored())
    assert submit(refused()).attachments.get().arrived


def test_correction_of_a_closed_request_puts_it_back_into_the_queue_and_a_plain_retry_does_not():
    submit()
    CallbackRequest.objects.update(state="closed")
    submit()
    assert CallbackRequest.objects.get().state == "closed"
    submit(details=Details(name="Zoë Miller", phone="+12125550199"))
    assert CallbackRequest.objects.get().state == "new"


def test_correction_of_a_claimed_request_stays_claimed():
    submit()
    CallbackRequest.objects.update(state="claimed")
    submit(details=Details(name="Zoë Miller", phone="+12125550199"))
    assert CallbackRequest.objects.get().state == "claimed"


def test_submit_that_loses_a_race_joins_the_request_of_the_winner(overtaken):
    """On PostgreSQL both may find no row at first."""
    winners = []
    overtaken(lambda: winners.append(submit(stored())))
    other = Details(name="Zoë Miller", phone="+12125550199")
    loser = submit(stored("file_2"), details=other)
    assert winners == [loser]
    assert CallbackRequest.objects.get().open_details() == other
    assert [a.state for a in loser.attachments.all()] == ["stored", "stored"]


def test_taken_reference_is_replaced_by_another(monkeypatch):
    CallbackRequest.objects.filter(pk=submit(nonce="one").pk).update(reference="K7M-4QX")
    letters = iter(["K7M4QX", "K7M4QY"])
    monkeypatch.setattr(models.requests, "get_random_string", lambda *_: next(letters))
    assert submit(nonce="two").reference == "K7M-4QY"


def test_submit_that_dies_of_anything_leaves_no_object(monkeypatch):
    monkeypatch.setattr(Attachment, "fill_from", lambda *args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        submit(stored())
    assert CallbackRequest.objects.count() == 0
    assert objects_in_store() == []


def test_object_that_cannot_be_deleted_costs_nothing_and_is_swept_later(monkeypatch):
    submit(stored())
    with monkeypatch.context() as broken:
        broken.setattr(type(storages["attachments"]), "delete", lambda *args: 1 / 0)
        submit(stored())
    assert len(objects_in_store()) == 2
    age_objects(2)
    assert erasure.sweep_orphans(HOUR) == 1
    assert objects_in_store() == [Attachment.objects.get().object_name]


def test_file_for_an_erased_request_is_discarded():
    request = submit()
    CallbackRequest.objects.all().delete()
    with pytest.raises(submission.RequestErased):
        submission.add_files(request, stored())
    assert objects_in_store() == []


def test_swept_file_is_not_shown_as_received():
    request = submit()
    received = stored()
    for name in objects_in_store():
        sealed_files.discard(name)
    with pytest.raises(submission.CouldNotSave):
        submission.add_files(request, received)
    assert not request.attachments.exists()


def test_erase_removes_rows_and_objects_and_records_who(django_capture_on_commit_callbacks):
    staff = make_staff("lead")
    request = submit(stored() | stored("file_2"))
    other = submit(stored(), nonce="another")
    with django_capture_on_commit_callbacks(execute=True):
        erasure.erase(request, by=staff)
    assert list(CallbackRequest.objects.all()) == [other]
    assert objects_in_store() == [Attachment.objects.get().object_name]
    record = AccessRecord.objects.get()
    assert (record.action, record.username, record.request_reference) == ("erased", "lead", request.reference)


@pytest.mark.django_db(transaction=True)
def test_rolled_back_erasure_keeps_the_objects():
    request, staff = submit(stored()), make_staff("lead")
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        erasure.erase(request, by=staff)
        raise ZeroDivisionError
    assert CallbackRequest.objects.get().attachments.get().object_name == objects_in_store()[0]


def test_sweep_spares_young_objects_and_those_in_use():
    submit(stored())
    stored("file_2")
    age_objects(0.9)
    assert erasure.sweep_orphans(HOUR) == 0
    age_objects(1.1)
    assert erasure.sweep_orphans(HOUR) == 1
    assert objects_in_store() == [Attachment.objects.get().object_name]


def test_sweep_of_a_store_that_was_never_used_does_nothing():
    assert erasure.sweep_orphans(HOUR) == 0
