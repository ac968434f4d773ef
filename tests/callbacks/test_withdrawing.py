"""Taking a request back: asked for twice, done at once, nothing of it left, and counted once."""

import datetime
import io
import logging

import pytest
from django.utils import timezone

from callbacks.casework import actions, erasure, links
from callbacks.models import AccessRecord, Attachment, CallAttempt, CallbackRequest, Erasure, Note
from tests import state
from tests.callbacks.helpers import (
    CONTACT,
    DETAILS,
    JPEG,
    MIB,
    PDF,
    SENT,
    WITHDRAW,
    File,
    assert_private,
    body,
    fields,
    link_to,
    objects_in_store,
    post,
    post_form,
    stored,
    submit,
    text_of,
    token_in,
)
from tests.factories import make_staff
from vault import sealed_files
from vault.keyring import VaultError

pytestmark = pytest.mark.django_db(transaction=True)
DAY = datetime.timedelta(days=1)


def test_withdrawing_is_asked_about_before_it_is_done(client):
    request = submit(stored())
    response = client.get(link_to(page=WITHDRAW))
    assert response.status_code == 200
    assert_private(response)
    words = text_of(response)
    assert "Cancel my request" in text_of(client.get(link_to()))
    assert "This cannot be undone." in words and "Yes, erase my request" in words and "No, keep it" in words
    assert f'action="{link_to(page=WITHDRAW)}"' in response.content.decode()
    assert 'content="noindex"' in response.content.decode()
    request.refresh_from_db()
    assert request.open_details() == DETAILS and len(objects_in_store()) == 1


@pytest.mark.parametrize("method", ["get", "head"])
def test_viewing_never_erases(client, method):
    submit(stored())
    for _ in range(3):
        getattr(client, method)(link_to(page=WITHDRAW))
    assert CallbackRequest.objects.get().state == "new"
    assert Erasure.objects.count() == 0


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_erase_nothing(client, method):
    submit()
    assert getattr(client, method)(link_to(page=WITHDRAW)).status_code == 405
    assert CallbackRequest.objects.get().state == "new"


def test_withdrawn_request_is_emptied_at_once_files_notes_and_calls_included(client):
    staff = make_staff("intake")
    request = submit(stored() | stored("file_2"))
    actions.claim(request, staff)
    actions.log_attempt(request, staff, CallAttempt.Outcome.NO_ANSWER)
    actions.add_note(request, staff, "Knock first.")
    before = CallbackRequest.objects.get()
    response = client.post(link_to(page=WITHDRAW))
    assert (response.status_code, response["Location"]) == (303, link_to())
    assert_private(response)
    after = CallbackRequest.objects.get()
    assert (after.state, after.reference) == ("withdrawn", before.reference)
    assert (bytes(after.sealed), bytes(after.wrapped_key)) == (b"", b"")
    assert (after.phone_index, after.call_times, after.suspicion, after.next_try_at) == ("", "", "", None)
    assert [model.objects.count() for model in (Attachment, Note, CallAttempt)] == [0, 0, 0]
    assert objects_in_store() == []
    with pytest.raises(VaultError):
        after.open_details()


def test_withdrawn_request_is_counted_once_with_its_files_and_nothing_else(client):
    submit(stored() | stored("file_2"))
    for _ in range(3):
        assert client.post(link_to(page=WITHDRAW)).status_code == 303
    row = Erasure.objects.get()
    assert (row.reason, row.requests, row.files) == ("withdrawn", 1, 2)
    CallbackRequest.objects.update(
        received_at=timezone.now() - 2 * DAY, erase_after=timezone.now() - datetime.timedelta(seconds=1)
    )
    assert erasure.erase_due(timezone.now()) == 1
    assert Erasure.objects.get() == row


def test_withdrawn_page_is_shown_with_only_the_way_back(client):
    submit(stored())
    page = client.post(link_to(page=WITHDRAW), follow=True)
    words = text_of(page)
    assert "Your request is erased" in words and "We will not call." in words
    for gone in ("What happens next", "Your private link", "Cancel my request", "Add a file", "Your files"):
        assert gone not in words, gone
    assert f'href="{CONTACT}"' in page.content.decode()
    assert 'type="file"' not in page.content.decode()


class _ActsAtItsEnd(io.BytesIO):
    """A body during whose last bytes something else happens."""

    def __init__(self, data: bytes, act) -> None:
        super().__init__(data)
        self._act = act

    def read(self, size: int = -1, /) -> bytes:
        data = super().read(size)
        if self.tell() == len(self.getbuffer()) and self._act:
            act, self._act = self._act, None
            act()
        return data


def assert_said_to_be_erased(response, caplog) -> None:
    """The person learns that nothing is left; nobody is woken by it, and nothing came of the file."""
    words = text_of(response)
    assert response.status_code == 410
    assert_private(response)
    assert "Your request is erased" in words and "your file was not kept" in words
    assert "is safe" not in words and "Try again" not in words and 'type="file"' not in response.content.decode()
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []
    assert (Attachment.objects.count(), objects_in_store()) == (0, [])


def test_file_for_a_withdrawn_request_gets_an_honest_page_and_is_never_stored(client, caplog, monkeypatch):
    submit()
    client.post(link_to(page=WITHDRAW))
    made = []
    monkeypatch.setattr(sealed_files, "create", made.append)
    data = body({}, ("file_1", File(PDF + bytes(MIB))))
    stream = io.BytesIO(data)
    assert_said_to_be_erased(post(client, data, link_to(), **{"wsgi.input": stream}), caplog)
    assert made == [] and stream.tell() == len(data)


@pytest.mark.parametrize("headers", [{}, {"accept": "application/json"}], ids=["page", "script"])
def test_file_in_transit_at_a_withdrawal_leaves_nothing(client, caplog, headers):
    request = submit()
    data = body({}, ("file_1", File(PDF + bytes(MIB))))
    stream = _ActsAtItsEnd(data, lambda: erasure.withdraw(request))
    assert_said_to_be_erased(post(client, data, link_to(), headers=headers, **{"wsgi.input": stream}), caplog)


def test_file_in_transit_at_an_erasure_leaves_nothing(client, caplog):
    request, lead = submit(), make_staff("lead")
    data = body({}, ("file_1", File(PDF + bytes(MIB))))
    stream = _ActsAtItsEnd(data, lambda: erasure.erase(request, by=lead))
    response = post(client, data, link_to(), **{"wsgi.input": stream})
    assert response.status_code == 404
    assert "If you sent a file from here just now, it was not kept." in text_of(response)
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []
    assert objects_in_store() == []


def test_form_shows_that_its_request_was_erased_before_the_file_arrived(client, caplog):
    data = body(fields(), ("file_1", File(PDF + bytes(MIB))))
    stream = _ActsAtItsEnd(data, lambda: erasure.withdraw(CallbackRequest.objects.get()))
    response = post(client, data, **{"wsgi.input": stream})
    assert response.status_code == 303
    assert "Your request is erased" in text_of(client.get(response["Location"]))
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []
    assert (Attachment.objects.count(), objects_in_store()) == (0, [])


def test_late_copy_of_a_withdrawn_form_brings_nothing_back_and_can_be_sent_on_purpose(client):
    """A retry that was on its way must not undo what the person was told is erased."""
    data = body(fields(), ("file_1", File(JPEG)))
    first = post(client, data)["Location"]
    client.post(first.replace(SENT, WITHDRAW))
    late = post(client, data)
    assert late.status_code == 422
    assert "The request sent from this page was taken back, and it is erased." in text_of(late)
    assert CallbackRequest.objects.get().state == "withdrawn" and objects_in_store() == []
    again = post_form(client, token=token_in(late))
    assert again.status_code == 303 and again["Location"] != first
    assert CallbackRequest.objects.filter(state="new").get().open_details() == DETAILS
    assert "Your request is erased" in text_of(client.get(first))


def test_emptied_row_stays_a_week_for_its_claimer_and_never_longer_than_promised(client):
    submit()
    client.post(link_to(page=WITHDRAW))
    assert abs(CallbackRequest.objects.get().erase_after - timezone.now() - 7 * DAY) < datetime.timedelta(minutes=1)
    submit(nonce="soon")
    soon = timezone.now() + DAY
    CallbackRequest.objects.filter(link_hash=links.link_hash(links.secret("soon"))).update(erase_after=soon)
    client.post(link_to("soon", WITHDRAW))
    assert CallbackRequest.objects.get(erase_after=soon).state == "withdrawn"


def test_rolled_back_withdrawal_keeps_the_files():
    request = submit(stored())
    with state.takes_no_row("callbacks_erasure"), pytest.raises(Exception, match="full"):
        erasure.withdraw(request)
    kept = CallbackRequest.objects.get()
    assert kept.open_details() == DETAILS
    assert objects_in_store() == [kept.attachments.get().object_name]


def test_withdrawn_request_leaves_the_queue(client):
    request = submit()
    client.post(link_to(page=WITHDRAW))
    request.refresh_from_db()
    assert not request.is_waiting and not CallbackRequest.objects.waiting().exists()
    with pytest.raises(actions.AlreadyTaken):
        actions.claim(request, make_staff("intake"))
    assert CallbackRequest.objects.with_phone(DETAILS.phone).count() == 0


def test_record_of_who_read_it_outlives_the_request_and_holds_nothing_of_it(client):
    request = submit()
    actions.record(AccessRecord.Action.VIEWED, request, make_staff("intake"))
    client.post(link_to(page=WITHDRAW))
    record = AccessRecord.objects.get()
    assert (record.request_reference, record.username) == (request.reference, "intake")


def test_posts_that_withdraw_need_no_cookie():
    from django.test import Client

    submit()
    client = Client(enforce_csrf_checks=True)
    assert client.post(link_to(page=WITHDRAW)).status_code == 303
    assert CallbackRequest.objects.get().state == "withdrawn"


def test_withdrawal_of_a_just_erased_request_is_no_error():
    request = submit(stored())
    CallbackRequest.objects.filter(pk=request.pk).delete()
    erasure.withdraw(request)
    assert not CallbackRequest.objects.exists()
