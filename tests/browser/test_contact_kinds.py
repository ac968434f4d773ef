"""A file of a kind that is not taken is refused before it is sent, and no other is."""

from playwright.sync_api import expect

from tests.browser.asking import card, done, fill, is_chosen, open_parts, photo, press, requests_kept

NOT_TAKEN = "It is not a PDF, JPEG, PNG, HEIC, WebP or AVIF file."
REFUSED = [
    ("large.pdf", 32 * 1024 * 1024, "It is larger than 32 MB."),
    *((name, 10, NOT_TAKEN) for name in ("film.mov", "letter.docx", "picture.gif")),
]
TAKEN = "card.pdf card.JPG card.jpeg card.png IMG_1.HEIC IMG_2.heif a.webp b.avif image".split()


def test_file_is_refused_before_it_is_sent_where_the_server_would_refuse_it(person, tmp_path):
    page = person.page
    open_parts(page)
    for name, size, words in REFUSED:
        card(page).set_input_files(photo(tmp_path, size, name))
        expect(page.get_by_role("alert").first).to_contain_text(words)
        assert not is_chosen(page), name
        card(page).set_input_files(photo(tmp_path))
        expect(page.get_by_role("alert").first).to_have_text("")
        assert is_chosen(page), name
    for name in TAKEN:
        card(page).set_input_files([])
        card(page).set_input_files(photo(tmp_path, 0, name))
        assert is_chosen(page), name
        assert page.get_by_role("alert").first.inner_text() == "", name
    assert person.sent == [] and person.complaints == []


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
