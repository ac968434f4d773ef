"""What nobody will be able to open is said while the person is there; what staff should know is marked."""

import io
import zipfile
import zlib
from pathlib import Path

import pytest
from django.core.files.storage import storages
from PIL import Image

from callbacks.files import inspection, sandbox
from callbacks.models import Attachment, CallbackRequest
from callbacks.values.upload_rules import Kind
from tests.callbacks.helpers import (
    DETAILS,
    HEIC,
    PDF,
    PNG,
    File,
    attachments,
    body,
    forget_requests,
    objects_in_store,
    only_attachment,
    post,
    post_form,
    stored,
    submit,
    text_of,
    two_at_a_time,
)
from tests.callbacks.hostile import picture_that_says_it_is

pytestmark = pytest.mark.django_db

Image.effect_noise((300, 200), 90).convert("RGB").save(_out := io.BytesIO(), "JPEG")
PHOTO = _out.getvalue()

#: Encrypted by another program; those with "secret" in their name open with that password only.
ENCRYPTED = sorted((Path(__file__).parent / "encrypted").glob("*.pdf"))
HOPELESS = {
    "jpeg of three bytes": (b"\xff\xd8\xff", "looks damaged"),
    "jpeg cut after a third": (PHOTO[: len(PHOTO) // 3], "looks cut off"),
    "png cut after a third": (PNG[:60], "looks damaged"),
    "heic cut in half": (HEIC[: HEIC.index(b"heic content") // 2], "looks damaged"),
    "heic of garbage": (HEIC[:40] + b"\x9d\x01" * 3000, "looks damaged"),
    "png of no size": (PNG[:16] + bytes(8) + PNG[24:], "looks damaged"),
    "jpeg that is a page": (b"\xff\xd8\xff<html><p>no picture</p>", "looks damaged"),
    "png of 400 megapixels": (picture_that_says_it_is(20_000, 20_000), "more pixels than we can open"),
    "pdf of nothing": (b"%PDF-", "looks damaged"),
    "pdf without pages": (b"%PDF-1.4\n1 0 obj <</Type /Catalog>> endobj\ntrailer <<>>\nstartxref\n0", "looks damaged"),
    "pdf cut off": (PDF[: PDF.index(b"trailer")], "looks cut off"),
    **{path.stem: (path.read_bytes(), "has a password") for path in ENCRYPTED if "secret" in path.stem},
}


def test_unreadable_file_is_reported_at_once_and_can_be_replaced(client, django_capture_on_commit_callbacks):
    said = dict(HOPELESS.values())
    for files in two_at_a_time(map(File, said)):
        location = post_form(client, *files)["Location"]
        page = " ".join(text_of(client.get(location)).split())
        for attachment, (_, file) in zip(attachments(), files, strict=True):
            assert attachment.arrived
            told, _, advice = page.split(f"{attachment.form_label} We have it")[1].partition(" Send it again below")
            assert said[file.content] in told and advice.startswith(", or tell us when we call."), file
        with django_capture_on_commit_callbacks(execute=True):
            post(client, body({}, *((slot, File(PHOTO)) for slot, _ in files)), location)
        assert [(each.kind, each.found) for each in attachments()] == [("jpg", "")] * len(files)
        assert set(objects_in_store()) == {each.object_name for each in attachments()}
        page = text_of(client.get(location))
        assert not any(said[file.content] in page for _, file in files)
        forget_requests()


@pytest.mark.any_backend
def test_file_that_opens_is_no_trouble_to_anybody(client):
    contents = [
        PHOTO,
        PHOTO[:-1],
        HEIC,
        PNG,
        PDF,
        *(path.read_bytes() for path in ENCRYPTED if "secret" not in path.stem),
    ]
    for files in two_at_a_time(map(File, contents)):
        location = post_form(client, *files)["Location"]
        assert not any(each.trouble or each.is_open for each in attachments()), files
        assert "Send it again" not in text_of(client.get(location))
        forget_requests()


def test_unusable_file_is_not_replaced_by_another_unusable_one(client):
    location = post_form(client, ("file_1", File(PHOTO[: len(PHOTO) // 2])))["Location"]
    kept = only_attachment().object_name
    post(client, body({}, ("file_1", File(b"\xff\xd8\xff"))), location)
    refused = post(client, body({}, ("file_1", File(b"GIF89a" * 200))), location)
    assert refused.status_code == 422 and "GIF pictures" in text_of(refused)
    assert only_attachment().object_name == kept and objects_in_store() == [kept]


def pdf(*parts: bytes) -> bytes:
    return PDF[:-6].replace(b"trailer", b"\n".join(parts) + b"\ntrailer") + b"%%EOF\n"


def packed(content: bytes) -> bytes:
    return b"9 0 obj <</Type /ObjStm /Filter /FlateDecode>> stream\n" + zlib.compress(content) + b"\nendstream endobj"


with zipfile.ZipFile(_archive := io.BytesIO(), "w") as _file:
    _file.writestr("x", "y")

MARKED = {
    "script": (pdf(b"7 0 obj <</OpenAction <</S /JavaScript /JS (app.alert(1))>> >> endobj"), "acts script"),
    "script by its number": (pdf(b"7 0 obj <</S /J#61va#53cript>> endobj"), "script"),
    "script in a packed object": (pdf(packed(b"<</S /JavaScript /JS (x)>>")), "script"),
    "script in what says it is encrypted": (
        pdf(b"7 0 obj <</S /JavaScript>> endobj <</#45ncrypt 9 0 R>>"),
        "opaque script",
    ),
    "packed objects that hide": (pdf(packed(b"x").replace(b"ObjStm", b"Obj#53tm")), "opaque"),
    "packed objects that do not open": (pdf(packed(b"").replace(b"stream\n", b"stream\nno such packing", 1)), "opaque"),
    "program": (pdf(b"7 0 obj <</S /Launch /F (cmd.exe)>> endobj"), "acts"),
    "form that is sent": (pdf(b"7 0 obj <</S /SubmitForm>> endobj"), "acts"),
    "something on closing": (pdf(b"7 0 obj <</AA <</WC 8 0 R>> >> endobj"), "acts"),
    "XFA": (pdf(b"7 0 obj <</XFA 8 0 R>> endobj"), "form"),
    "file inside": (pdf(b"7 0 obj <</Type /EmbeddedFile>> endobj"), "inside"),
    "web page in front": (b"<html><script>1</script>" + PDF, "more"),
    "archive behind": (PDF + _archive.getvalue(), "more"),
    "first page on opening": (pdf(b"7 0 obj <</OpenAction [3 0 R /Fit]>> endobj"), ""),
    "goes to a page on opening": (pdf(b"7 0 obj <</OpenAction <</S /GoTo /D [3 0 R /Fit]>> >> endobj"), ""),
    "names that only begin so": (pdf(b"7 0 obj <</JSON 1 /AAA <<>> /JavaScripting 2>> endobj"), ""),
}


@pytest.mark.any_backend
def test_what_staff_should_know_of_a_pdf_is_marked(client):
    marks = dict(MARKED.values())
    for files in two_at_a_time(map(File, marks)):
        location = post_form(client, *files)["Location"]
        assert [each.found for each in attachments()] == [marks[file.content] for _, file in files]
        assert "Send it again" not in text_of(client.get(location))
        forget_requests()


def test_file_that_comes_during_an_inspection_is_inspected_later(client):
    with inspection._lock:
        post_form(client, ("file_1", File(b"\xff\xd8\xff")))
    assert (only_attachment().arrived, only_attachment().found) == (True, "unchecked")
    assert inspection.inspect_waiting() == 1
    assert only_attachment().found == "unreadable"


def test_held_file_is_inspected_once_scanned():
    submit(stored(content=b"\xff\xd8\xff", kind=Kind.JPEG))
    Attachment.objects.update(state="held", found="unchecked")
    assert inspection.inspect_waiting() == 0
    Attachment.objects.update(state="stored")
    assert inspection.inspect_waiting() == 1
    assert Attachment.objects.get().found == "unreadable"


@pytest.mark.sqlite_only("looks into the folder of a store")
def test_file_waits_until_its_key_and_the_store_are_there(settings):
    submit(stored(content=b"\xff\xd8\xff", kind=Kind.JPEG))
    Attachment.objects.update(found="unchecked")
    keys, settings.VAULT_KEYS = settings.VAULT_KEYS, {7: bytes(32)}  # as in a worker started before the key was made
    assert inspection.inspect_waiting() == 0
    settings.VAULT_KEYS = keys
    path = Path(storages["attachments"].path(Attachment.objects.get().object_name))
    aside = path.rename(path.with_name("aside"))
    path.symlink_to(path)  # an error of the disk
    assert inspection.inspect_waiting() == 0
    aside.replace(path)
    assert inspection.inspect_waiting() == 1
    assert Attachment.objects.get().found == "unreadable"


@pytest.mark.sqlite_only("looks into the folder of a store")
def test_store_that_is_down_delays_one_file_not_each(caplog):
    for nonce in ("one", "another"):
        submit(stored(content=b"\xff\xd8\xff", kind=Kind.JPEG), nonce=nonce)
    Attachment.objects.update(found="unchecked")
    for name in Attachment.objects.values_list("object_name", flat=True):
        path = Path(storages["attachments"].path(name))
        path.unlink()
        path.symlink_to(path)  # an error of the disk
    assert inspection.inspect_waiting() == 0
    assert len(caplog.messages) == 1


@pytest.mark.parametrize("error", [OSError("no process"), MemoryError(), sandbox.TooSlow()])
def test_failed_inspection_costs_neither_the_file_nor_the_call(client, monkeypatch, error):
    def fail(*args):
        raise error

    monkeypatch.setattr(sandbox, "run", fail)
    assert post_form(client, ("file_1", File(PHOTO)))["Location"]
    assert CallbackRequest.objects.get().open_details() == DETAILS
    assert (only_attachment().arrived, only_attachment().found) == (True, "unchecked")
