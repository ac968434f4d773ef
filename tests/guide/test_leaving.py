"""Leave this page: from every page, without scripts, and staff are signed out whatever the browser does."""

import pytest
from django.contrib.sessions.models import Session

from editorial.values import languages
from tests import walks
from tests.pages import MISSING

pytestmark = pytest.mark.django_db

LEAVE = {"en": ("/leave/", "Leave this page"), "es": ("/es/salir/", "Salir")}


def test_leave_is_a_plain_link_at_the_top_of_every_page(client, walk):
    missing = walks.read(client.get(MISSING))
    for path, tree in (walk | {MISSING: missing}).items():
        first, leave = list(tree.iter("a"))[:2]
        assert first.get("class") == "skip" and leave.get("data-leave") is not None, path
        assert (leave.get("href"), leave.text) == LEAVE[languages.of_path(path)], path
        assert leave not in tree.find(".//main").iter(), path


def test_leave_redirects_and_clears_site_data(client, settings):
    response = client.get("/leave/")
    assert (response.status_code, response["Location"]) == (303, settings.LEAVE_URL)
    assert response["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert "no-store" in response["Cache-Control"] and response["Referrer-Policy"] == "no-referrer"
    assert not response.cookies and "Cookie" not in response.get("Vary", "")


def test_leave_ends_a_staff_login_on_the_server(admin):
    kept = admin.cookies["sessionid"].value
    admin.get("/leave/")
    assert not Session.objects.exists()
    admin.cookies["sessionid"] = kept  # a browser that kept its cookie gets nowhere with it
    assert admin.get("/admin/").status_code == 302


def test_leave_by_a_link_on_another_site_signs_nobody_out(admin):
    response = admin.get("/leave/", headers={"sec-fetch-site": "cross-site"})
    assert response.status_code == 303 and "Clear-Site-Data" not in response
    assert admin.get("/admin/").status_code == 200


def test_leave_takes_no_post_and_no_address_from_anybody(client, settings):
    assert client.post("/leave/").status_code == 405
    assert client.get("/leave/?next=https://evil.example/")["Location"] == settings.LEAVE_URL


def test_leave_address_does_not_mention_the_site(settings):
    assert settings.LEAVE_URL == "https://www.weather.gov/"
