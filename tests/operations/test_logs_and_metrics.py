"""A real site with worker, JSON logs and metrics: words are planted everywhere, and no log and no metric has them."""

import http.client
import json
import re
import urllib.request
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from django.urls import get_resolver

from operations import metrics
from tests import state
from tests.callbacks.helpers import CONTENT_TYPE, JPEG, File, body
from tests.deploy import test_monitoring
from tests.mail_server import mail_server
from tests.served import Site, free_port, serve
from tests.worker_process import LONG_AGO, wait_until

NAME, NUMBER, MESSAGE = "Zébulon Quillfeather", "(212) 555-0147", "marmalade behind the shed"
FILE_NAME, TOKEN, ADDRESS = "zebulon-card.jpg", "tok3n-0f-zebulon-quill", "203.0.113.77"
PLANTED = [NAME, "Quillfeather", NUMBER, "5550147", "555-0147", MESSAGE, "marmalade", FILE_NAME, TOKEN, ADDRESS]
PROBES = """
from django.utils import timezone
from operations.models import ProbeResult
ProbeResult.objects.update_or_create(name="certificate", defaults={"at": timezone.now(), "good_until": timezone.now()})
from django.conf import settings
(settings.BACKUP_DIR / "2026-01-01T00-00-00Z").mkdir(parents=True, exist_ok=True)
"""
EVERYTHING = f"{NAME} {NUMBER} {MESSAGE} {FILE_NAME} {TOKEN}"
STAFF = """
from tests.factories import make_staff
user = make_staff("boss", superuser=True)
from django.test import Client
client = Client()
client.force_login(user)
print(client.cookies["sessionid"].value)
"""


def ask(site: Site, method: str, path: str, data: bytes | Iterator[bytes] = b"", **headers: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection(site.url.removeprefix("http://"), timeout=30)
    try:
        connection.request(method, path, data or None, {"X-Forwarded-For": ADDRESS} | headers)
        response = connection.getresponse()
        return response.status, response.read().decode(errors="replace")
    finally:
        connection.close()


def paths() -> list[str]:
    """Each address of the site, with the planted words wherever an address takes some."""
    found = []

    def walk(resolver, before: str) -> None:
        for pattern in resolver.url_patterns:
            route = before + re.sub(r"<[^>]+>", quote(TOKEN), str(pattern.pattern)).strip("^$")
            if hasattr(pattern, "url_patterns"):
                walk(pattern, route)
            elif not set(route) & set("()\\"):
                found.append(f"/{route}")

    walk(get_resolver(), "")
    assert len(found) > 100
    return found


@pytest.fixture(scope="module")
def watched(tmp_path_factory):
    port = free_port()
    var = tmp_path_factory.mktemp("watched")
    with mail_server("refuses") as mail:
        more = {"NOTICE_EMAILS": "ops@clinic.example", "MAIL_FROM": "guide@clinic.example", "MAIL_URL": mail.url}
        more |= {"NOTICE_DELAY_MINUTES": "0"}
        more |= {"LOG_FORMAT": "json", "METRICS_PORT": str(port), "PROXY_HOPS": "1"}
        with serve(var, supervised=True, **more) as site:
            plant(site)
            hurry = "UPDATE detoxsite_scheduledjob SET next_at = ? WHERE name = 'notices'"
            wait_until(lambda: "could not send mail" in site.log.read_text(), lambda: state.rows(var, hurry, LONG_AGO))
            yield site, port


def plant(site: Site) -> None:
    cookie = {"Cookie": f"sessionid={site.manage('shell', '--no-imports', '--verbosity=0', '-c', STAFF).strip()}"}
    assert ask(site, "GET", "/admin/", **cookie)[0] == 200
    query = quote(EVERYTHING)
    form = f"name={query}&phone={query}&q={query}&t={query}&login={query}&password={query}&code={query}".encode()
    plain = {"Content-Type": "application/x-www-form-urlencoded"}
    for path in paths():
        ask(site, "GET", f"{path}?q={query}&t={query}", **{"Referer": f"{site.url}/?q={query}", "User-Agent": TOKEN})
        ask(site, "POST", f"{path}?t={query}", form, **plain)
    for path in ("/articles/{}/", "/{}", "/media/{}", "/static/{}", "/admin/{}/", "/contact/sent/{}"):
        assert ask(site, "GET", path.format(query))[0] in {302, 404}
    for model in ("callbacks/callbackrequest", "callbacks/accessrecord", "articles/article", "auth/user"):
        assert ask(site, "GET", f"/admin/{model}/?q={query}", **cookie)[0] in {200, 302}
        ask(site, "GET", f"/admin/{model}/{query}/change/", **cookie)
    ask(site, "POST", "/admin/callbacks/callbackrequest/find/", form, **plain, **cookie)
    for host in (TOKEN, NAME.encode().decode("latin-1"), "a b"):
        ask(site, "GET", f"/?q={query}", Host=host)
    token = re.search('name="token" value="([^"]+)"', ask(site, "GET", "/contact/")[1])[1]
    file = File(JPEG, FILE_NAME.encode())
    fields = {"name": NAME, "phone": NUMBER, "message": MESSAGE, "token": token}
    whole = body(fields, ("file_1", file))
    for part in (
        whole[:200],
        whole[:-60],
        b"--x\r\n" + whole,
        whole.replace(b"Content-Disposition", b"Content-" + b"x"),
    ):
        ask(site, "POST", "/contact/", part, **{"Content-Type": CONTENT_TYPE})
        ask(site, "POST", f"/contact/?t={query}", part, **{"Content-Type": f"multipart/form-data; boundary={TOKEN}"})
    assert ask(site, "POST", "/contact/", whole, **{"Content-Type": CONTENT_TYPE})[0] == 303
    state.rows(site.var, OPENING_TIME)
    if state.SERVERS:  # a word is no number there
        state.rows(site.var, "ALTER TABLE editorial_clinic ALTER call_within_hours DROP NOT NULL")
    call_within(site, "NULL" if state.SERVERS else "'broken'")
    assert ask(site, "GET", "/contact/?name=" + query)[0] == 500
    call_within(site, "8")


OPENING_TIME = """INSERT INTO editorial_openingtime (clinic_id, weekday, opens, closes)
SELECT id, 0, '08:00:00', '20:00:00' FROM editorial_clinic LIMIT 1"""


def call_within(site: Site, hours: str) -> None:
    state.rows(site.var, f"UPDATE editorial_clinic SET call_within_hours = {hours}")
    state.rows(site.var, "UPDATE editorial_contentversion SET number = number + 1")  # what is in memory is read again


def test_no_canary_is_in_any_log(watched):
    site, _ = watched
    log = site.log.read_text()
    assert "could not send mail" in log, "the worker's lines are there"
    for word in PLANTED:
        for shape in (word, quote(word), json.dumps(word)[1:-1], word.lower(), repr(word.encode())[2:-1]):
            assert shape not in log, shape


def test_lines_are_json_and_say_when_where_and_what(watched):
    site, _ = watched
    lines = site.log.read_text().splitlines()
    assert len(lines) > 5
    for line in lines:
        assert {"time", "level", "logger", "message", "process"} <= json.loads(line).keys()


def metrics_of(port: int) -> tuple[str, dict[str, str]]:
    """As they are read, and each by its name and labels."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        text = answer.read().decode()
    return text, dict(re.findall(r"^(\w+(?:{[^}]*})?) (\S+)$", text, re.MULTILINE))


def answers_counted(port: int) -> float:
    return sum(float(value) for name, value in metrics_of(port)[1].items() if name.startswith("detox_requests_total"))


def test_metrics_count_all_processes_and_identify_no_reader(watched):
    site, port = watched
    hits = 'detox_page_cache_total{outcome="hit"}'
    before = float(metrics_of(port)[1].get(hits, 0))
    for _ in range(20):
        assert ask(site, "GET", "/emergency/")[0] == 200
    assert ask(site, "POST", "/contact/", iter([b"a"]))[0] == 422  # in chunks: announces no length
    text, values = metrics_of(port)
    assert float(values[hits]) - before >= 16  # each process may have had to make the page
    assert float(values['detox_requests_total{kind="guide",status="2xx"}']) > 20
    assert float(values['detox_requests_total{kind="contact",status="3xx"}']) >= 1
    assert 1000 < float(values["detox_upload_bytes_total"]) < 1024**2
    assert float(values['detox_callbacks{state="new"}']) == 1
    assert values["detox_database_up"] == "1.0" and float(values["detox_worker_silent_seconds"]) < 60
    assert 'detox_disk_free_bytes{folder="VAR_DIR"}' in values
    labels = set(re.findall(r'(\w+)="([^"]*)"', text))
    assert {name for name, _ in labels} <= {"kind", "status", "state", "folder", "le", "outcome", "probe"}
    assert {value for name, value in labels if name == "kind"} <= {
        "guide",
        "search",
        "contact",
        "staff",
        "file",
        "other",
    }
    for word in PLANTED:
        assert word not in text and quote(word) not in text


def test_alerts_and_dashboard_ask_only_for_what_is_measured(watched):
    site, port = watched
    site.manage("shell", "--no-imports", "-c", PROBES)
    names = set(re.findall(r"^# TYPE (\w+)", metrics_of(port)[0], re.MULTILINE))
    names |= {f"{name}_bucket" for name in names}
    assert test_monitoring.metrics_asked_for() <= names


def test_first_form_that_fails_adds_to_a_count_that_was_there(watched):
    count = 'metrics.REGISTRY.get_sample_value("detox_requests_total", {"kind": "contact", "status": "5xx"})'
    said = watched[0].manage("shell", "--no-imports", "-c", f"from pagecache import metrics; print({count})")
    assert said.strip() == "0.0"


def test_health_is_answered_without_the_right_host_and_not_counted(watched):
    site, port = watched
    before = answers_counted(port)
    for path in ("/healthz", "/healthz/database"):
        assert ask(site, "GET", path, Host="10.9.8.7") == (200, "ok")
    assert answers_counted(port) == before > 0


def test_address_where_metrics_cannot_listen_is_named_with_its_settings(settings, tmp_path, caplog):
    settings.METRICS_HOST, settings.METRICS_PORT, settings.METRICS_DIR = "no.invalid", 9100, tmp_path
    metrics.serve()
    assert "Metrics cannot be read at no.invalid, port 9100 (METRICS_HOST, METRICS_PORT): " in caplog.text
