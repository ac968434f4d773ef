"""Asking for a call, as somebody on a phone does it."""

import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

PNG = b"\x89PNG\r\n\x1a\n" + bytes(2000)
LIMIT = 32 * 1024 * 1024


@pytest.fixture
def person(visit):
    """A phone with scripts turned off: all of it must work without."""
    visitor = visit(360, java_script_enabled=False)
    visitor.open("/contact/")
    return visitor


def fill(page, name: str = "Sam", phone: str = "(212) 555-0123") -> None:
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Your phone number").fill(phone)


def send(page) -> None:
    with page.expect_navigation(timeout=60_000):
        page.get_by_role("button", name="Ask for a call").click()


def requests_kept(site) -> int:
    command = "from callbacks.models import CallbackRequest as C; print(C.objects.count())"
    return int(site.manage("shell", "--no-imports", "--command", command).split()[-1])


def test_request_with_a_photo_is_confirmed_once_and_for_all(person, site, tmp_path):
    page, before = person.page, requests_kept(site)
    (photo := tmp_path / "card.txt").write_bytes(PNG)
    fill(page)
    page.get_by_label("Morning").check()
    page.get_by_label("First file").set_input_files(photo)
    send(page)
    text = page.locator("main").inner_text()
    assert page.locator("h1").inner_text() == "We have your request"
    reference = re.search(r"\b[0-9A-Z]{3}-[0-9A-Z]{3}\b", text)[0]
    assert "We have it: PNG" in text
    assert "Sam" not in text and "555" not in text.replace("866-512-1908", "")
    page.reload()
    assert reference in page.locator("main").inner_text()
    assert requests_kept(site) == before + 1
    assert person.context.cookies() == []


def test_form_filled_badly_keeps_what_was_typed_and_leads_to_the_mistake(visit):
    visitor = visit(360)
    visitor.open("/contact/")
    page = visitor.page
    fill(page, name="Sam Ó Súilleabháin", phone="12")
    page.get_by_label("Anything we need to know?").fill("After <b>three</b>, please")
    send(page)
    assert page.title().startswith("Error: ")
    assert page.evaluate("document.activeElement.className") == "error-summary"
    assert page.get_by_label("Your name").input_value() == "Sam Ó Súilleabháin"
    assert page.get_by_label("Anything we need to know?").input_value() == "After <b>three</b>, please"
    page.locator(".error-summary a").first.click()
    assert page.evaluate("document.activeElement.name") == "phone"
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


def test_file_too_large_costs_the_file_not_the_call(person, site, tmp_path):
    page, before = person.page, requests_kept(site)
    with (large := tmp_path / "large.pdf").open("wb") as file:
        file.write(b"%PDF-1.7\n")
        file.truncate(LIMIT + 1)
    fill(page)
    page.get_by_label("Second file").set_input_files(large)
    send(page)
    text = page.locator("main").inner_text()
    assert page.locator("h1").inner_text() == "We have your request"
    assert "It is larger than 32 MB" in text
    assert requests_kept(site) == before + 1

    with large.open("r+b") as file:
        file.truncate(LIMIT)
    page.get_by_label("Second file").set_input_files(large)
    with page.expect_navigation(timeout=60_000):
        page.get_by_role("button", name="Send the file").click()
    assert "We have it: PDF, 32.0 MB" in page.locator("main").inner_text().replace("\xa0", " ")


def test_double_tap_makes_one_request(person, site):
    page, before = person.page, requests_kept(site)
    fill(page)
    with page.expect_navigation():
        page.get_by_role("button", name="Ask for a call").dblclick(no_wait_after=True)
    page.wait_for_url("**/contact/sent/**")
    assert requests_kept(site) == before + 1


def test_two_people_with_the_same_name_and_number_make_two_requests(person, site):
    page, before = person.page, requests_kept(site)
    for _ in range(2):
        person.open("/contact/")
        fill(page)
        send(page)
    assert requests_kept(site) == before + 2


def test_staff_read_the_request_and_download_the_very_bytes(person, visit, tmp_path):
    page = person.page
    (photo := tmp_path / "card.png").write_bytes(PNG)
    fill(page, name="Robin <script>alert(1)</script>")
    page.get_by_label("First file").set_input_files(photo)
    send(page)
    reference = re.search(r"\b[0-9A-Z]{3}-[0-9A-Z]{3}\b", page.locator("main").inner_text())[0]
    staff = visit(1280)
    staff.sign_in()
    staff.open("/admin/callbacks/callbackrequest/")
    staff.page.get_by_role("link", name=reference).click()
    staff.page.get_by_role("button", name="Claim it").click()
    staff.page.get_by_role("button", name="Show the number").click()
    staff.page.get_by_role("link", name="+1 212-555-0123").wait_for()
    content = staff.page.locator("#content").inner_text()
    assert "Robin <script>alert(1)</script>" in content and "+1 212-555-0123" in content
    with staff.page.expect_download() as download:
        staff.page.get_by_role("link", name=re.compile("Original")).click()
    assert Path(download.value.path()).read_bytes() == PNG
    assert download.value.suggested_filename == f"request-{reference}-1.png"
    assert staff.complaints == []


def test_file_too_large_is_said_before_it_is_sent_where_scripts_run(visit, tmp_path):
    with (large := tmp_path / "large.pdf").open("wb") as file:
        file.truncate(LIMIT + 1)
    (small := tmp_path / "small.png").write_bytes(PNG)
    visitor = visit(360)
    visitor.open("/contact/")
    page = visitor.page
    page.get_by_label("First file").set_input_files(large)
    assert page.get_by_role("alert").first.inner_text().startswith("It is larger than 32 MB.")
    assert page.evaluate("document.querySelector('#id_file_1').files.length") == 0
    page.get_by_label("First file").set_input_files(small)
    assert page.get_by_role("alert").first.inner_text() == ""
    assert visitor.complaints == []


@pytest.mark.parametrize("megabytes", [130, 200])
def test_video_far_too_large_costs_the_file_not_the_call(person, site, tmp_path, megabytes):
    page, before = person.page, requests_kept(site)
    with (video := tmp_path / "video.mov").open("wb") as file:
        file.truncate(megabytes * 1024 * 1024)
    fill(page)
    page.get_by_label("First file").set_input_files(video)
    send(page)
    assert page.locator("h1").inner_text() == "We have your request"
    assert "Not taken." in page.locator("main").inner_text()
    assert requests_kept(site) == before + 1
