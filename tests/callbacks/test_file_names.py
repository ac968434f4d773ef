"""What a file is called never costs it: names from old systems, very long ones, and where the network cuts them."""

import io
import random

import pytest

from callbacks.files.incoming import IncomingFile
from callbacks.models import CallbackRequest
from callbacks.public.upload_handler import CHUNK_BYTES
from tests.callbacks.helpers import (
    BOUNDARY,
    DETAILS,
    JPEG,
    MIB,
    PDF,
    File,
    body,
    fields,
    link_to,
    only_attachment,
    post,
    post_form,
    stored_bytes,
    submit,
    text_of,
)
from tests.callbacks.incoming import send, send_body
from vault import sealed_files

pytestmark = pytest.mark.django_db
CARD = JPEG * 100
NAMES = [
    ("Versichertenkarte M\xfcller.jpg".encode("latin-1"), "Versichertenkarte Müller.jpg"),
    (b"<b>M\xfcller</b>&amp;.jpg".replace(b"/", b""), "<b>Müller<b>&.jpg"),
    (b"caf\xe9 \x80\xff\xfe.pdf", "café ÿþ.pdf"),
    ("Versichertenkarte Müller.jpg".encode(), "Versichertenkarte Müller.jpg"),
    (b"x" * 2000, "x" * 120),
    (b"\xfc" * 2000, "ü" * 120),
    ("名".encode() * 1000, "名" * 120),
    (b"a" + "🙂".encode() * 1000, "a" + "🙂" * 119),
    (b"\\\\" * 900, "file"),
    (b'a\\"' * 900, 'a"' * 60),
]


class Dribble(io.BytesIO):
    """A network that hands on a few bytes at a time."""

    def read(self, size: int = -1, /) -> bytes:
        return super().read(min(size, 7) if size > 0 else 7)


@pytest.mark.any_backend
@pytest.mark.parametrize(("name", "shown"), NAMES, ids=range(len(NAMES)))
def test_file_is_taken_and_listed_whatever_it_is_called(client, name, shown):
    location = post_form(client, ("file_1", File(CARD, name)))["Location"]
    attachment = only_attachment()
    assert attachment.arrived and stored_bytes(attachment) == CARD
    assert attachment.open_name() == shown
    assert "Photo of your insurance card: front We have it: JPEG" in " ".join(text_of(client.get(location)).split())


def test_file_with_a_name_from_an_old_system_is_refused_with_its_reason(client):
    location = post_form(client, ("file_1", File(b"GIF89a" * 100, b"M\xfcller.gif")))["Location"]
    assert "we do not take: GIF pictures" in text_of(client.get(location))


def test_file_with_a_name_from_an_old_system_is_taken_behind_the_link_too(client):
    request = submit()
    assert post(client, body({}, ("file_2", File(CARD, b"M\xfcller.jpg"))), link_to()).status_code == 303
    assert request.attachments.get().open_name() == "Müller.jpg"


UNUSUAL = [
    (b"filename*=UTF-8''M%C3%BCller.jpg", "file"),
    (b"filename*0*=no-such''M%FC; filename*1=ller.jpg", "file"),
    (b"filename*=a\x00b''a.jpg", "file"),
    (b"filename=\"plain.jpg\"; filename*=no-such''M%FCller.jpg", "plain.jpg"),
    (b'filename=""', "file"),
    (b'filename=""; filename=""', "file"),
    (b"filename=", "file"),
    (b'filename\t="a.jpg"', "file"),
]


def named(disposition: bytes) -> bytes:
    """A form whose one file is called what follows its field's name in the header."""
    whole = body(fields(), ("file_1", File(CARD, b"name-here")))
    return whole.replace(b'filename="name-here"', disposition)


@pytest.mark.any_backend
@pytest.mark.parametrize(("disposition", "shown"), UNUSUAL, ids=range(len(UNUSUAL)))
def test_file_is_taken_however_its_name_is_written_or_missing(client, disposition, shown):
    """Django skips a part with such a name, or takes it for text."""
    data = named(disposition)
    assert post(client, data, **{"wsgi.input": Dribble(data)}).status_code == 303
    attachment = only_attachment()
    assert attachment.arrived and stored_bytes(attachment) == CARD
    assert attachment.open_name() == shown


@pytest.mark.any_backend
@pytest.mark.parametrize("name", [b'filename=""', b"filename*=UTF-8''", b"filename*=no-such''"])
def test_field_for_a_file_in_which_none_was_chosen_is_no_file(client, name):
    data = body(fields(), ("file_1", File(b"", b"name-here"))).replace(b'filename="name-here"', name)
    end = data.index(b"\r\n\r\n", data.index(b'name="file_1"')) + 4
    for at in (len(data), end, end + 5):  # whole, and cut right behind it
        assert post(client, data, **{"wsgi.input": Dribble(data[:at])}).status_code in {303, 422}
    assert not CallbackRequest.objects.get().attachments.exists()


@pytest.mark.parametrize("behind_the_link", [False, True])
def test_file_that_came_as_text_is_refused_with_a_word(client, behind_the_link):
    """As from a program that sends what it read of a file like a field of text; its bytes are spoiled by then."""
    url = ""
    if behind_the_link:
        submit()
        url = link_to()
    data = body(({} if behind_the_link else fields()) | {"file_2": "%PDF-1.7 and more"})
    location = post(client, data, url)["Location"]
    assert only_attachment().reason == "wrong_kind"
    assert "It is not a PDF, JPEG, PNG, HEIC, WebP or AVIF file." in text_of(client.get(location))


def test_text_sent_like_a_file_without_a_name_is_still_text(client):
    data = body(fields()).replace(b'name="message"', b'name="message"; filename=""')
    post(client, data)
    assert CallbackRequest.objects.get().open_details() == DETAILS


def test_files_and_text_around_a_name_that_is_mended_arrive_unchanged(client):
    files = ("file_1", File(CARD, b"\xfc" * 3000)), ("file_2", File(PDF * 100, b"\xe9.pdf"))
    data = body(fields(), *files)
    assert post(client, data, **{"wsgi.input": Dribble(data)}).status_code == 303
    request = CallbackRequest.objects.get()
    assert request.open_details() == DETAILS
    assert [stored_bytes(file) for file in request.attachments.order_by("slot")] == [CARD, PDF * 100]


@pytest.mark.parametrize("seed", range(20))
def test_file_full_of_near_boundaries_is_stored_byte_for_byte(seed):
    chance = random.Random(seed)
    near = [b"\r\n\r\n", b"--", BOUNDARY.encode()[:-1], b"\r\n--" + BOUNDARY.encode()[:9], b'filename="\xfc"', bytes(9)]
    content = PDF + b"".join(chance.choices([*near, chance.randbytes(9), chance.randbytes(70_000)], k=40))
    received = send(content)
    assert b"".join(sealed_files.plain_chunks(received.object_name)) == content


def test_file_is_never_held_in_memory(monkeypatch):
    pieces = []
    monkeypatch.setattr(IncomingFile, "write", lambda self, data: pieces.append(len(data)))
    monkeypatch.setattr(IncomingFile, "finish", lambda self: None)
    send_body(body({"complete": "1"}, ("file_1", File(bytes(MIB)))))
    assert sum(pieces) == MIB and max(pieces) <= 2 * CHUNK_BYTES
