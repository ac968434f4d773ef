"""A reviewer signs a page, readers see the name, and a correction takes it away, in the real admin."""


def test_page_is_signed_named_and_corrected(look, visit):
    staff, reader = look(390, staff=True), look(1280)
    page, path = staff.page, "/treatments/sober-living/"
    staff.open("/admin/editorial/reviewer/add/")
    page.select_option("#id_user", label="chief")
    page.fill("#id_name", "Jo Roe")
    page.fill("#id_credentials", "MD")
    page.fill("#id_conflicts", "None")
    page.get_by_role("button", name="Save", exact=True).click()

    staff.open("/admin/phases/treatmentoption/")
    page.get_by_role("link", name="sober living").first.click()
    address = page.url
    page.get_by_role("link", name="Read and sign").click()
    assert staff.fits()
    page.get_by_role("button", name="I have read all of this text. I sign it.").click()
    page.get_by_text("Readers see your name with it").wait_for()
    reader.open(path)
    assert "Reviewed by Jo Roe, MD on" in reader.page.locator("main").inner_text()

    page.goto(address)
    page.fill("#id_watch_out", page.input_value("#id_watch_out") + " Ask.")
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator(".field-change_kind .errorlist", has_text="Say what kind it is").wait_for()
    page.get_by_label("Correction: something was wrong", exact=False).first.check()
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator(".field-change_note .errorlist", has_text="readers are told").wait_for()
    assert staff.fits()
    page.fill("#id_change_note", "A word was missing.")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("Readers see it now").wait_for()
    page.wait_for_timeout(600)  # a process may show a page as it was 0.4 seconds ago
    reader = visit(1280)  # without the copy that a browser keeps for some seconds
    reader.open(path)
    said = reader.page.locator("main").inner_text()
    assert "Reviewed by" not in said and "waiting for medical review" in said and "A word was missing." in said

    staff.open("/admin/editorial/reviewer/")
    page.get_by_role("link", name="Jo Roe").click()
    page.uncheck("#id_is_active")
    page.get_by_role("button", name="Save", exact=True).click()
    assert staff.complaints == []
