"""What a served site refuses, or answers without a body, is no error of the site: its log stays free of tracebacks."""

import http.client
import re
import socket
from urllib.parse import urlencode

import pytest
from django.core import mail
from django.urls import reverse

from tests.served import serve

pytestmark = pytest.mark.any_backend

EDITOR = """
from tests.factories import make_staff
user = make_staff("editor", roles=("Editors",))
from django.test import Client
client = Client()
client.force_login(user)
print(client.cookies["sessionid"].value)
"""
FORM = "application/x-www-form-urlencoded"
#: With one, the form is read in search of its token.
COOKIE = f"csrftoken={'a' * 32}"
TOO_MANY_FIELDS = urlencode([(f"field-{number}", "x") for number in range(1_001)]).encode()
_PART = b'--x\r\nContent-Disposition: form-data; name="f%d"; filename="a.jpg"\r\n\r\nx\r\n'
TOO_MANY_FILES = b"".join(_PART % number for number in range(5)) + b"--x--\r\n"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with serve(tmp_path_factory.mktemp("refused")) as site:
        yield site


def ask(site, method: str, path: str, data: bytes = b"", **headers: str) -> tuple[int, dict, bytes]:
    connection = http.client.HTTPConnection(site.url.removeprefix("http://"), timeout=20)
    try:
        connection.request(method, path, data or None, headers)
        response = connection.getresponse()
        return response.status, dict(response.headers), response.read()
    finally:
        connection.close()


def logged(site, before: int) -> str:
    return site.log.read_text()[before:]


@pytest.mark.parametrize("path", ["/contact/", "/healthz", "/robots.txt"])
def test_head_has_the_headers_of_the_page_and_warns_of_nothing(site, path):
    before = len(site.log.read_text())
    status, headers, page = ask(site, "GET", path)
    head_status, head_headers, nothing = ask(site, "HEAD", path)
    assert (head_status, nothing) == (status, b"") and page
    assert head_headers["Content-Type"] == headers["Content-Type"]
    assert "no-body" not in logged(site, before)


@pytest.mark.parametrize(("version", "status"), [("1.1", 400), ("1.0", 200)])
def test_http_1_1_request_without_a_host_is_refused(site, version, status):
    before = len(site.log.read_text())
    host, port = site.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(f"GET /phases/ HTTP/{version}\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer.startswith(f"HTTP/{version} {status} ".encode())
    assert "Traceback" not in logged(site, before)


def test_staff_without_the_right_leave_one_line_of_warning(site):
    cookie = {"Cookie": f"sessionid={site.manage('shell', '--no-imports', '--verbosity=0', '-c', EDITOR).strip()}"}
    before = len(site.log.read_text())
    assert ask(site, "GET", "/admin/readiness/", **cookie)[0] == 403
    log = logged(site, before)
    assert re.fullmatch(r"[^\n]* WARNING django.request: Forbidden: /admin/readiness/\n", log), log


@pytest.mark.parametrize(
    ("data", "kind"), [(TOO_MANY_FIELDS, FORM), (TOO_MANY_FILES, "multipart/form-data; boundary=x")]
)
def test_post_of_too_many_things_is_a_warning_and_no_error(site, data, kind):
    before = len(site.log.read_text())
    assert ask(site, "POST", "/staff/sign-in/", data, **{"Content-Type": kind, "Cookie": COOKIE})[0] == 400
    log = logged(site, before)
    assert re.fullmatch(r"[^\n]* WARNING django.security.TooMany\w+Sent: Bad Request: [^\n]*\n", log), log


def test_post_with_too_many_fields_mails_nobody(client, db, settings):
    """Nor would it if somebody named ADMINS, whom Django mails each error with what was posted."""
    settings.ADMINS = [("Ops", "ops@clinic.example")]
    client.raise_request_exception = False
    assert client.post(reverse("account_login"), TOO_MANY_FIELDS, content_type=FORM).status_code == 400
    assert mail.outbox == []
