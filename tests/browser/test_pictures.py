"""Pictures in a text, in the real admin: by button, keyboard, drop and from the library, on a desk and on a phone."""

import base64
import io

from PIL import Image
from playwright.sync_api import expect

ADD = "/admin/articles/article/add/"


def photo(kind: str = "JPEG", color: str = "teal", size: tuple[int, int] = (1600, 1200)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, color).save(out, kind)
    return out.getvalue()


def file(name: str, content: bytes) -> dict:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def chooser(page, field):
    """What the Enter key opens on a field for files. That it is waited for, and the key, reach the page by different
    ways: the focus, which goes by the first of them and is waited for, keeps their order."""
    with page.expect_file_chooser() as chosen:
        field.focus()
        page.keyboard.press("Enter")
    return chosen.value


def test_picture_is_added_by_keyboard_described_and_used_again(look):
    staff = look(390, staff=True)
    staff.open(ADD)
    page, body = staff.page, staff.page.locator("#id_body")
    tools, said = page.locator(".field-body .text-tools"), page.locator(".field-body .text-said")
    body.fill("Before.\nAfter.")
    body.evaluate("box => box.setSelectionRange(7, 7)")
    chooser(page, tools.locator("[data-add-picture]")).set_files(
        [file("wrong.gif", b"GIF89a"), file("right.jpg", photo())]
    )
    said.get_by_text("The picture is in the text.").wait_for()
    assert "wrong.gif was not added. It is a GIF" in said.inner_text()
    assert said.get_attribute("role") == "status"
    assert body.evaluate("box => document.activeElement === box")
    page.keyboard.type("Steam over a cup")
    before, line, after = body.input_value().split("\n\n", 1)[0], *body.input_value().split("\n\n", 1)[1].split("\n", 1)
    assert before == "Before." and after.strip() == "After."
    assert line.startswith("![Steam over a cup](/media/pictures/") and "GIF" not in body.input_value()
    shown = page.locator(".field-body .markdownx-preview picture img")
    shown.wait_for(state="attached")
    assert (shown.get_attribute("width"), shown.get_attribute("loading")) == ("1200", "lazy")

    body.evaluate("box => box.setSelectionRange(0, 0)")
    tools.get_by_role("link", name="Pick a picture").click()
    picker = page.get_by_role("dialog", name="Pick a picture")
    picker.get_by_role("button", name="Picture without a description").first.wait_for()
    picker.get_by_label("Search what they show").fill("no such thing")
    picker.get_by_text("No picture found.").wait_for()
    picker.get_by_label("Search what they show").fill("")
    picker.get_by_role("button", name="Picture without a description").first.focus()
    page.keyboard.press("Enter")
    said.get_by_text("The picture is in the text.", exact=True).wait_for()
    assert body.input_value().startswith("![Describe this picture](/media/pictures/")
    assert staff.fits()
    refused = "Failed to load resource: the server responded with a status of 400 (Bad Request)"
    assert [each for each in staff.complaints if each != refused] == []


def test_pictures_that_are_dropped_arrive_once_and_each_on_its_own_line(staff):
    staff.open(ADD)
    body = staff.page.locator("#id_body")
    body.fill("Sleep breaks.")
    body.evaluate("box => box.setSelectionRange(0, 0)")
    body.evaluate(
        """(box, content) => {
        const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
        const dataTransfer = new DataTransfer();
        for (const name of ["a.png", "b.png"]) dataTransfer.items.add(new File([bytes], name, { type: "image/png" }));
        box.dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer }));
        }""",
        base64.b64encode(photo("PNG", "olive", (60, 40))).decode(),
    )
    staff.page.locator(".field-body .text-said", has_text="in the text").wait_for()
    first, second, text = body.input_value().split("\n\n")
    assert first.startswith("![Describe this picture](/") and second.startswith("![Describe this picture](/")
    assert text == "Sleep breaks."
    assert staff.complaints == []


def test_library_adds_a_picture_without_a_script_and_shows_the_line_for_texts(look):
    staff = look(390, staff=True, java_script_enabled=False)
    staff.open("/admin/editorial/picture/add/")
    page = staff.page
    page.set_input_files("#id_file", file("a.png", photo("PNG", "navy", (900, 600))))
    page.fill("#id_alt", "A blue wall.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".field-line code")).to_contain_text("![A blue wall.](/media/pictures/")
    expect(page.locator(".field-used_in")).to_contain_text("No text.")
    staff.open("/admin/editorial/picture/?q=blue")
    assert page.locator("#result_list img.thumbnail").count() == 1
    assert page.locator("#result_list code").first.inner_text().startswith("![A blue wall.]")
