"""The process that opens strangers' pictures: little memory, no file, no key; any kind of picture comes out plain."""

import io
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from callbacks import copies, redraw
from callbacks.copies import CannotClean
from callbacks.uploads import Kind
from editorial import images
from tests.callbacks.test_copies import heic, jpeg, keep, photo, read

pytestmark = pytest.mark.django_db

SOURCE = Path(redraw.__file__).read_text()


def picture(image: Image.Image, file_format: str, **options) -> bytes:
    out = io.BytesIO()
    image.save(out, file_format, **options)
    return out.getvalue()


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
    made = Image.open(io.BytesIO(read(copies.for_staff(keep(picture(image, file_format), Kind[file_format])))))
    assert made.mode == mode
    assert max(made.size) <= redraw.MAX_SIDE
    if image.mode == "I;16":
        assert made.getpixel((0, 0)) == 40_000 // 256
    else:
        looked, looks = (one.convert("RGB").getpixel((0, 0)) for one in (image, made))
        assert all(abs(a - b) < 40 for a, b in zip(looked, looks, strict=True))


@pytest.mark.parametrize(("file_format", "kind"), [("PNG", Kind.PNG), ("MPO", Kind.JPEG)])
def test_several_pictures_in_one_file_come_out_as_the_first(file_format, kind):
    blue = Image.new("RGB", (60, 40), (0, 0, 255))
    data = picture(photo(), file_format, save_all=True, append_images=[blue])
    made = Image.open(io.BytesIO(read(copies.for_staff(keep(data, kind)))))
    assert (getattr(made, "n_frames", 1), made.format) == (1, kind.name)
    red, _, blue = made.getpixel((0, 0))
    assert red > 200 and blue < 50


def test_large_photo_is_made_smaller_and_not_distorted():
    made = Image.open(io.BytesIO(read(copies.for_staff(keep(picture(photo(8000, 6000), "JPEG"), Kind.JPEG)))))
    assert made.size == (4000, 3000)


@pytest.mark.parametrize(("file_format", "kind"), [("JPEG", "jpg"), ("PNG", "png")])
def test_largest_picture_takes_less_than_600_mb(tmp_path, file_format, kind):
    options = {"progressive": True, "subsampling": 0} if file_format == "JPEG" else {"compress_level": 1}
    (tmp_path / "large").write_bytes(picture(photo(7071, 7071), file_format, **options))
    # Asked of a small process between: what a process measures begins with what its parent held.
    asked = (
        "import resource, subprocess, sys\n"
        "subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)\n"
    )
    command = [sys.executable, "-c", asked, sys.executable, "-IB", redraw.__file__, kind]
    with (tmp_path / "large").open("rb") as file:
        kilobytes = int(subprocess.run(command, stdin=file, capture_output=True, check=True).stdout)
    assert kilobytes < 600 * 1024


def test_process_that_runs_out_of_memory_says_so_and_costs_nothing_else(tmp_path, monkeypatch):
    script = tmp_path / "redraw.py"
    script.write_text(SOURCE.replace("MAX_MEMORY = 1024**3", "MAX_MEMORY = 200 * 1024**2"))
    monkeypatch.setattr(copies, "_SCRIPT", script)
    data = picture(photo(7000, 7000), "PNG")
    with pytest.raises(CannotClean, match="more memory than we can give it"):
        copies.for_staff(keep(data, Kind.PNG))


@pytest.mark.parametrize(
    "crash", ["os.kill(os.getpid(), signal.SIGSEGV)", "sys.exit(1)", "os._exit(77)", "raise ZeroDivisionError"]
)
def test_decoder_that_crashes_takes_nothing_with_it_and_is_logged(tmp_path, monkeypatch, caplog, crash):
    script = tmp_path / "redraw.py"
    script.write_text(f"import os, signal, sys\n{crash}\n")
    monkeypatch.setattr(copies, "_SCRIPT", script)
    with pytest.raises(CannotClean, match="damaged or cut off"):
        copies.for_staff(keep(jpeg(), Kind.JPEG))
    assert "draws a picture anew ended with" in caplog.text


def test_picture_that_takes_too_long_is_given_up(tmp_path, monkeypatch):
    script = tmp_path / "redraw.py"
    script.write_text("import time\ntime.sleep(60)\n")
    monkeypatch.setattr(copies, "_SCRIPT", script)
    monkeypatch.setattr(copies, "LIMIT", 0.5)
    with pytest.raises(CannotClean, match="takes too long"):
        copies.for_staff(keep(jpeg(), Kind.JPEG))


def test_process_has_no_key_and_can_write_no_file(tmp_path, monkeypatch):
    """It is started with the limits that redraw.py sets for itself, and told nothing of our environment."""
    monkeypatch.setenv("VAULT_KEYS", "1:secret")
    script = tmp_path / "redraw.py"
    source = SOURCE
    trial = (
        "def redraw(data, file_format):\n"
        "    import os\n"
        "    try:\n"
        f"        open({str(tmp_path / 'plain')!r}, 'wb', 0).write(b'plain')\n"
        "    except OSError as error:\n"
        "        return repr((error.errno, sorted(os.environ))).encode()\n"
        "    return b'written'\n\n\n"
    )
    script.write_text(source.replace('if __name__ == "__main__"', f'{trial}if __name__ == "__main__"'))
    monkeypatch.setattr(copies, "_SCRIPT", script)
    number, names = eval(read(copies.for_staff(keep(jpeg(), Kind.JPEG))))
    assert number == 27  # EFBIG: larger than a file may be
    assert set(names) <= {"MALLOC_ARENA_MAX", "LC_CTYPE"}
    assert (tmp_path / "plain").read_bytes() == b""


def test_pictures_are_opened_one_at_a_time(monkeypatch):
    attachment = keep(jpeg(), Kind.JPEG)
    running, most, redraw_one = [], [], copies._redraw

    def counted(data, kind):
        running.append(1)
        most.append(len(running))
        try:
            return redraw_one(data, kind)
        finally:
            running.pop()

    monkeypatch.setattr(copies, "_redraw", counted)
    threads = [threading.Thread(target=copies.clean_copy, args=[attachment.object_name, Kind.JPEG]) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1, 1, 1]


def test_picture_that_waits_too_long_for_its_turn_says_when_to_try_again(monkeypatch):
    attachment = keep(jpeg(), Kind.JPEG)
    monkeypatch.setattr(copies, "LIMIT", 0.1)
    with copies._one_at_a_time, pytest.raises(CannotClean, match="Try again in a minute"):
        copies.for_staff(attachment)


def test_editors_still_cannot_add_a_heic():
    copies.for_staff(keep(heic(), Kind.HEIC))
    with pytest.raises(ValidationError, match="Add a JPEG, PNG or WebP picture"):
        images.store(SimpleUploadedFile("photo.jpg", heic()))
