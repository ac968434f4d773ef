"""What holds for every address: headers, no trace of the reader, files for machines, error pages."""

import re

import pytest
from django.core.management import call_command
from django.db import DatabaseError

from guide import styles
from tests.pages import READING

pytestmark = pytest.mark.django_db

MACHINES = ["/articles/feed/", "/sitemap.xml", "/robots.txt", "/.well-known/security.txt", "/healthz"]


@pytest.mark.parametrize("path", [*READING, *MACHINES, "/admin/login/", "/nowhere/"])
def test_every_answer_carries_the_security_headers(client, guide, path):
    response = client.get(path)
    policy = response["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ") and "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy and "http:" not in policy and "*" not in policy
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] in {"same-origin", "no-referrer"}
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert path in MACHINES or "camera=()" in response["Permissions-Policy"]


def test_icon_of_a_page_comes_with_few_headers(client, guide):
    """Page and icon together are what a first visit waits for."""
    icon = re.search(r'rel="icon" href="([^"]+)"', client.get("/").content.decode())[1]
    response = client.get(icon)
    response.close()
    assert response["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert sum(len(name) + len(value) + 4 for name, value in response.items()) < 600


@pytest.mark.parametrize("path", [*READING, *MACHINES])
def test_reader_gets_no_cookie_and_no_request_to_another_host(client, guide, path):
    response = client.get(path)
    assert response.status_code == 200
    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")
    html = response.content.decode()
    if "html" in response["Content-Type"]:
        assert not re.search(r'(src|data|poster)="(https?:)?//', html)
        assert not re.search(r'<link[^>]+rel="(stylesheet|icon|preload|preconnect)"[^>]+href="https?:', html)
        html = html.replace(f"<script>{styles.leave_script()}</script>", "")  # allowed by its hash
        assert not re.search(r"<script(?! type=\"application/ld\+json\")(?![^>]* src=\"/static/)", html)
        assert " style=" not in html and not re.search(r"\son[a-z]+=", html)


def test_every_page_has_the_numbers_to_call(walk):
    for path, tree in walk.items():
        links = {link.get("href") for link in tree.iter("a")}
        assert {"tel:911", "tel:988", "tel:+18665121908"} <= links, path
        assert links & {"/emergency/", "/es/emergencia/"}, path


@pytest.mark.parametrize("path", READING)
def test_every_page_needs_few_queries(client, guide, path, django_assert_max_num_queries):
    with django_assert_max_num_queries(13):  # five of them, for what all pages share, only after a change or a start
        client.get(path)
    with django_assert_max_num_queries(8):
        client.get(path)


def test_clinic_number_changed_once_changes_everywhere(client, guide):
    from editorial.models import Clinic

    Clinic.objects.update(phone="800-555-0100")
    for path in READING:
        html = client.get(path).content.decode()
        assert "tel:+18005550100" in html and "866-512-1908" not in html, path


def test_sitemap_lists_published_pages_with_dates(client, guide):
    xml = client.get("/sitemap.xml").content.decode()
    for path in (
        "/",
        "/phases/peak-withdrawal/",
        "/treatments/naloxone/",
        "/articles/the-first-72-hours/",
        "/contact/",
    ):
        assert f"<loc>http://testserver{path}</loc>" in xml
    assert xml.count("<lastmod>") > 25
    assert "/admin/" not in xml and "/search/" not in xml


def test_robots_names_the_sitemap_and_keeps_out_of_staff_pages(client):
    text = client.get("/robots.txt").content.decode()
    assert "Disallow: /admin/" in text
    assert "Sitemap: http" in text


def test_security_txt_has_a_contact_and_is_not_expired(client):
    from datetime import UTC, datetime

    fields = dict(line.split(": ", 1) for line in client.get("/.well-known/security.txt").content.decode().splitlines())
    assert fields["Contact"].startswith("http")
    assert datetime.fromisoformat(fields["Expires"]) > datetime.now(UTC)


def test_healthz_returns_ok_and_nothing_more(client):
    response = client.get("/healthz")
    assert response.content == b"ok" and response["Cache-Control"] == "no-store"
    assert client.head("/healthz").status_code == 200 and client.post("/healthz").status_code == 405


def test_healthz_needs_no_database_no_host_name_and_no_tls(client, settings, django_assert_num_queries):
    """As a load balancer asks: by address, without TLS, and while the database is down."""
    settings.SECURE_SSL_REDIRECT, settings.ALLOWED_HOSTS = True, ["guide.example"]
    with django_assert_num_queries(0):
        assert client.get("/healthz", headers={"host": "10.1.2.3"}).content == b"ok"


def test_page_not_there_still_gives_the_numbers(client, guide):
    response = client.get("/no-such-page/")
    html = response.content.decode()
    assert response.status_code == 404
    assert "tel:911" in html and "tel:988" in html and "866-512-1908" in html
    assert "no-such-page" not in html


@pytest.mark.parametrize(
    "path",
    [
        "/phases/%00/",
        "/articles/a%0d%0ab/",
        "/media/../../etc/passwd",
        "/media/pictures/x.svg",
        "/articles/topics/none/",
        "/phases/none/",
        "/treatments/none/",
        "/%ff/",
    ],
)
def test_absurd_address_is_not_found(client, guide, path):
    assert client.get(path).status_code == 404


def test_fault_shows_a_page_with_the_numbers(client, guide, monkeypatch):
    from phases import timeline

    def broken(*args, **kwargs):
        raise RuntimeError("a fault")

    monkeypatch.setattr(timeline, "of_phases", broken)
    client.raise_request_exception = False
    response = client.get("/phases/")
    assert response.status_code == 500
    assert "It is not your fault" in response.content.decode()
    assert "tel:911" in response.content.decode()


def test_fault_of_the_error_page_itself_still_gives_the_numbers(client, guide, monkeypatch):
    from guide import views

    def broken(*args, **kwargs):
        raise RuntimeError("a fault")

    monkeypatch.setattr(views, "render", broken)
    client.raise_request_exception = False
    response = client.get("/")
    assert response.status_code == 500
    assert "tel:911" in response.content.decode() and "866-512-1908" in response.content.decode()


def test_database_gone_still_gives_the_numbers(client, monkeypatch):
    from editorial.pages import page_context

    def broken():
        raise DatabaseError("gone")

    monkeypatch.setattr(page_context.Clinic.objects, "first", broken)
    html = client.get("/about/").content.decode()
    assert "tel:+18665121908" in html


def test_overdose_steps_show_without_a_database(client, monkeypatch):
    from editorial.models import Source
    from editorial.pages import page_context

    def broken(*args, **kwargs):
        raise DatabaseError("gone")

    monkeypatch.setattr(page_context.Clinic.objects, "first", broken)
    monkeypatch.setattr(Source.objects, "in_bulk", broken)
    html = client.get("/emergency/").content.decode()
    assert "Give naloxone" in html and "tel:911" in html


def test_too_much_text_is_answered_413_with_the_numbers(client, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    response = client.post("/phases/now/", {"since": "x" * 5000})
    assert response.status_code == 413
    assert "tel:911" in response.content.decode()


def test_unknown_host_is_refused_politely(client, guide):
    response = client.get("/", headers={"host": "evil.example"})
    assert response.status_code == 400
    assert "evil.example" not in response.content.decode()


def test_migrations_are_complete():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_log_holds_no_query_and_no_address(client, guide, caplog):
    from detoxsite.logs import PrivacyFilter

    caplog.handler.addFilter(PrivacyFilter())
    client.get("/nowhere/?q=a-private-word", REMOTE_ADDR="203.0.113.77")
    assert "Not Found" in caplog.text and "nowhere" not in caplog.text
    assert "a-private-word" not in caplog.text and "203.0.113.77" not in caplog.text
    assert not any(hasattr(record, "request") for record in caplog.records)


def test_structured_data_is_valid_json_and_claims_no_reviewer(client, guide):
    import json

    html = client.get("/articles/the-first-72-hours/").content.decode()
    blocks = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.S)
    graph = json.loads(blocks[0])["@graph"]
    assert graph[0]["@type"] == "MedicalWebPage" and "reviewedBy" not in graph[0] and "lastReviewed" not in graph[0]
    assert graph[1]["@type"] == "BreadcrumbList"


def test_structured_data_cannot_leave_its_element(client):
    from tests.factories import make_article

    make_article(title="</script><script>alert(1)</script>")
    html = client.get("/articles/an-article/").content.decode()
    assert "<script>alert(1)" not in html
