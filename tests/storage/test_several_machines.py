"""Two hosts, each with a folder of its own, on one PostgreSQL and one S3 store."""

import os
import re
import shutil
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests import forks, state
from tests.callbacks.helpers import CONTENT_TYPE, PDF, File, body, fields
from tests.served import Site, serve

pytestmark = pytest.mark.servers_only

LOOK = """
from django.test import Client
from callbacks.models import CallbackRequest
from tests.callbacks.helpers import file_of, sign_in
request = CallbackRequest.objects.get()
client = sign_in(Client(headers={"Host": "127.0.0.1"}), superuser=True)
answer = client.get(file_of(request))
print(answer.status_code, b"".join(answer.streaming_content).hex())
"""
RENAME = """
import time
from articles.models import Article
article = Article.objects.get(slug="the-first-72-hours")
article.title = "Anew"
article.save()
print(time.time())
"""


def shared(var: Path) -> dict[str, str]:
    """What a second host has in common with the one whose folder is `var`."""
    return {name: value for name, value in state.environment(var).items() if name != "VAR_DIR"}


@pytest.fixture(scope="module")
def hosts(tmp_path_factory):
    first, second = tmp_path_factory.mktemp("first"), tmp_path_factory.mktemp("second")
    one_process = {"WEB_WORKERS": "1", "CONTACT_LIMIT": "4"}
    with serve(first, **one_process) as one, serve(second, **shared(first), **one_process) as other:
        yield one, other


def ask(site: Site, path: str, data: bytes | None = None) -> tuple[int, str, str]:
    """Status, final address and text of what a browser shows in the end."""
    request = urllib.request.Request(site.url + path, data, {"Content-Type": CONTENT_TYPE} if data else {})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.url, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.url, error.read().decode()


def form(site: Site, number: int = 0) -> dict[str, str]:
    token = re.search('name="token" value="([^"]+)"', ask(site, "/contact/")[2])[1]
    return fields(token=token, phone=f"(212) 555-01{number:02}")


def test_form_of_one_host_is_accepted_by_another_and_its_file_opens_on_the_first(hosts):
    one, other = hosts
    status, address, page = ask(other, "/contact/", body(form(one), ("file_1", File(PDF, b"card.pdf"))))
    assert status == 200 and "We have your request" in page
    path = address.removeprefix(other.url)
    assert "We have your request" in ask(one, path)[2], "the private link leads there on any host"
    assert one.manage("shell", "--no-imports", "--verbosity=0", "--command", LOOK).split() == ["200", PDF.hex()]
    assert not (other.var / "attachments").exists() and not (other.var / "db.sqlite3").exists()


def test_limit_counts_what_came_to_either_host(hosts):
    one, other = hosts
    seen = [ask(host, "/contact/", body(form(host, number)))[0] for number, host in enumerate([one, other] * 3)]
    assert 1 <= seen.count(200) <= 4 and set(seen[4:]) == {429}, seen


def test_publication_on_one_host_shows_on_the_other_within_a_second(hosts):
    one, other = hosts
    page = "/articles/the-first-72-hours/"
    assert "Anew" not in ask(other, page)[2]
    saved = float(one.manage("shell", "--no-imports", "--verbosity=0", "--command", RENAME).split()[-1])
    time.sleep(max(0, saved + 1 - time.time()))
    assert "Anew" in ask(other, page)[2]


def test_two_hosts_that_prepare_an_empty_database_at_once_do_it_once(tmp_path):
    variables = state.make(tmp_path / "a")
    shutil.copytree(tmp_path / "a" / "secrets", tmp_path / "b" / "secrets")
    environments = [os.environ | variables | {"VAR_DIR": str(tmp_path / name)} for name in "ab"]

    with ThreadPoolExecutor() as pool:
        done = list(pool.map(lambda environment: forks.run(["manage.py", "prepare"], environment), environments))
    assert [process.returncode for process in done] == [0, 0], [process.stderr for process in done]
    loaded = [re.search("Starter guide: (.*)", process.stdout)[1] for process in done]
    assert sorted(re.findall("added|updated|unchanged", " ".join(loaded))) == ["added", "unchanged"], loaded
    assert all((tmp_path / name / "static" / "staticfiles.json").exists() for name in "ab")
