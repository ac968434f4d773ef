"""When a page is due again follows from its risk, avoids full weeks, and is never more than three years away."""

import datetime

import pytest

from editorial.workflow import review_dates
from tests.editorial.test_revisions import address, form_of
from tests.factories import make_article, make_phase, make_treatment

pytestmark = pytest.mark.django_db

TODAY = datetime.date(2026, 11, 29)


@pytest.mark.parametrize(
    ("title", "least", "most"),
    [
        ("Overdose: what to do right now", 3, 6),
        ("Fentanyl and today's supply", 5, 6),
        ("Coming off methadone", 10, 12),
        ("Support groups", 20, 24),
    ],
)
def test_date_suggested_follows_from_the_risk(title, least, most):
    day = review_dates.suggest(make_article(title=title), TODAY).day
    assert review_dates.later(TODAY, least) <= day <= review_dates.later(TODAY, most)
    assert day.weekday() == 0


def test_stages_and_treatments_are_due_within_a_year_and_full_weeks_are_avoided():
    day = review_dates.suggest(make_phase(), TODAY).day
    assert day <= datetime.date(2027, 11, 29)
    make_article(reviewed_on=TODAY, review_due_on=day + datetime.timedelta(days=3))
    found = review_dates.suggest(make_treatment(), TODAY)
    assert (found.day, found.others) == (day - datetime.timedelta(days=7), 0)


def test_same_day_of_a_shorter_month_is_its_last():
    assert review_dates.later(datetime.date(2026, 11, 30), 3) == datetime.date(2027, 2, 28)
    assert review_dates.later(datetime.date(2026, 12, 31), 12) == datetime.date(2027, 12, 31)


def test_form_suggests_a_date_and_refuses_one_after_three_years(admin):
    page = make_article(title="Fentanyl")
    html = admin.get(address(page)).content.decode()
    assert html.count("data-review-due=") == 5 and "about the drug supply, no others that week" in html
    data = form_of(admin, page) | {"reviewed_on": "2026-11-29", "review_due_on": "2029-11-30"}
    assert "within 36 months" in admin.post(address(page), data).content.decode()
