"""Pictures for articles: only for editors, only pixels, and never an error page."""

import io
import struct
from functools import partial

import pillow_heif
import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from editorial.models import Picture
from tests import state
from tests.factories import PASSWORD, make_staff
from tests.served import free_port

pytestmark = pytest.mark.django_db
pillow_heif.register_heif_opener()
URL, PREVIEW = "/admin/markdownx/upload/", "/admin/markdownx/preview/"


def picture(kind="PNG", size=(40, 20), mode="RGB", **options) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, "red").save(out, kind, **options)
    return out.getvalue()


@pytest.fixture
def editor(client):
    client.force_login(make_staff(permissions=("articles.change_article",)))
    return client


def upload(client, content: bytes, name="a.png", kind="image/png"):
    return client.post(URL, {"image": SimpleUploadedFile(name, content, kind)})


def files(settings) -> list:
    return [path for path in state.folder_of(storages["default"]).rglob("*") if path.is_file()]


def sizes(settings) -> dict[str, tuple[int, int]]:
    """The stored files' sizes in pixels, by what their names end in: a width, or nothing for the file of texts."""
    found = {}
    for path in files(settings):
        with Image.open(path) as stored:
            assert not stored.getexif() and "icc_profile" not in stored.info and stored.mode == "RGB"
            found[path.name[32:]] = stored.size
    return found


def pixel(settings) -> tuple[int, ...]:
    """The middle of the picture as stored."""
    path = next(path for path in files(settings) if path.suffix == ".jpg")
    with Image.open(path) as stored:
        return stored.getpixel((stored.width // 2, stored.height // 2))


def test_picture_is_stored_under_a_generated_name_and_served(editor, settings):
    code = upload(editor, picture(), name="../../evil.html", kind="image/gif").json()["image_code"]
    path = code.split("(")[1].rstrip(")")
    assert code.startswith("![Describe this picture](/media/pictures/") and path.endswith(".jpg")
    for address, start, kind in (
        (path, b"\xff\xd8", "image/jpeg"),
        (path.replace(".jpg", "-40.webp"), b"RIFF", "image/webp"),
    ):
        response = editor.get(address)
        assert b"".join(response).startswith(start) and response["Content-Type"] == kind
        response.close()
        assert "sandbox" in response["Content-Security-Policy"]
        assert "immutable" in response["Cache-Control"]
    row = Picture.objects.get()
    assert (row.path, row.width, row.height, row.by.username) == (path, 40, 20, "editor")


def test_photo_of_48_megapixels_becomes_small_upright_copies_of_120_kb_at_most(editor, settings):
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[1] = "N"
    # So much noise that no quality is small enough at the full width, and one is at three quarters.
    photo = Image.merge("RGB", [Image.radial_gradient("L"), *[Image.effect_noise((256, 256), 30)] * 2]).resize(
        (8064, 6048)
    )
    out = io.BytesIO()
    photo.save(out, "JPEG", exif=exif.tobytes(), comment=b"taken at home", quality=60)
    assert upload(editor, out.getvalue() + b"<script>PK", name="p.jpg").status_code == 200
    found = sizes(settings)
    row = Picture.objects.get()
    assert row.height > row.width and row.width < 1200 and found[f"-{row.width}.webp"] == (row.width, row.height)
    assert len(found) == len(row.widths) + 1 >= 3 and min(row.widths) == 480
    for path in files(settings):
        stored = path.read_bytes()
        assert len(stored) <= 120_000 and b"taken at home" not in stored and b"<script>" not in stored


def _display_p3() -> bytes:
    """A profile of Display P3's primaries, with a gamma of 2.2 (ICC.1:2022, matrix and curves)."""

    def numbers(*values: float) -> bytes:
        return struct.pack(f">{len(values)}i", *(round(value * 65536) for value in values))

    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, round(2.2 * 256)) + bytes(2)
    points = {b"rXYZ": (0.5151, 0.2412, -0.0011), b"gXYZ": (0.292, 0.6922, 0.0419), b"bXYZ": (0.1571, 0.0666, 0.7841)}
    points[b"wtpt"] = (0.9642, 1.0, 0.8249)
    tags = {name: b"XYZ " + bytes(4) + numbers(*values) for name, values in points.items()}
    tags |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)
    table, data, start = struct.pack(">I", len(tags)), b"", 132 + 12 * len(tags)
    for name, content in tags.items():
        table += name + struct.pack(">II", start + len(data), len(content))
        data += content
    head = struct.pack(">I4sI4s4s4s", 132 + len(table) - 4 + len(data), b"lcms", 0x02100000, b"mntr", b"RGB ", b"XYZ ")
    head += struct.pack(">6H4s", 2026, 1, 1, 0, 0, 0, b"acsp") + bytes(28) + numbers(0.9642, 1.0, 0.8249)
    return head.ljust(128, b"\0") + table + data


def _as(kind: str, mode: str, color: object, **options: object) -> bytes:
    out = io.BytesIO()
    Image.new(mode, (60, 40), color).save(out, kind, **options)
    return out.getvalue()


KINDS = {
    "sixteen bits": (_as("PNG", "I;16", 20_000), (78, 78, 78)),
    "display p3": (_as("PNG", "RGB", (200, 60, 60), icc_profile=_display_p3()), (219, 37, 49)),
    "a profile that is none": (_as("JPEG", "RGB", (200, 60, 60), icc_profile=b"a profile"), (200, 60, 60)),
    "print colors": (_as("JPEG", "CMYK", (0, 255, 255, 0)), (254, 0, 0)),
    "gray": (_as("JPEG", "L", 90), (90, 90, 90)),
    "palette": (_as("PNG", "P", 0), (0, 0, 0)),
    "see-through": (_as("WEBP", "RGBA", (0, 0, 0, 0)), (255, 255, 255)),
    "an iPhone's": (_as("HEIF", "RGB", (10, 120, 200), quality=90), (10, 120, 200)),
}


@pytest.mark.any_backend
@pytest.mark.parametrize("name", KINDS)
def test_picture_of_any_usual_kind_comes_out_in_its_colors(editor, settings, name):
    content, color = KINDS[name]
    assert upload(editor, content).status_code == 200
    assert max(abs(a - b) for a, b in zip(pixel(settings), color, strict=True)) <= 4, pixel(settings)


def _moving(kind: str) -> bytes:
    frames = [Image.new("RGB", (9, 9), color) for color in ("red", "blue")]
    out = io.BytesIO()
    frames[0].save(out, kind, save_all=True, append_images=frames[1:])
    return out.getvalue()


SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
REFUSED = {
    "svg": (SVG, "SVG"),
    "svg in utf-16": (SVG.decode().encode("utf-16"), "Add a JPEG"),
    "html": (b"<!doctype html><script>alert(1)</script>", "Add a JPEG"),
    "gif": (picture("GIF", mode="P"), "GIF"),
    "tiff": (picture("TIFF"), "TIFF"),
    "bmp": (picture("BMP"), "BMP"),
    "avif": (b"\0\0\0\x20ftypavif" + bytes(40), "AVIF"),
    "pdf": (b"%PDF-1.7\n", "PDF"),
    "video": (b"\0\0\0\x14ftypqt  " + bytes(40), "video"),
    "moving png": (_moving("PNG"), "stay still"),
    "moving webp": (_moving("WEBP"), "stay still"),
    "nothing": (b"", "Add a JPEG"),
    "text": (b"hello", "Add a JPEG"),
    "cut off": (picture("JPEG", size=(400, 400))[:300], "cut off"),
    "a strip": (partial(picture, size=(1, 60_000)), "strip of 1 by 60000"),
    "too many pixels": (partial(picture, size=(9000, 6000), mode="1"), "54 megapixels. One may have 50"),
    "a bomb": (partial(picture, size=(14_000, 13_500), mode="1"), "189 megapixels"),
    "too many that are transparent": (partial(picture, size=(6000, 5000), mode="LA"), "transparent may have 25"),
    "too large": (lambda: picture() + bytes(30 * 1024 * 1024), "larger than 30 MB"),
    "far too large": (lambda: picture() + bytes(32 * 1024 * 1024), "larger than 30 MB"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_picture_gets_its_own_reason_and_leaves_nothing(editor, settings, name):
    content, reason = REFUSED[name]
    response = upload(editor, content() if callable(content) else content)
    assert response.status_code == 400
    assert reason in response.json()["why"]
    assert files(settings) == [] and not Picture.objects.exists()


@pytest.fixture
def store_away(settings) -> None:
    """Pictures are in an S3 store that does not answer."""
    options = {"endpoint_url": f"http://127.0.0.1:{free_port()}", "region_name": "us-east-1", "bucket_name": "pictures"}
    options |= {"access_key": "tests", "secret_key": "tests-secret", "location": "media"}
    settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": "storage.s3.S3Storage", "OPTIONS": options}}


def test_picture_during_a_store_outage_is_reported_and_not_cached(client, store_away):
    response = client.get(f"/media/pictures/{'a' * 32}.png")
    assert response.status_code == 503 and response["Content-Type"] == "text/plain"
    assert response["Cache-Control"] == "no-store" and b"Try again in a few minutes." in response.content


def test_picture_that_is_not_there_is_not_found(client):
    for name in (f"pictures/{'a' * 32}.png", "pictures/other.png", "../db.sqlite3"):
        response = client.get(f"/media/{name}")
        assert response.status_code == 404 and "Cache-Control" not in response.headers


def test_editor_is_told_that_the_store_does_not_take_a_picture(editor, store_away):
    response = upload(editor, picture())
    assert response.status_code == 503
    assert "storage is not available" in response.json()["why"]
    assert not Picture.objects.exists()


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
    from editorial.text.markdown import markdownify

    text = "## Title\n\n<script>alert(1)</script> [x](javascript:alert(1)) **bold**"
    assert editor.post(PREVIEW, {"content": text}).content.decode() == markdownify(text)


def test_preview_of_nothing_or_too_much_is_answered(editor):
    assert editor.post(PREVIEW).status_code == 200
    assert b"too long" in editor.post(PREVIEW, {"content": "x" * 200_001}).content


def test_markdownx_own_addresses_are_not_there(client):
    assert client.post("/markdownx/upload/").status_code == 404
    assert client.post("/markdownx/markdownify/", {"content": "x"}).status_code == 404
