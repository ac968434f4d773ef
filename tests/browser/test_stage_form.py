"""The form of a stage: it fits a screen, draws hours as they are typed, and orders symptoms by key and mouse."""

from playwright.sync_api import expect

STAGE = "/admin/phases/phase/1/change/"


def test_stage_fits_its_screens_its_symptoms_are_ordered_and_its_hours_are_drawn_as_typed(staff):
    """Ordered by keyboard and by dragging."""
    staff.open(STAGE)
    page = staff.page
    for width, screens in ((390, 3.0), (1280, 1.0)):
        page.set_viewport_size({"width": width, "height": 800})
        form = page.locator("#phase_form").bounding_box()
        assert form["y"] + form["height"] <= 800 * screens, width

    def names() -> list[str]:
        return [name.strip() for name in page.locator(".dynamic-symptoms .inline_label").all_text_contents()]

    page.locator("#symptoms-group summary").first.click()
    first, second, third, *_ = names()
    page.get_by_role("button", name=f"Move {second} up").press("Enter")
    assert names()[:3] == [second, first, third]
    assert page.locator(".order-help").inner_text().startswith(f"{second} is at place 1 of")
    rows = page.locator(".dynamic-symptoms > details > summary")
    rows.nth(2).drag_to(rows.nth(0))
    page.locator(".order-help", has_text=f"{third} is at place 1 of").wait_for()
    assert names()[:3] == [third, second, first]
    page.locator("summary", has_text="Publishing").click()
    page.get_by_label("Wording: the meaning is the same").check()
    with page.expect_navigation():
        page.get_by_role("button", name="Save and continue editing").click()
    page.locator(".messagelist", has_text="was changed successfully").wait_for()
    assert names()[:3] == [third, second, first]

    page.locator("summary", has_text="Hours since last use").click()
    page.fill("#id_ends", "4 to 9 days")
    page.locator(".hours-picture", has_text="ends 4 to 9 days").first.wait_for()
    page.fill("#id_ends", "4 to 9 d ays")
    page.locator(".hours-picture", has_text="Type a range").first.wait_for()
    assert staff.complaints == []


def test_new_symptom_that_was_moved_stays_in_place_through_a_refusal_and_a_row_taken_out(staff):
    staff.open("/admin/phases/phase/3/change/")
    page = staff.page
    page.locator("#symptoms-group summary").first.click()
    rows, add = page.locator(".dynamic-symptoms"), page.get_by_role("button", name="Add another Symptom")
    before = rows.count()
    typed = {"name": "Sneezing", "begins": "soon", "ends": "2 to 3 days", "description": "You sneeze.[@who-2009]"}
    add.click()
    for field, value in (typed | {"what_helps": "Rest."}).items():
        rows.last.locator(f"[name$='-{field}']").fill(value)
    for field, value in (("intensity", "mild"), ("confidence", "low")):
        rows.last.locator(f"[name$='-{field}']").select_option(value)
    add.click()
    rows.last.locator("[name$='-name']").fill("Never saved")
    rows.nth(before).get_by_role("button", name="up").click()

    def save() -> None:
        with page.expect_navigation():
            page.get_by_role("button", name="Save as a draft").click()

    save()
    new = rows.nth(before - 1)
    expect(new.locator("[name$='-name']")).to_have_value("Sneezing")
    expect(new.locator(".errorlist")).to_contain_text("Type a range")
    new.locator("[name$='-begins']").fill("8 to 24 hours")
    rows.last.locator(".inline-deletelink").click()
    page.locator("summary", has_text="Hours since last use").click()
    page.fill("#id_ends", "5 to 9 months")
    save()
    expect(page.locator(".hours-picture").first).to_contain_text("ends 5 to 9 months")  # as in the draft
    expect(page.locator(".messagelist")).to_contain_text("draft is saved")
    expect(rows).to_have_count(before + 1)
    expect(new.locator("[name$='-name']")).to_have_value("Sneezing")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_text("Throw the draft away").click()  # one press ends nothing
    page.get_by_role("button", name="End this draft").click()
    expect(page.locator(".messagelist")).to_contain_text("thrown away")
