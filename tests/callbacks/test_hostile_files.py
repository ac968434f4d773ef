"""Files and bodies made to do harm: none fails, none costs the call, and nothing is stored that should not be."""

import gzip
import io
import itertools
import re
import tempfile
from pathlib import Path

import pytest
from django.core.files.storage import storages

from callbacks.models import Attachment, CallbackRequest
from tests import state
from tests.callbacks import hostile
from tests.callbacks.helpers import (
    BOUNDARY,
    DETAILS,
    HEIC,
    JPEG,
    PDF,
    PNG,
    File,
    assert_form_comes_back,
    body,
    fields,
    objects_in_store,
    only_attachment,
    post,
    post_form,
    stored_bytes,
    text_of,
)

pytestmark = pytest.mark.django_db

#: What a content is called, and what it is declared to be; each comes under one of these.
DISGUISES = itertools.cycle([(b"IMG_0001.JPG", b"image/jpeg"), (b"x.php\x00.pdf", b"text/html")])


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch, settings) -> Path:
    """A folder for temporary files that must stay empty: no byte of a file is written in the clear."""
    (folder := tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert list(folder.iterdir()) == []
    assert not settings.MEDIA_ROOT.exists()


def assert_sound(content: bytes) -> None:
    """What is in the store belongs to a row, is called by us, and shows nothing of the file."""
    assert set(objects_in_store()) == Attachment.objects.object_names()
    for name in objects_in_store():
        assert re.fullmatch(r"[0-9a-f]{32}", name)
        sealed = (state.folder_of(storages["attachments"]) / name).read_bytes()
        assert content[:24] not in sealed and content[-24:] not in sealed


@pytest.mark.any_backend
@pytest.mark.parametrize(("what", "disguise"), list(zip(hostile.REFUSED, DISGUISES, strict=False)))
def test_file_of_no_accepted_kind_is_refused_whatever_it_is_called(client, what, disguise):
    content = hostile.REFUSED[what]
    response = post_form(client, ("file_1", File(content, *disguise)))
    assert response.status_code == 303
    assert only_attachment().reason == "wrong_kind"
    assert objects_in_store() == []
    assert only_attachment().why_not_taken in text_of(client.get(response["Location"]))


@pytest.mark.parametrize(("what", "disguise"), list(zip(hostile.TAKEN, DISGUISES, strict=False)))
def test_file_of_an_accepted_kind_is_sealed_as_it_is_and_never_opened(client, what, disguise):
    content, kind = hostile.TAKEN[what]
    response = post_form(client, ("file_2", File(content, *disguise)))
    assert response.status_code == 303
    attachment = only_attachment()
    assert (attachment.kind, attachment.size) == (kind, len(content))
    assert stored_bytes(attachment) == content
    assert_sound(content)
    assert client.get(response["Location"]).status_code == 200


@pytest.mark.any_backend
@pytest.mark.parametrize("ending", ["cut", "whole"])
@pytest.mark.parametrize("what", hostile.TAILS)
def test_malformed_rest_behind_good_text_never_costs_the_call(client, what, ending):
    text = body(fields(), complete=ending == "whole").removesuffix(f"--{BOUNDARY}--\r\n".encode())
    response = post(client, text + hostile.TAILS[what])
    assert response.status_code in {303, 422}
    if ending == "whole" or CallbackRequest.objects.exists():
        assert response.status_code == 303
        assert CallbackRequest.objects.get().open_details() == DETAILS
    else:
        assert_form_comes_back(response, 422)
    assert_sound(b"%PDF-1.7 and more than that")


NAMES = [
    b"../../../../etc/passwd",
    b"..\\..\\windows\\win.ini",
    b"/etc/cron.d/x",
    b"C:\\x.pdf",
    b"%2e%2e%2fx.pdf",
    b"card.pdf\x00.php",
    b"a\tb.pdf",
    "evil\u202efdp.exe".encode(),
    b"x" * 300,
    b"CON",
    b".htaccess",
    b"web.config",
    b"a.php;.jpg",
    b"a.php.",
    b"a.php ",
    b"a.php::$DATA",
    b"a.PhP5",
    "名刺.pdf".encode(),
    "🙂".encode() * 200,
    b"'; DROP TABLE callbacks_attachment; --.pdf",
    b"{{7*7}}${7*7}<%= 7*7 %>.pdf",
    b"<img src=x onerror=alert(1)>.pdf",
    b"&quot;onmouseover=alert(1).pdf",
    b"=HYPERLINK(1).pdf",
    b"$(id)`id`.pdf",
    b"-rf.pdf",
    b"a/../../b.pdf",
    b" ",
    b".",
    b"..",
]


@pytest.mark.parametrize("name", NAMES)
def test_hostile_name_is_kept_sealed_and_shown_to_nobody_but_staff(client, name, tmp_path):
    response = post_form(client, ("file_1", File(PDF, name)))
    attachment = only_attachment()
    assert attachment.arrived
    shown = attachment.open_name()
    assert 0 < len(shown) <= 120 and "/" not in shown and "\\" not in shown
    assert shown.isprintable() or "\u200d" in shown
    assert re.fullmatch(r"request-[0-9A-Z]{3}-[0-9A-Z]{3}-1\.pdf", attachment.download_name)
    page = client.get(response["Location"]).content.decode()
    assert "alert(1)" not in page and "passwd" not in page and "DROP" not in page
    assert_sound(PDF)
    stored = state.folder_of(storages["attachments"]).parent
    files = [path for folder in (tmp_path, stored) for path in folder.rglob("*") if path.is_file()]
    assert [path.name for path in files] == [attachment.object_name]


@pytest.mark.any_backend
@pytest.mark.parametrize("name", [b"\xff\xfe.pdf", b"\xc0\xaf\xc0\xaf.php", b"\xed\xa0\x80.pdf"])
@pytest.mark.parametrize("content", [PDF, PDF * 200, hostile.REFUSED["php"]])
def test_name_that_is_no_text_never_slips_a_file_past_the_check(client, name, content):
    """It is judged by its content, like any other."""
    assert post_form(client, ("file_1", File(content, name))).status_code == 303
    attachment = only_attachment()
    assert (attachment.kind == "pdf") if content.startswith(b"%PDF-") else (attachment.reason == "wrong_kind")
    assert len(objects_in_store()) == attachment.arrived


@pytest.mark.parametrize(
    ("length", "status"), [("0", 422), ("100", 422), ("-1", 422), ("x", 422), ("", 422), ("9999999", 303)]
)
def test_length_that_lies_never_fails_and_never_stores_a_half(client, length, status):
    data = body(fields(), ("file_1", File(PDF)))
    response = post(client, data, **{"wsgi.input": io.BytesIO(data), "CONTENT_LENGTH": length})
    assert response.status_code in {status, 400}
    assert CallbackRequest.objects.count() == (status == 303)
    assert_sound(PDF)


@pytest.mark.parametrize("content", [PDF, JPEG, PNG, HEIC])
@pytest.mark.parametrize("sent", [1, 8, 100, 511, 512, 513, 700])
def test_file_cut_off_anywhere_is_no_file(client, content, sent):
    data = body(fields(), ("file_1", File(content)))
    begin = data.index(content)
    response = post(client, data, **{"wsgi.input": io.BytesIO(data[: begin + sent])})
    assert response.status_code == 303
    assert not only_attachment().arrived
    assert objects_in_store() == []


@pytest.mark.any_backend
@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate", "x"])
def test_body_that_claims_to_be_packed_is_not_unpacked(client, encoding):
    data = gzip.compress(body(fields()) + bytes(10_000_000))
    response = post(client, data, headers={"content-encoding": encoding})
    assert response.status_code in {400, 422}
    assert CallbackRequest.objects.count() == 0


@pytest.mark.parametrize("token", ["forged", "", "a:b:c"])
def test_file_with_a_forged_token_is_not_kept(client, token):
    assert_form_comes_back(post_form(client, ("file_1", File(PDF)), token=token), 422)
    assert objects_in_store() == []


@pytest.mark.any_backend
@pytest.mark.parametrize(
    ("accept", "types"), [("accept", "*/*"), ("allowed_types", "php%"), ("kind", "php"), ("object_name", "../x")]
)
def test_declared_accept_list_changes_nothing(client, accept, types):
    post_form(client, ("file_1", File(hostile.REFUSED["php"], b"x.php")), **{accept: types})
    assert only_attachment().reason == "wrong_kind"
    assert objects_in_store() == []
