"""Every kind of page that staff work with breaks no rule of accessibility: each list, form and error, and the queue."""

import re

import pytest
from django.contrib import admin
from django.urls import reverse
from playwright.sync_api import expect

from tests.browser import axe
from tests.browser.test_queue import ask

MODELS = [f"{model._meta.app_label}_{model._meta.model_name}" for model in admin.site._registry]
#: Those of each kind that are looked at in the dark too.
DARK = {"articles_article", "callbacks_callbackrequest", "editorial_clinic"}
OTHERS = ["/admin/", "/admin/readiness/", "/staff/second-factor/", "/staff/second-factor/codes/", "/staff/password/"]


@pytest.fixture(scope="module")
def filled(site) -> None:
    """A row in each list that has none on a new machine: a request, its access log and task, and a report."""
    ask(site, "staff-pages")
    site.manage("shell", "--no-imports", "-c", REPORT)


REPORT = """
from editorial import page_reports
page_reports.take("/emergency/", "Step 2 is not clear.", "198.51.100.7")
"""


@pytest.fixture
def staff(look, filled):
    return look(1280, staff=True)


@pytest.mark.parametrize("path", OTHERS)
def test_page_of_staff_breaks_no_rule(staff, path):
    staff.open(path)
    axe.check_light_and_dark(staff.page)


@pytest.mark.parametrize("model", MODELS)
def test_list_and_forms_break_no_rule(staff, model):
    page, check = staff.page, axe.check_light_and_dark if model in DARK else axe.check
    staff.open(reverse(f"admin:{model}_changelist"))
    check(page)
    row = page.locator("#content-main tbody a[href*='/change/']")
    if row.count():
        staff.open(row.first.get_attribute("href"))
        check(page)
    if staff.open(reverse(f"admin:{model}_add")).status == 200:
        page.locator("input[name=_save]").click()
        expect(page).to_have_title(re.compile("^Error: "))
        check(page)


def test_stages_and_topics_of_an_article_are_check_boxes(staff):
    staff.open("/admin/articles/article/add/")
    page = staff.page
    axe.check(page)
    page.get_by_role("group", name="Stages").get_by_label("Initial withdrawal").check()
    assert page.get_by_role("group", name="Topics").get_by_role("checkbox").count() > 3
    assert page.get_by_label("Date", exact=True).is_visible() and page.get_by_label("Time", exact=True).is_visible()
