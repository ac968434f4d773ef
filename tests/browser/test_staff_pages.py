"""Every kind of page that staff work with breaks no rule of accessibility: each list, form and error, and the queue."""

import re

import pytest
from django.contrib import admin
from django.urls import reverse
from playwright.sync_api import expect

from tests.browser import axe
from tests.browser.asking import ask
from tests.browser.conftest import shell

MODELS = [f"{model._meta.app_label}_{model._meta.model_name}" for model in admin.site._registry]
#: Those of each kind that are looked at in the dark, and with errors, too.
KINDS = {"articles_article", "callbacks_callbackrequest", "editorial_clinic"}
#: Other pages, and how they are headed; what takes a session's code of late may ask for it first.
OTHERS = {
    "/admin/": "What would you like to do[?]",
    "/admin/components/": "Components",
    "/admin/readiness/": "System status",
    "/admin/callbacks/callbackrequest/waiting-times/": "Waiting times and promises",
    "/admin/password_change/": "Change your password",
    "/staff/second-factor/": "Your second factor",
    "/staff/second-factor/codes/new/": "New recovery codes|Confirm that it is you",
    "/staff/second-factor/app/remove/": "Move to another phone|Confirm that it is you",
    "/staff/confirm/": "Confirm that it is you",
    "/staff/confirm/code/": "Confirm that it is you",
    "/staff/sign-out/": "Sign out[?]",
}


@pytest.fixture(scope="module")
def filled(site) -> None:
    """What a new machine has none of: a request, its access log, a report, and counts of calls."""
    ask(site, "staff-pages")
    shell(site, REPORT)


REPORT = """
from editorial.models import page_reports
page_reports.store("/emergency/", "Step 2 is not clear.", "198.51.100.7")
from django.utils import timezone
from callbacks.models import CallCount
from callbacks.values.counts import Measure
for measure in Measure:
    key = {"day": timezone.localdate(), "hour": 17, "measure": measure, "bucket": 0}
    CallCount.objects.update_or_create({"count": 20}, **key)  # the request may have been counted in this hour
"""


@pytest.fixture
def staff(look, filled):
    return look(1280, staff=True)


def test_page_of_staff_breaks_no_rule_and_fits(staff):
    for path, heading in OTHERS.items():
        staff.open(path)
        assert re.fullmatch(heading, staff.page.locator("h1").first.inner_text()), path
        axe.check_phone_and_desk(staff.page, path)
    assert staff.complaints == [] and staff.hosts == {staff.site.url.removeprefix("http://")}


def check_one(page, what: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    axe.check(page, what)
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1"), what


@pytest.mark.parametrize("model", MODELS)
def test_list_and_forms_break_no_rule_and_fit(staff, model):
    page, check = staff.page, axe.check_phone_and_desk if model in KINDS else check_one
    staff.open(reverse(f"admin:{model}_changelist"))
    page.set_viewport_size({"width": 1280, "height": 800})
    assert page.evaluate("[...document.querySelectorAll('.results')].every(e => e.scrollWidth <= e.clientWidth)")
    check(page, "list")
    row = page.locator("#content-main tbody a[href*='/change/']")
    if has_row := row.count() > 0:
        staff.open(row.first.get_attribute("href"))
        check(page, "form")
    assert staff.complaints == []
    if has_row and model not in KINDS:
        return
    if staff.open(address := reverse(f"admin:{model}_add")).status == 200 and page.url.endswith(address):
        page.locator("input[name=_save]").click()
        expect(page).to_have_title(re.compile("^Error: "))
        check(page, "errors")


def test_first_button_of_a_form_alone_is_filled(staff):
    staff.open("/admin/articles/article/add/")
    color = "e => getComputedStyle(e).backgroundColor"
    page, *buttons = [each.evaluate(color) for each in staff.page.locator("body, .submit-row input").all()]
    assert len(buttons) > 2 and [button != page for button in buttons] == [True] + [False] * (len(buttons) - 1)


#: What a finger presses and is lower than 44 pixels; a button to choose counts with its label.
LOW = """() => [...document.querySelectorAll('#content :is(button, .button, select, summary, input)'),
    ...document.querySelectorAll('.theme-toggle, #logout-form button')]
  .filter(e => !e.matches('[type=hidden], [type=file], [name$=DELETE], .choose *, .action-checkbox *'))
  .filter(e => e.getClientRects().length).map(e => e.matches('[type=checkbox], [type=radio]') ? e.labels[0] : e)
  .filter(e => e.getBoundingClientRect().height < 43.5).map(e => `${e.tagName} ${e.name} ${e.textContent.trim()}`)"""


def test_finger_finds_what_it_presses_and_a_long_word_fits(look, filled):
    staff = look(360, staff=True, has_touch=True, is_mobile=True)
    page, word = staff.page, "Donaudampfschifffahrtsgesellschaftskapitaen"
    staff.open("/admin/articles/article/add/")
    page.fill("#id_title", word)
    page.fill("#id_summary", "A title that is one long word, and a sentence about it that is long enough.")
    page.fill("#id_body", "Words.")
    page.locator("input[name=_continue]").tap()
    expect(page.locator("#content > h2")).to_have_text(word)
    assert staff.fits() and page.evaluate(LOW) == []
    for path in ("/admin/callbacks/callbackrequest/", "/admin/phases/phase/1/change/", "/admin/editorial/clinic/"):
        staff.open(path)
        assert page.evaluate(LOW) == [], path
        page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true; })")
        assert staff.fits(), path
    staff.open("/admin/editorial/glossaryterm/")
    assert page.locator(".field-meaning").first.bounding_box()["width"] > 200, "a column of two letters"
    staff.open("/admin/callbacks/callbackrequest/?claim=free")
    staff.open(page.locator("tbody a[href$='/change/']").first.get_attribute("href"))
    page.get_by_role("button", name="Claim it").tap()
    page.get_by_role("button", name="Show the number").tap()
    page.get_by_role("button", name="Talked to them").wait_for()
    assert page.evaluate(LOW) == []


def test_stages_and_topics_of_an_article_are_check_boxes(staff):
    staff.open("/admin/articles/article/add/")
    page = staff.page
    page.get_by_role("group", name="Stages").get_by_label("Initial withdrawal").check()
    assert page.get_by_role("group", name="Topics").get_by_role("checkbox").count() > 3
    assert page.get_by_label("Date", exact=True).is_visible() and page.get_by_label("Time", exact=True).is_visible()


def test_history_comparison_and_deleted_pages_break_no_rule_and_work_by_keyboard(staff):
    page = staff.page
    staff.open("/admin/articles/topic/add/")
    page.fill("#id_name", "A topic to delete")
    page.fill("#id_description", "What it is about, in one sentence that is long enough.")
    page.locator("input[name=_save]").click()
    page.get_by_role("link", name="A topic to delete").first.click()
    path = page.url.removeprefix(staff.site.url)
    for description in ("Changed once, " * 5, "Changed <b>again</b>, " * 5):
        page.fill("#id_description", description)
        page.locator("input[name=_continue]").click()
        page.get_by_text("was changed successfully").wait_for()
    page.get_by_role("link", name="History").click()
    axe.check_light_and_dark(page)
    page.get_by_role("link", name="with the one before").first.focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="What changed").wait_for()
    axe.check_light_and_dark(page)
    assert page.locator(".compared b").count() == 0 and page.locator(".compared ins").count() > 0
    page.get_by_role("button", name="Bring this back").first.focus()
    page.keyboard.press("Enter")
    page.get_by_text("was brought back as it was on").wait_for()
    assert page.input_value("#id_description").startswith("Changed once")
    staff.open(path.replace("/change/", "/delete/"))
    page.locator("input[type=submit]").click()
    staff.open("/admin/articles/topic/deleted/")
    axe.check_light_and_dark(page)
    page.get_by_role("row", name="A topic to delete").get_by_role("button").press("Enter")
    page.get_by_text("was brought back as it was on").wait_for()
    assert staff.complaints == []
