"""The call first, the file second: whatever happens from the first byte of a file on, the request is kept."""

import io

import pytest
from django.db import connection
from django.utils import timezone

from callbacks.models import Attachment, CallbackRequest
from callbacks.values.upload_rules import TEXT_ONLY_ENVIRON
from tests import state
from tests.callbacks.helpers import (
    BOUNDARY,
    DETAILS,
    JPEG,
    PDF,
    BrokenStream,
    File,
    body,
    fields,
    objects_in_store,
    post,
    post_cut,
    post_form,
    text_of,
)

pytestmark = pytest.mark.django_db
PHOTO = File(JPEG + bytes(300_000))
CHUNK = 64 * 1024  # what the parser asks for at a time


class Watched(io.BytesIO):
    """A connection that calls `look` with how many bytes it has handed out, each time it is asked for more."""

    def __init__(self, data: bytes, look) -> None:
        super().__init__(data)
        self._look = look

    def read(self, size: int = -1, /) -> bytes:
        self._look(self.tell())
        return super().read(size)


@pytest.mark.django_db(transaction=True)
def test_request_is_committed_while_its_file_is_still_being_read(client):
    data, seen = body(fields(), ("file_1", PHOTO)), []

    def look(position: int) -> None:
        assert not connection.in_atomic_block  # what is seen here, a crash would leave
        details = [request.open_details() for request in CallbackRequest.objects.all()]
        seen.append((position, details, Attachment.objects.count()))

    assert post(client, data, **{"wsgi.input": Watched(data, look)}).status_code == 303
    assert seen[0] == (0, [], 0)
    during = [entry for entry in seen if CHUNK <= entry[0] < len(data)]
    assert len(during) >= 4
    assert all(details == [DETAILS] and files == 0 for _, details, files in during)
    assert Attachment.objects.get().arrived


@pytest.mark.django_db(transaction=True)
def test_request_whose_file_never_ends_is_mailed(client):
    data, counts = body(fields(), ("file_1", PHOTO))[:200_000], []

    def look(_) -> None:
        counts.append(CallbackRequest.objects.unannounced(timezone.now()).count())

    post(client, data, **{"wsgi.input": Watched(data, look)})
    assert counts[0] == 0 and len(counts) > 2 and set(counts[1:]) == {1}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("death", [SystemExit, KeyboardInterrupt, MemoryError])
def test_process_that_dies_inside_a_file_leaves_the_request_and_no_half_of_the_file(client, death):
    data = body(fields(), ("file_1", PHOTO))

    def look(position: int) -> None:
        if position > 2 * CHUNK:
            raise death

    with pytest.raises(death):
        post(client, data, **{"wsgi.input": Watched(data, look)})
    assert CallbackRequest.objects.get().open_details() == DETAILS
    assert Attachment.objects.count() == 0
    assert objects_in_store() == []


BEHIND = f"--{BOUNDARY}\r\nContent-Disposition: form-data; name="


def with_tail(tail: str) -> bytes:
    """A whole form, and more behind its file."""
    return (
        body(fields(), ("file_1", PHOTO), complete=False).removesuffix(f"--{BOUNDARY}--\r\n".encode()) + tail.encode()
    )


BREAKS = {
    "ends inside the file": lambda: body(fields(), ("file_1", PHOTO))[:200_000],
    "has no end": lambda: body(fields(), ("file_1", PHOTO))[:-30],
    "holds nonsense instead of base64": lambda: body(
        fields(), ("file_1", File(b"!" * 90_000, header=b"\r\nContent-Transfer-Encoding: base64"))
    ),
    "has an endless header by its file": lambda: body(
        fields(), ("file_1", File(JPEG, header=b"\r\nX: " + b"x" * 99_999))
    ),
    "has a thousand files": lambda: body(fields(), *[("file_1", File(JPEG))] * 1000),
    "has text beyond all measure behind it": lambda: with_tail(f'{BEHIND}"message"\r\n\r\n{"x" * 2_000_000}\r\n'),
    "has a thousand fields behind it": lambda: with_tail(f'{BEHIND}"x"\r\n\r\nx\r\n' * 1200),
    "has another, empty name behind it": lambda: with_tail(f'{BEHIND}"name"\r\n\r\n\r\n--{BOUNDARY}--\r\n'),
    "has another, forged token behind it": lambda: with_tail(f'{BEHIND}"token"\r\n\r\nforged\r\n--{BOUNDARY}--\r\n'),
    "has an unknown transfer encoding by its file": lambda: body(
        fields(), ("file_1", File(JPEG, header=b"\r\nContent-Transfer-Encoding: rot13"))
    ),
}


@pytest.mark.parametrize("how", BREAKS)
@pytest.mark.parametrize("reset", [False, True])
def test_request_is_kept_and_shown_where_its_body(client, how, reset):
    data = BREAKS[how]()
    response = post(client, data, **{"wsgi.input": BrokenStream(data) if reset else io.BytesIO(data)})
    request = CallbackRequest.objects.get()
    assert request.open_details() == DETAILS
    assert response.status_code in {303, 503}
    page = client.get(response["Location"]) if response.status_code == 303 else response
    assert request.reference in text_of(page)
    assert "nothing was sent" not in text_of(page)
    assert set(objects_in_store()) == Attachment.objects.object_names()


def test_good_file_is_kept_though_text_behind_it_is_spoiled(client):
    post(client, with_tail(f'{BEHIND}"name"\r\n\r\n\r\n--{BOUNDARY}--\r\n'))
    request = CallbackRequest.objects.get()
    assert request.open_details() == DETAILS
    assert request.attachments.get().arrived


@pytest.mark.django_db(transaction=True)
def test_everything_behind_the_text_may_fail_and_the_request_stays(client, monkeypatch):
    client.raise_request_exception = False
    monkeypatch.setattr(Attachment, "fill_from", lambda *args: 1 / 0)
    response = post_form(client, ("file_1", PHOTO))
    assert response.status_code == 500
    assert "866-512-1908" in text_of(response)
    assert CallbackRequest.objects.get().open_details() == DETAILS
    assert objects_in_store() == []


@pytest.mark.django_db(transaction=True)
def test_failing_attachment_table_costs_the_file_and_not_the_request(client):
    with state.takes_no_row("callbacks_attachment"):
        response = post_form(client, ("file_1", PHOTO))
    request = CallbackRequest.objects.get()
    assert response.status_code == 503
    words = text_of(response)
    assert "We could not save your file. The fault is ours. Your request is safe." in words
    assert request.reference in words and "Add a file" in words
    assert request.open_details() == DETAILS
    assert objects_in_store() == []


@pytest.mark.django_db(transaction=True)
def test_key_that_goes_missing_inside_a_file_costs_the_file_and_not_the_request(client, settings):
    data, keys = body(fields(), ("file_1", PHOTO)), settings.VAULT_KEYS

    def look(position: int) -> None:
        if position > CHUNK:
            settings.VAULT_KEYS = {}

    response = post(client, data, **{"wsgi.input": Watched(data, look)})
    settings.VAULT_KEYS = keys
    assert response.status_code == 503
    assert "Your request is safe" in text_of(response)
    assert CallbackRequest.objects.get().open_details() == DETAILS
    assert objects_in_store() == []


def test_retry_of_a_form_whose_file_failed_brings_the_file_to_the_same_request(client):
    data = body(fields(), ("file_1", PHOTO))
    first = post_cut(client, data, len(data) // 2, broken=True)
    second = post(client, data)
    assert first["Location"] == second["Location"]
    assert CallbackRequest.objects.get().attachments.get().arrived


def test_text_that_cannot_be_used_keeps_no_file_and_reads_the_body_to_its_end(client):
    data = body(fields(name=""), ("file_1", PHOTO), ("file_2", File(PDF)))
    stream = io.BytesIO(data)
    assert post(client, data, **{"wsgi.input": stream}).status_code == 422
    assert stream.tell() == len(data)
    assert (CallbackRequest.objects.count(), objects_in_store()) == (0, [])


TEXT_ONLY = {TEXT_ONLY_ENVIRON: True}


@pytest.mark.parametrize("cut", [CHUNK, 0])
def test_text_sent_ahead_makes_the_request_that_gets_the_file(client, cut):
    data = body(fields(), ("file_1", PHOTO))
    assert post(client, data[: cut or len(data)], **TEXT_ONLY).status_code == 204
    request = CallbackRequest.objects.get()
    assert request.open_details() == DETAILS
    assert request.attachments.get().reason == "interrupted"
    assert objects_in_store() == []
    assert post(client, data).status_code == 303
    assert CallbackRequest.objects.get() == request
    assert request.attachments.get().arrived


def test_text_sent_ahead_counts_once(client, settings):
    settings.CONTACT_LIMIT = 2
    for phone in ("212 555 0101", "212 555 0102"):
        data = body(fields(phone=phone), ("file_1", PHOTO))
        assert post(client, data, **TEXT_ONLY).status_code == 204
        assert post(client, data).status_code == 303
    assert post_form(client, phone="212 555 0103").status_code == 429


def test_invalid_text_sent_ahead_is_not_stored(client):
    data = body(fields(name=""), ("file_1", PHOTO))
    assert post(client, data, **TEXT_ONLY).status_code == 204
    assert CallbackRequest.objects.count() == 0
    assert post(client, data).status_code == 422
