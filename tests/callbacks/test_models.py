"""What a row may hold, what it is called, and how long it is kept."""

import datetime
import re

import pytest
from django.db import IntegrityError, transaction

from callbacks import models
from callbacks.casework import actions
from callbacks.models import AccessRecord, Attachment, CallbackRequest
from tests.callbacks.helpers import stored, submit
from tests.factories import make_staff

pytestmark = pytest.mark.django_db
REFERENCE = re.compile(r"[34679CDFGHJKMNPQRTWXY]{3}-[34679CDFGHJKMNPQRTWXY]{3}")


def test_access_record_keeps_the_name_of_a_deleted_account():
    staff = make_staff("gone")
    actions.record(AccessRecord.Action.VIEWED, submit(), staff)
    staff.delete()
    record = AccessRecord.objects.get()
    assert (record.who, record.username) == (None, "gone")


def test_request_is_kept_for_90_days():
    request = submit()
    assert round((request.erase_after - request.received_at) / datetime.timedelta(days=1), 3) == 90


def test_reference_is_short_and_easy_to_read_aloud():
    for _ in range(200):
        assert REFERENCE.fullmatch(models.new_reference())


def test_request_is_named_by_its_reference_only():
    request = submit(stored())
    assert str(request) == request.reference
    assert str(request.attachments.get()) == "First file"


@pytest.mark.parametrize(
    "values",
    [
        {"state": "lost"},
        {"form_key": ""},
        {"erase_after": datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)},
    ],
)
def test_request_that_makes_no_sense_cannot_be_stored(values):
    submit()
    with pytest.raises(IntegrityError), transaction.atomic():
        CallbackRequest.objects.update(**values)


@pytest.mark.parametrize(
    "values",
    [
        {"state": "refused"},
        {"reason": "empty"},
        {"object_name": ""},
        {"kind": ""},
        {"size": 0},
        {"size": 32 * 1024 * 1024 + 1},
        {"slot": "file_3"},
    ],
)
def test_attachment_that_makes_no_sense_cannot_be_stored(values):
    submit(stored())
    with pytest.raises(IntegrityError), transaction.atomic():
        Attachment.objects.update(**values)


def test_slot_and_object_are_used_once():
    request = submit(stored())
    row = Attachment.objects.get()
    for change in ({"object_name": "another"}, {"slot": "file_2"}):
        values = {"slot": row.slot, "object_name": row.object_name} | change
        with pytest.raises(IntegrityError), transaction.atomic():
            request.attachments.create(state="stored", kind="jpg", size=1, sealed_name=b"", **values)
