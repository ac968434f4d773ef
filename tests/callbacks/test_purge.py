"""What was promised to be erased is erased, files and all, and the report holds counts only."""

import datetime
import io
import time
from dataclasses import replace

import pytest
from django.core.files.storage import storages
from django.core.management import call_command
from django.db import transaction
from django.db.models.signals import post_delete
from django.utils import timezone

from callbacks.casework import erasure
from callbacks.models import AccessRecord, Attachment, CallbackRequest, Erasure
from server import connections
from tests import state
from tests.callbacks.helpers import DETAILS, PDF, File, objects_in_store, post_form, stored, submit
from vault import sealed_files

pytestmark = pytest.mark.django_db(transaction=True)


def purge() -> str:
    output = io.StringIO()
    call_command("purge_callbacks", stdout=output)
    return output.getvalue()


def make_due(request: CallbackRequest, by: datetime.timedelta) -> None:
    now = timezone.now()
    CallbackRequest.objects.filter(pk=request.pk).update(
        received_at=now - datetime.timedelta(days=90) - by, erase_after=now - by
    )


def test_purge_erases_what_is_due_and_nothing_else(client):
    for _ in range(3):
        post_form(client, ("file_1", File(PDF)))
    due, not_yet, _ = CallbackRequest.objects.all()
    gone = due.attachments.get().object_name
    assert {gone} < Attachment.objects.object_names() <= set(objects_in_store())
    make_due(due, by=datetime.timedelta(seconds=1))
    make_due(not_yet, by=-datetime.timedelta(minutes=1))
    output = purge()
    assert output.startswith("Callback requests erased: 1. Files without a request removed: 0.\n")
    assert due not in CallbackRequest.objects.all()
    assert CallbackRequest.objects.count() == 2
    assert Attachment.objects.object_names() <= set(objects_in_store()) - {gone} == set(objects_in_store())
    assert AccessRecord.objects.count() == 0


def test_purge_sweeps_files_that_belong_to_no_request(client):
    post_form(client, ("file_1", File(PDF)))
    folder = state.folder_of(storages["attachments"])
    for age in (239, 241):
        name = sealed_files.new_name()
        (folder / name).write_bytes(b"left by a crash")
        state.age(storages["attachments"], name, age * 60)
    assert purge() == "Callback requests erased: 0. Files without a request removed: 1.\n"
    assert len(objects_in_store()) == 2


def test_clock_jump_of_a_day_costs_no_file_in_transit(client, monkeypatch):
    folder = state.folder_of(storages["attachments"])
    folder.mkdir(parents=True, exist_ok=True)
    hour = 60 * 60
    for age in (24 * hour + 60, 30 * hour):  # as the clock that jumped has it: one began a minute ago
        name = sealed_files.new_name()
        (folder / name).write_bytes(b"of a form on its way, or left by a crash")
        state.age(storages["attachments"], name, age)
    monkeypatch.setattr(time, "time", lambda now=time.time: now() + 24 * hour)
    assert erasure.sweep_orphans() == 1
    assert len(objects_in_store()) == 1


def test_purge_reports_counts_and_no_content(client):
    post_form(client, ("file_1", File(PDF, b"jane-patient.pdf")))
    request = CallbackRequest.objects.get()
    make_due(request, by=datetime.timedelta(days=1))
    output = purge()
    for secret in (DETAILS.name, request.reference, "jane"):
        assert secret not in output


def test_purge_by_two_at_once_counts_what_is_erased_once():
    """By hand, while a worker may be at it."""
    for phone in ("2125550123", "2125550199"):
        request = submit(stored(), details=replace(DETAILS, phone=phone), nonce=phone)
        make_due(request, by=datetime.timedelta(days=1))
    now, others = timezone.now(), []

    def purge_elsewhere(**_) -> None:
        post_delete.disconnect(purge_elsewhere, CallbackRequest)
        others.append(erasure.erase_due(now))

    post_delete.connect(purge_elsewhere, CallbackRequest)  # in the middle of the first erasure
    assert (erasure.erase_due(now), others) == (1, [1])
    assert [(row.requests, row.files) for row in Erasure.objects.all()] == [(1, 1), (1, 1)]


def test_purge_inside_a_transaction_is_fine():
    with transaction.atomic():
        assert purge().startswith("Callback requests erased: 0.")


def test_purge_with_nothing_to_do_is_fine():
    assert purge() == "Callback requests erased: 0. Files without a request removed: 0.\n"


def test_sweep_spares_the_first_file_of_the_slowest_form():
    assert erasure.ORPHAN_AGE.total_seconds() > connections.UPLOAD_SECONDS
