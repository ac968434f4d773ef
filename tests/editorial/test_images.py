"""Pictures for articles: only for editors, only pixels, and never an error page."""

import io
from functools import partial

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from tests import state
from tests.factories import PASSWORD, make_staff
from tests.served import free_port

pytestmark = pytest.mark.django_db
URL, PREVIEW = "/admin/markdownx/upload/", "/admin/markdownx/preview/"


def picture(kind="PNG", size=(40, 20), mode="RGB", **options) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, "red").save(out, kind, **options)
    return out.getvalue()


@pytest.fixture
def editor(client):
    make_staff(permissions=("articles.change_article",))
    client.login(username="editor", password=PASSWORD)
    return client


def upload(client, content: bytes, name="a.png", kind="image/png"):
    return client.post(URL, {"image": SimpleUploadedFile(name, content, kind)})


def files(settings) -> list:
    return [path for path in state.folder_of(storages["default"]).rglob("*") if path.is_file()]


def test_picture_is_stored_under_a_name_of_ours_and_served(editor, settings):
    code = upload(editor, picture(), name="../../evil.html", kind="image/gif").json()["image_code"]
    path = code.split("(")[1].rstrip(")")
    assert code.startswith("![Describe this picture](/media/pictures/") and path.endswith(".png")
    response = editor.get(path)
    assert b"".join(response).startswith(b"\x89PNG")
    response.close()
    assert response["Content-Type"] == "image/png"
    assert "sandbox" in response["Content-Security-Policy"]
    assert "immutable" in response["Cache-Control"]
    assert [found.suffix for found in files(settings)] == [".png"]


def test_picture_from_a_phone_is_upright_and_says_nothing_of_where_it_was_taken(editor, settings):
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[1] = "N"
    upload(editor, picture("JPEG", size=(40, 20), exif=exif.tobytes()), name="p.jpg")
    with Image.open(files(settings)[0]) as stored:
        assert stored.size == (20, 40)
        assert not stored.getexif()


def test_picture_keeps_no_bytes_after_its_end(editor, settings):
    upload(editor, picture() + b"<script>PK\x03\x04")
    assert b"<script>" not in files(settings)[0].read_bytes()


def test_picture_keeps_no_comment_and_no_profile(editor, settings):
    upload(editor, picture("JPEG", comment=b"taken at home", icc_profile=b"a profile"), name="p.jpg")
    stored = files(settings)[0].read_bytes()
    assert b"taken at home" not in stored and b"a profile" not in stored


def test_large_picture_is_made_smaller(editor, settings):
    upload(editor, picture(size=(4000, 1000)))
    with Image.open(files(settings)[0]) as stored:
        assert stored.size == (1600, 400)


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
REFUSED = {
    "svg": SVG,
    "svg in utf-16": SVG.decode().encode("utf-16"),
    "html": b"<!doctype html><script>alert(1)</script>",
    "gif with a script": b"GIF89a<script>alert(1)</script>",
    "gif": picture("GIF", mode="P"),
    "nothing": b"",
    "cut off": picture("JPEG", size=(400, 400))[:300],
    "too many pixels": partial(picture, size=(6000, 5000)),  # large ones are drawn when they are needed
    "a bomb": partial(picture, size=(14000, 13500), mode="1"),
    "too large": picture() + b"\0" * (8 * 1024 * 1024),
    "text": b"hello",
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_picture_gets_words_and_leaves_nothing(editor, settings, name):
    content = REFUSED[name]
    response = upload(editor, content() if callable(content) else content)
    assert response.status_code == 400
    assert response.json()["image_code"].startswith("[Picture not added: ") and len(response.json()["image_code"]) > 40
    assert files(settings) == []


@pytest.mark.parametrize(
    ("kind", "mode"),
    [("PNG", "RGBA"), ("PNG", "P"), ("PNG", "I;16"), ("JPEG", "CMYK"), ("JPEG", "L"), ("WEBP", "RGBA")],
)
def test_picture_in_any_usual_mode_is_taken(editor, kind, mode):
    out = io.BytesIO()
    Image.new(mode, (9, 9)).save(out, kind)
    assert upload(editor, out.getvalue()).status_code == 200


@pytest.fixture
def store_away(settings) -> None:
    """Pictures are in an S3 store that does not answer."""
    options = {"endpoint_url": f"http://127.0.0.1:{free_port()}", "region_name": "us-east-1", "bucket_name": "pictures"}
    options |= {"access_key": "tests", "secret_key": "tests-secret", "location": "media"}
    settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": "storage.s3.S3Storage", "OPTIONS": options}}


def test_picture_that_the_store_cannot_give_is_said_to_be_away_and_that_is_not_kept(client, store_away):
    response = client.get(f"/media/pictures/{'a' * 32}.png")
    assert response.status_code == 503 and response["Content-Type"] == "text/plain"
    assert response["Cache-Control"] == "no-store" and b"Try again in a minute." in response.content


def test_picture_that_is_not_there_is_not_found(client):
    for name in (f"pictures/{'a' * 32}.png", "pictures/other.png", "../db.sqlite3"):
        response = client.get(f"/media/{name}")
        assert response.status_code == 404 and "Cache-Control" not in response.headers


def test_editor_is_told_that_the_store_does_not_take_a_picture(editor, store_away):
    response = upload(editor, picture())
    assert response.status_code == 503
    assert response.json()["image_code"].startswith("[Picture not added: ")


def test_upload_without_a_file_is_answered_in_json(editor):
    assert editor.post(URL).status_code == 400
    assert editor.get(URL).status_code == 405


@pytest.mark.parametrize("url", [URL, PREVIEW])
@pytest.mark.parametrize("who", ["anonymous", "reader", "staff"])
def test_editor_helpers_are_for_editors_only(client, settings, url, who):
    if who != "anonymous":
        user = make_staff(who)
        user.is_staff = who == "staff"
        user.save()
        client.login(username=who, password=PASSWORD)
    response = client.post(url, {"content": "x", "image": SimpleUploadedFile("a.png", picture(), "image/png")})
    assert response.status_code == 403
    assert len(response.content) < 100
    assert files(settings) == []


def test_preview_is_what_readers_will_see(editor):
    from editorial.markdown import markdownify

    text = "## Title\n\n<script>alert(1)</script> [x](javascript:alert(1)) **bold**"
    assert editor.post(PREVIEW, {"content": text}).content.decode() == markdownify(text)


def test_preview_of_nothing_or_too_much_is_answered(editor):
    assert editor.post(PREVIEW).status_code == 200
    assert b"too long" in editor.post(PREVIEW, {"content": "x" * 200_001}).content


def test_markdownx_own_addresses_are_not_there(client):
    assert client.post("/markdownx/upload/").status_code == 404
    assert client.post("/markdownx/markdownify/", {"content": "x"}).status_code == 404
