"""What strangers and accidents must not do, found by looking for it: files swept away, a disk filled, a call unseen."""

import shutil

import pytest

from callbacks.casework import erasure
from callbacks.models import CallbackRequest
from callbacks.values.details import Details
from server import connections
from tests.callbacks.helpers import DETAILS, JPEG, File, only_attachment, post_form, submit
from vault import sealed_files

pytestmark = pytest.mark.django_db


def test_sweep_spares_the_first_file_of_the_slowest_form():
    assert erasure.ORPHAN_AGE.total_seconds() > connections.UPLOAD_SECONDS


@pytest.mark.sqlite_only("about a folder's disk")
def test_file_is_not_taken_where_it_would_fill_the_disk_and_the_call_is(client, monkeypatch):
    usage = shutil.disk_usage("/")._replace(free=sealed_files.MIN_FREE_BYTES - 1)
    monkeypatch.setattr(sealed_files.shutil, "disk_usage", lambda _: usage)
    assert post_form(client, ("file_1", File(JPEG))).status_code == 303
    assert only_attachment().reason == "not_stored"


@pytest.mark.parametrize("state", ["reached", "closed"])
def test_correction_of_a_finished_request_is_anybodys_again_and_to_be_told(client, alex, state):
    request = submit()
    CallbackRequest.objects.update(
        state=state, claimed_by=alex, claimed_at=request.received_at, staff_notified_at=request.due_at
    )
    submit(details=Details(name=DETAILS.name, phone="+12125550199"))
    request.refresh_from_db()
    assert (request.state, request.claimed_by, request.staff_notified_at) == ("new", None, None)
