"""Pictures drawn again: any kind comes out plain, and as far as it goes, within a fixed amount of memory and time."""

import io
import shutil
import subprocess
import sys

import pytest
from PIL import Image

from callbacks.files import clean_copies, sandbox
from callbacks.files.clean_copies import CannotClean
from callbacks.files.sandbox import pictures
from callbacks.values.upload_rules import Kind
from tests.callbacks.test_copies import jpeg, keep, photo, read

pytestmark = [pytest.mark.django_db, pytest.mark.any_backend]


def picture(image: Image.Image, file_format: str, **options) -> bytes:
    out = io.BytesIO()
    image.save(out, file_format, **options)
    return out.getvalue()


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A copy of the sandbox that a test may change."""
    shutil.copytree(sandbox.FOLDER, tmp_path / "sandbox")
    monkeypatch.setattr(sandbox, "FOLDER", tmp_path / "sandbox")
    return tmp_path / "sandbox"


@pytest.mark.parametrize(
    ("image", "file_format", "mode"),
    [
        (photo(), "PNG", "RGB"),
        (photo().convert("P"), "PNG", "RGB"),
        (photo().convert("1"), "PNG", "L"),
        (photo().convert("RGBA"), "PNG", "RGBA"),
        (photo().convert("LA"), "PNG", "RGBA"),
        (Image.new("I;16", (60, 40), 40_000), "PNG", "L"),
        (photo().convert("L"), "JPEG", "L"),
        (photo().convert("CMYK"), "JPEG", "RGB"),
        (photo(20_000, 1), "PNG", "RGB"),
        (photo(1, 1), "JPEG", "RGB"),
    ],
)
def test_each_mode_comes_out_as_one_that_a_browser_shows(image, file_format, mode):
    made = Image.open(io.BytesIO(read(clean_copies.for_staff(keep(picture(image, file_format), Kind[file_format])))))
    assert made.mode == mode
    assert max(made.size) <= pictures.MAX_SIDE
    if image.mode == "I;16":
        assert made.getpixel((0, 0)) == 40_000 // 256
    else:
        looked, looks = (one.convert("RGB").getpixel((0, 0)) for one in (image, made))
        assert all(abs(a - b) < 40 for a, b in zip(looked, looks, strict=True))


@pytest.mark.parametrize(("file_format", "kind"), [("PNG", Kind.PNG), ("MPO", Kind.JPEG)])
def test_several_pictures_in_one_file_come_out_as_the_first(file_format, kind):
    blue = Image.new("RGB", (60, 40), (0, 0, 255))
    data = picture(photo(), file_format, save_all=True, append_images=[blue])
    made = Image.open(io.BytesIO(read(clean_copies.for_staff(keep(data, kind)))))
    assert (getattr(made, "n_frames", 1), made.format) == (1, kind.name)
    red, _, blue = made.getpixel((0, 0))
    assert red > 200 and blue < 50


def test_large_photo_is_made_smaller_and_not_distorted():
    made = Image.open(io.BytesIO(read(clean_copies.for_staff(keep(picture(photo(8000, 6000), "JPEG"), Kind.JPEG)))))
    assert made.size == (4000, 3000)


def test_largest_picture_is_drawn_in_less_than_900_mb():
    """A page in A3 at 600 dpi has 70 million pixels; these have 119 million."""
    # Asked of a small process between: what a process measures begins with what its parent held.
    asked = (
        "import resource, subprocess, sys\n"
        "subprocess.run(sys.argv[1:], check=True)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)\n"
    )
    side, strip = 10_900, 16
    claimed, drawn = ((height << 16 | side).to_bytes(4) for height in (side, strip))
    jpeg_strip = picture(photo(side, strip), "JPEG", progressive=True, subsampling=0)
    files = {
        # libjpeg holds all that a progressive picture claims to have, and draws it: the rest is gray.
        "jpg": jpeg_strip.replace(drawn, claimed),
        "png": picture(photo(side, side), "PNG", compress_level=1),
    }
    for kind, content in files.items():
        command = [sys.executable, "-c", asked, sys.executable, "-IB", str(sandbox.FOLDER), "reencode", kind]
        done = subprocess.run(command, input=content, capture_output=True, check=True)
        assert int(done.stderr) < 900 * 1024, kind  # KB
        assert max(Image.open(io.BytesIO(done.stdout.partition(b"\n")[2])).size) == pictures.MAX_SIDE


def test_process_out_of_memory_is_reported_and_harms_nothing_else(place):
    source = (place / "fence.py").read_text()
    (place / "fence.py").write_text(source.replace("MAX_MEMORY = 1024**3", "MAX_MEMORY = 200 * 1024**2"))
    with pytest.raises(CannotClean, match="more memory than we can give it"):
        clean_copies.for_staff(keep(picture(photo(7000, 7000), "PNG", compress_level=1), Kind.PNG))


@pytest.mark.parametrize(
    "crash", ["os.kill(os.getpid(), signal.SIGSEGV)", "sys.exit(1)", "os._exit(77)", "raise ZeroDivisionError"]
)
def test_crashing_decoder_is_contained_and_logged(place, caplog, crash):
    (place / "__main__.py").write_text(f"import os, signal, sys\n{crash}\n")
    with pytest.raises(CannotClean, match="damaged or cut off"):
        clean_copies.for_staff(keep(jpeg(), Kind.JPEG))
    assert "crashed its decoder, which ended with" in caplog.text


def test_picture_that_decodes_too_slowly_is_abandoned(place, monkeypatch):
    (place / "__main__.py").write_text("import time\ntime.sleep(60)\n")
    monkeypatch.setattr(clean_copies, "TIMEOUT_SECONDS", 0.5)
    with pytest.raises(CannotClean, match="takes too long"):
        clean_copies.for_staff(keep(jpeg(), Kind.JPEG))


def test_answer_without_an_end_is_cut_off(place, monkeypatch):
    monkeypatch.setattr(sandbox, "MAX_OUTPUT", 100_000)
    (place / "__main__.py").write_text("import os\nwhile True:\n    os.write(1, bytes(65536))\n")
    with pytest.raises(CannotClean):
        clean_copies.for_staff(keep(jpeg(), Kind.JPEG))


def test_picture_that_comes_while_another_is_drawn_waits_for_nothing():
    attachment = keep(jpeg(), Kind.JPEG)
    with clean_copies._lock, pytest.raises(clean_copies.Busy):
        clean_copies.for_staff(attachment)
    assert read(clean_copies.for_staff(attachment))


NOISE = Image.effect_noise((800, 600), 90).convert("RGB")


@pytest.mark.parametrize(
    ("file_format", "options", "cuts"),
    [
        ("JPEG", {}, [1, 2, 100, 0.5]),
        ("JPEG", {"progressive": True}, [1, 0.5]),
        ("PNG", {}, [1, 100, 0.5]),
        ("MPO", {}, [1, 0.5]),
    ],
)
def test_picture_that_lacks_its_end_is_drawn_as_far_as_it_goes_and_marked(file_format, options, cuts):
    """Pillow #889, django-imagekit #371, udata #1739: a photo without its last byte could not be opened."""
    whole = picture(NOISE, file_format, **options)
    for cut in cuts:
        data = whole[: -cut if cut >= 1 else round(-cut * len(whole))]
        attachment = keep(data, Kind.PNG if file_format == "PNG" else Kind.JPEG)
        made = Image.open(io.BytesIO(read(clean_copies.for_staff(attachment))))
        assert made.size == NOISE.size
        darkest, lightest = made.convert("L").crop((0, 0, 800, 200)).getextrema()
        assert darkest < 60 and lightest > 200
        if cut == 0.5 and not options:
            assert attachment.found == "cut"
        elif file_format != "PNG" or cut >= 100:
            assert attachment.found in {"end", "cut"}, cut
        attachment.request.delete()


@pytest.mark.parametrize(("file_format", "kind"), [("WEBP", Kind.WEBP), ("AVIF", Kind.AVIF)])
def test_pictures_of_newer_phones_come_out_as_jpeg(file_format, kind):
    copy = clean_copies.for_staff(keep(picture(photo(), file_format), kind))
    made = Image.open(io.BytesIO(read(copy)))
    assert (made.format, made.size, copy.name[-4:]) == ("JPEG", (60, 40), ".jpg")
    assert made.getpixel((5, 5))[0] > 200
