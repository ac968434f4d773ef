"""What a file is called never costs it: hostile names, names from old systems, and where the network cuts them."""

import io
import random
import re

import pytest

from callbacks.files import inspection
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
    attachments,
    body,
    fields,
    forget_requests,
    link_to,
    objects_in_store,
    only_attachment,
    post,
    post_form,
    stored_bytes,
    submit,
    text_of,
    two_at_a_time,
)
from tests.callbacks.incoming import send, send_body
from vault import sealed_files

pytestmark = pytest.mark.django_db
CARD = JPEG * 9
#: By what is in the header, what staff read.
NAMES = {
    "Versichertenkarte Müller.jpg".encode("latin-1"): "Versichertenkarte Müller.jpg",
    "Versichertenkarte Müller.jpg".encode(): "Versichertenkarte Müller.jpg",
    b"<b>M\xfcller<b>&amp;.jpg": "<b>Müller<b>&.jpg",
    b"caf\xe9 \x80\xff\xfe.pdf": "café ÿþ.pdf",
    b"\xc0\xaf\xc0\xaf.php": "À¯À¯.php",
    b"\xed\xa0\x80.pdf": "í\xa0.pdf",
    b"x" * 2000: "x" * 120,
    b"\xfc" * 2000: "ü" * 120,
    "名".encode() * 1000: "名" * 120,
    b"a" + "🙂".encode() * 1000: "a" + "🙂" * 119,
    b"\\\\" * 900: "file",
    b'a\\"' * 900: 'a"' * 60,
    b'"; filename="x': "x",
    b"../../../../etc/passwd": "passwd",
    b"..\\\\..\\\\x.pdf": "x.pdf",
    b"..\\..\\windows\\win.ini": "win.ini",
    b"/absolute/card.pdf": "card.pdf",
    b"C:\\x.pdf": "x.pdf",
    b"a/../../b.pdf": "b.pdf",
    b"%2e%2e%2fx.pdf": "%2e%2e%2fx.pdf",
    b"card.pdf\x00.php": "card.pdf.php",
    b"a\tb.pdf": "a b.pdf",
    "evil\u202efdp.exe".encode(): "evilfdp.exe",
    "\u202e".encode(): "file",
    b".htaccess": ".htaccess",
    b"CON": "CON",
    b"a.php;.jpg": "a.php;.jpg",
    b"a.php ": "a.php",
    b"a.php::$DATA": "a.php::$DATA",
    b"'; DROP TABLE callbacks_attachment; --.pdf": "'; DROP TABLE callbacks_attachment; --.pdf",
    b"{{7*7}}${7*7}<%= 7*7 %>.pdf": "{{7*7}}${7*7}<%= 7*7 %>.pdf",
    b"<img src=x onerror=alert(1)>.pdf": "<img src=x onerror=alert(1)>.pdf",
    b"&quot;onmouseover=alert(1).pdf": '"onmouseover=alert(1).pdf',
    b"$(id)`id`.pdf": "$(id)`id`.pdf",
    b" ": "file",
    b"..": "file",
}


class Dribble(io.BytesIO):
    """A network that hands on a few bytes at a time."""

    def read(self, size: int = -1, /) -> bytes:
        return super().read(min(size, 7) if size > 0 else 7)


def test_file_of_any_name_is_stored_and_its_name_is_sealed_for_staff(client):
    for files in two_at_a_time(File(CARD, name) for name in NAMES):
        location = post_form(client, *files)["Location"]
        page = client.get(location)
        for attachment, (_, file) in zip(attachments(), files, strict=True):
            assert attachment.open_name() == NAMES[file.name]
            assert attachment.arrived and stored_bytes(attachment) == CARD, file.name
            assert re.fullmatch(r"request-[0-9A-Z]{3}-[0-9A-Z]{3}-[12]\.jpg", attachment.download_name)
            assert re.fullmatch(r"[0-9a-f]{32}", attachment.object_name)
        assert "Photo of your insurance card: front We have it: JPEG" in " ".join(text_of(page).split())
        shown = page.content.decode()
        assert not any(word in shown for word in ("Versicherten", "passwd", ".ini", "alert(1)", "DROP", ".php")), files
        assert sorted(objects_in_store()) == sorted(each.object_name for each in attachments())
        forget_requests()


def test_file_name_that_breaks_the_header_costs_at_most_the_file(client):
    assert post_form(client, ("file_1", File(PDF * 200, b"a\r\nb.pdf"))).status_code == 303
    assert (only_attachment().arrived, only_attachment().reason) == (False, "interrupted")
    assert objects_in_store() == []
    forget_requests()
    cut = body(fields(), ("file_2", File(PDF * 200)), complete=False).removesuffix(b"--\r\n")
    assert post(client, cut + b"no end" * 100).status_code == 303
    assert (only_attachment().slot, only_attachment().reason, objects_in_store()) == ("file_2", "interrupted", [])


def test_file_with_a_name_from_an_old_system_is_refused_with_its_reason(client):
    location = post_form(client, ("file_1", File(b"GIF89a" * 100, b"M\xfcller.gif")))["Location"]
    assert "we do not take: GIF pictures" in text_of(client.get(location))


def test_file_with_a_legacy_name_is_also_stored_through_the_link(client):
    request = submit()
    assert post(client, body({}, ("file_2", File(CARD, b"M\xfcller.jpg"))), link_to()).status_code == 303
    assert request.attachments.get().open_name() == "Müller.jpg"


UNUSUAL = {
    b"filename*=UTF-8''M%C3%BCller.jpg": "file",
    b"filename*0*=no-such''M%FC; filename*1=ller.jpg": "file",
    b"filename*=a\x00b''a.jpg": "file",
    b"filename=\"plain.jpg\"; filename*=no-such''M%FCller.jpg": "plain.jpg",
    b'filename=""': "file",
    b'filename=""; filename=""': "file",
    b"filename=": "file",
    b'filename\t="a.jpg"': "file",
}


def named(*files: tuple[str, bytes]) -> bytes:
    """A form whose files are called what follows each field's name in the header."""
    whole = body(fields(), *((slot, File(CARD, b"name-here")) for slot, _ in files))
    for slot, disposition in files:
        field = b'name="%b"; ' % slot.encode()
        whole = whole.replace(field + b'filename="name-here"', field + disposition)
    return whole


@pytest.mark.any_backend
def test_file_is_stored_however_its_name_is_encoded_or_missing(client):
    """Django skips a part with such a name, or takes it for text."""
    for files in two_at_a_time(UNUSUAL):
        data = named(*files)
        assert post(client, data, **{"wsgi.input": Dribble(data)}).status_code == 303
        assert [each.open_name() for each in attachments()] == [UNUSUAL[name] for _, name in files]
        assert all(each.arrived and stored_bytes(each) == CARD for each in attachments()), files
        forget_requests()


@pytest.mark.any_backend
def test_empty_file_field_is_no_file(client):
    for name in (b'filename=""', b"filename*=UTF-8''", b"filename*=no-such''"):
        data = body(fields(), ("file_1", File(b"", b"name-here"))).replace(b'filename="name-here"', name)
        end = data.index(b"\r\n\r\n", data.index(b'name="file_1"')) + 4
        for at in (len(data), end, end + 5):  # whole, and cut right behind it
            assert post(client, data, **{"wsgi.input": Dribble(data[:at])}).status_code in {303, 422}
        assert attachments() == []
        forget_requests()


def test_file_in_a_field_whose_name_cannot_be_read_costs_no_text(client):
    data = body(fields(), ("file_1", File(CARD + bytes(2 * MIB), b"name-here")))
    data = data.replace(b'name="file_1"; filename="name-here"', b"name*=UTF-8''file_1; filename*=UTF-8''a.jpg")
    assert post(client, data).status_code == 303
    assert CallbackRequest.objects.count() == 1


def test_file_that_came_as_text_is_refused_with_a_word(client):
    """As from a program that sends what it read of a file like a field of text; its bytes are spoiled by then."""
    for text, url in ((fields(), ""), ({}, link_to())):
        location = post(client, body(text | {"file_2": "%PDF-1.7 and more"}), url)["Location"]
        assert only_attachment().reason == "wrong_kind"
        assert "It is not a PDF, JPEG, PNG, HEIC, WebP or AVIF file." in text_of(client.get(location))
        forget_requests()
        submit()


def test_text_sent_like_a_file_without_a_name_is_still_text(client):
    data = body(fields()).replace(b'name="message"', b'name="message"; filename=""')
    post(client, data)
    assert CallbackRequest.objects.get().open_details() == DETAILS


def test_files_and_text_around_a_repaired_name_arrive_unchanged(client):
    files = ("file_1", File(CARD, b"\xfc" * 3000)), ("file_2", File(PDF * 9, b"\xe9.pdf"))
    data = body(fields(), *files)
    assert post(client, data, **{"wsgi.input": Dribble(data)}).status_code == 303
    request = CallbackRequest.objects.get()
    assert request.open_details() == DETAILS
    assert [stored_bytes(file) for file in request.attachments.order_by("slot")] == [CARD, PDF * 9]


def test_file_full_of_near_boundaries_is_stored_byte_for_byte(monkeypatch):
    monkeypatch.setattr(inspection, "inspect_now", lambda name, kind: "")  # no file is like another
    near = [b"\r\n\r\n", b"--", BOUNDARY.encode()[:-1], b"\r\n--" + BOUNDARY.encode()[:9], b'filename="\xfc"', bytes(9)]
    for seed in range(20):
        chance = random.Random(seed)
        content = PDF + b"".join(chance.choices([*near, chance.randbytes(9), chance.randbytes(70_000)], k=40))
        received = send(content)
        assert b"".join(sealed_files.plain_chunks(received.object_name)) == content, seed


def test_file_is_never_held_in_memory(monkeypatch):
    pieces = []
    monkeypatch.setattr(IncomingFile, "write", lambda self, data: pieces.append(len(data)))
    monkeypatch.setattr(IncomingFile, "finish", lambda self: None)
    send_body(body({"complete": "1"}, ("file_1", File(bytes(MIB)))))
    assert sum(pieces) == MIB and max(pieces) <= 2 * CHUNK_BYTES
