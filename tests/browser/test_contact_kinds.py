"""A file of a kind that is not taken is refused before it is sent, and no other is."""

import pytest
from playwright.sync_api import expect

from tests.browser.asking import card, done, fill, is_chosen, open_parts, photo, press, requests_kept


@pytest.mark.parametrize(
    ("name", "size", "words"),
    [
        ("large.pdf", 32 * 1024 * 1024, "It is larger than 32 MB."),
        ("film.mov", 10, "It is not a PDF, JPEG, PNG, HEIC, WebP or AVIF file."),
        ("letter.docx", 10, "It is not a PDF, JPEG, PNG, HEIC, WebP or AVIF file."),
        ("picture.gif", 10, "It is not a PDF, JPEG, PNG, HEIC, WebP or AVIF file."),
    ],
)
def test_file_that_would_be_refused_is_refused_before_it_is_sent(person, tmp_path, name, size, words):
    page = person.page
    open_parts(page)
    card(page).set_input_files(photo(tmp_path, size, name))
    expect(page.get_by_role("alert").first).to_contain_text(words)
    assert not is_chosen(page)
    card(page).set_input_files(photo(tmp_path))
    expect(page.get_by_role("alert").first).to_have_text("")
    assert is_chosen(page)
    assert person.sent == [] and person.complaints == []


@pytest.mark.parametrize(
    "name", ["card.pdf", "card.JPG", "card.jpeg", "card.png", "IMG_1.HEIC", "IMG_2.heif", "a.webp", "b.avif", "image"]
)
def test_file_that_would_be_taken_is_not_complained_about(look, tmp_path, name):
    person = look()
    person.open("/contact/")
    open_parts(person.page)
    card(person.page).set_input_files(photo(tmp_path, 0, name))
    assert is_chosen(person.page)
    assert person.page.get_by_role("alert").first.inner_text() == ""


def test_file_that_only_looks_right_is_refused_by_the_server_and_the_call_is_kept(person, site, tmp_path):
    page, before = person.page, requests_kept(site)
    (fake := tmp_path / "card.png").write_bytes(b"GIF89a" + bytes(2000))
    fill(page)
    card(page).set_input_files(fake)
    press(page)
    expect(page.get_by_role("status")).to_contain_text(
        "Photo of your insurance card: front. It is one of the kinds we do not take"
    )
    page.get_by_role("button", name="Go on without it").click()
    assert "It did not go through." in done(page)
    assert requests_kept(site) == before + 1
