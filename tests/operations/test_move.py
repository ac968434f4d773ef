"""A site on SQLite and files moves to PostgreSQL and a store: nothing is lost, whenever it is killed."""

import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from dotenv import dotenv_values

from tests import forks, state
from tests.callbacks.helpers import CONTENT_TYPE, body, fields
from tests.operations.test_restore import PROVE, fails, shell
from tests.prebuilt import ROOT, clean_environment, prepared
from tests.served import serve
from tests.worker_process import Place

pytestmark = pytest.mark.servers_only
NO_SERVERS = dict.fromkeys(["DATABASE_URL", "S3_ENDPOINT", "S3_BUCKET", "S3_ACCESS_KEY", "S3_SECRET_KEY"], "")
WITHDRAW = """
from callbacks.casework import erasure
from callbacks.models import CallbackRequest
erasure.withdraw(CallbackRequest.objects.get(reference="{}"))
"""
STAFF = """
from allauth.mfa.models import Authenticator
from callbacks.models import CallbackRequest, Note
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from editorial.models import page_reports
from tests.factories import make_staff
MigrationRecorder(connection).record_applied("an_app_of_an_earlier_release", "0001_initial")
staff = make_staff("lead")
note = Note(request=CallbackRequest.objects.first(), username="lead", who=staff)
note.seal_text("Rings twice.")
note.save()
page_reports.store("/", "A word is missing.", "192.0.2.1")
"""
PUT = """
from django.core.files.base import ContentFile
from django.core.files.storage import storages
storages["attachments"].save("other", ContentFile(b"of another site"))
"""
COUNTS = """
from operations.moving import rows
tables = [model._meta for model in rows.tables() if model._meta.app_label != "limits"]  # counters end by the hour
print({each.db_table: each.model._base_manager.count() for each in tables})
"""


def get(url: str, data: bytes | None = None) -> tuple[int, dict, str]:
    request = urllib.request.Request(url, data, {"Content-Type": CONTENT_TYPE} if data else {})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, dict(answer.headers), answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read().decode()


def form(site) -> bytes:
    token = re.search('name="token" value="([^"]+)"', get(f"{site.url}/contact/")[2])[1]
    return body(fields(token=token, message="Knock first & softly."))


def move(place: Place, file: Path, kill_at: str = "") -> tuple[int, str]:
    """Run the command, killed as it prints `kill_at`; its status and what it printed."""
    command = [sys.executable, "-u", "-W", "error", "manage.py", "move", str(file)]
    pipe = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    with subprocess.Popen(command, cwd=ROOT, env=place.env, **pipe) as process:
        printed = ""
        for line in process.stdout:
            printed += line
            if kill_at and kill_at in line:
                process.send_signal(signal.SIGKILL)
                break
        process.wait(timeout=120)
    return process.returncode, printed


@pytest.fixture
def here(tmp_path) -> Place:
    """A site without servers."""
    place = Place(tmp_path / "var", clean_environment() | NO_SERVERS | {"VAR_DIR": str(tmp_path / "var")})
    place.var.mkdir()
    shutil.copytree(prepared() / "static", place.var / "static")
    place.manage("prepare")
    (place.var / "media" / "markdownx").mkdir(parents=True)
    (place.var / "media" / "markdownx" / "picture.jpg").write_bytes(b"a picture")
    return place


def settings_of(there: Path) -> Path:
    """A file of settings that name an empty database and folder of the store."""
    named = state.make(there)
    file = there / "new.env"
    file.write_text("".join(f"{name}='{value}'\n" for name, value in named.items() if name in NO_SERVERS))
    return file


def test_move_completes_after_being_killed_and_reports_waiting_mail(here, tmp_path):
    file = settings_of(tmp_path / "there")
    _kept, withdrawn = here.ask_for_calls(2)
    shell(here, STAFF)
    with serve(here.var, fresh=False, **NO_SERVERS, WEB_WORKERS="1") as site:
        data = form(site)
        status, printed = move(here, file, kill_at="Copying rows")
        assert status == -signal.SIGKILL and "attachments: 2 of 2" in printed
        there = Place(
            here.var, here.env | dict(line.split("=", 1) for line in file.read_text().replace("'", "").split())
        )
        assert "has not finished" in fails(there, "prepare")  # nobody starts on the half of it

        assert get(f"{site.url}/contact/", data)[0] == 200  # taken: it is as if no move had been
        shell(here, WITHDRAW.format(withdrawn))
        before, counts = shell(here, PROVE), shell(here, COUNTS)
        data = form(site)
        status, printed = move(here, file)
        assert status == 0, printed
        assert re.search(r"callbacks_callbackrequest +3 +rows, each the same there", printed)
        assert re.search(r"files that people sent +1 +files", printed) and re.search(r"pictures +1 +files", printed)
        assert re.search(r"requests +2 +opened there", printed) and re.search(r"notes +1 +opened there", printed)

        # The old site shows its pages, and takes nothing that would be lost.
        assert get(f"{site.url}/")[0] == 200
        status, headers, page = get(f"{site.url}/contact/", data)
        assert status == 503 and headers["Retry-After"] and "Zoë Miller" in page and "tel:+18665121908" in page
        for path, sent in (
            ("/feedback/", b"x=1"),
            ("/contact/withdraw/", b"x=1"),
            ("/admin/", None),
            ("/staff/", None),
        ):
            status, headers, page = get(site.url + path, sent)
            assert status == 503 and headers["Retry-After"] and "tel:+18665121908" in page, path
    assert "was moved to servers" in fails(here, "prepare")
    assert "moved already" in move(here, file)[1]
    assert "but not there" in fails(here, "move", str(settings_of(tmp_path / "elsewhere")))

    there.manage("prepare")
    assert shell(there, PROVE) == before and shell(there, COUNTS) == counts
    objects = Path(state.SERVERS["files"], there.env["S3_BUCKET"])
    assert len([path for path in (objects / "attachments").iterdir() if path.is_file()]) == 1
    assert (objects / "media" / "markdownx" / "picture.jpg").read_bytes() == b"a picture"
    assert there.ask_for_calls(1, "later")  # also: numbers of new rows continue behind the old ones
    with serve(here.var, fresh=False, **{name: there.env[name] for name in NO_SERVERS}) as site:
        assert "sleep" in get(f"{site.url}/search/?q=sleep")[2].lower()


def test_impossible_move_changes_nothing_and_is_explained(here, tmp_path):
    file = settings_of(tmp_path / "there")
    here.ask_for_calls(1)
    named = file.read_text()
    wrong = tmp_path / "wrong.env"
    for text, says in (
        ("", "must name both"),
        (named + "SITE_URL=nowhere\n", "SITE_URL must"),
        (named + f"SECRET_KEY={'x' * 50}\n", "lack its SECRET_KEY"),
        (named.replace("postgres://tests@", "postgres://nobody@"), "new database failed"),
        (named + "S3_SECRET_KEY=wrong\n", "The store refused (SignatureDoesNotMatch). The site is as it was."),
    ):
        wrong.write_text(text)
        assert says in fails(here, "move", str(wrong))
    forks.manage(here.env | dotenv_values(file), "shell", "-v0", "-c", PUT)  # the server lists what it took at once
    bad = state.folder(tmp_path / "there") / "attachments"
    assert "are in use" in fails(here, "move", str(file))
    assert here.ask_for_calls(1, "b") and os.listdir(bad) == ["other"]
