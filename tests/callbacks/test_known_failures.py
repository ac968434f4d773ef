"""Ways in which form systems of others have failed, by the number under which each was made public.

What concerns files is in test_hostile_files.py. What concerns the pages of staff is tested where these are:
scripts in the list and the detail of entries (CVE-2026-86799, CVE-2026-83592, CVE-2026-13359), filters that echo
(CVE-2021-25079, CVE-2026-14870), entries deleted by a forged link (CVE-2026-0811), exports that anybody could fetch or
that run in a spreadsheet (CVE-2017-20194, CVE-2022-0142, CVE-2015-20067, CVE-2018-9035, CVE-2018-10504, CVE-2020-22276,
CVE-2022-3463, CVE-2022-3574, CVE-2022-3634) in the tests of the queue, test_admin.py and beside it; uploads to the
editor (CVE-2024-2319, CVE-2025-13030) in tests/editorial/test_images.py, and what its text may hold (CVE-2026-1454) in
tests/editorial/test_markdown.py.
"""

import ast
import json
from pathlib import Path

import pytest
from django.conf import settings

from callbacks.models import CallbackRequest
from tests.callbacks import hostile
from tests.callbacks.helpers import (
    BOUNDARY,
    CONTACT,
    DETAILS,
    File,
    body,
    fields,
    form_token,
    post,
    post_form,
    submit,
    text_of,
)

pytestmark = pytest.mark.django_db
CODE = [
    path
    for folder in settings.BASE_DIR.iterdir()
    if folder.is_dir() and folder.name not in {"tests", "bench", "var", ".venv"}
    for path in folder.glob("**/*.py")
]


def modules_named_in(path: Path) -> set[str]:
    """What a module imports, and the bare names it calls."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names} | {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found |= {node.module, node.module.split(".")[0]}
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            found.add(f"{node.func.id}()")
    return found


def test_nothing_that_was_sent_can_be_made_to_run_fetched_or_unpacked():
    """Objects were rebuilt from what a form held: CVE-2026-103039, CVE-2023-28782. A second way into the storage, by
    address, had no check: CVE-2025-12352. Archives were unpacked over the files of the site: we take none."""
    running = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "eval()", "exec()", "jsonpickle"}
    fetching = {"requests", "httpx", "aiohttp", "urllib3", "urllib.request", "http.client", "ftplib", "boto3"}
    unpacking = {"zipfile", "tarfile", "py7zr", "rarfile"}
    assert len(CODE) > 50
    found = {(path.name, name) for path in CODE for name in modules_named_in(path) & (running | fetching | unpacking)}
    assert found == {("s3.py", "boto3")}  # whose address comes from the environment


def test_sessions_are_kept_as_json():
    """CVE-2026-103039: the twin function that nobody had hardened."""
    assert settings.SESSION_SERIALIZER == "django.contrib.sessions.serializers.JSONSerializer"
    assert settings.SESSION_ENGINE == "accounts.session_store"


SCRIPT = "\"'><img src=x onerror=alert(1)><script>alert(1)</script>"


def test_script_in_any_field_comes_back_as_text(client):
    """CVE-2026-86799, CVE-2026-83592, CVE-2026-13359, seen from the person's side."""
    asked = "name about phone email times zone leave if_other_answers message website token".split()
    page = post(
        client, body(dict.fromkeys(asked, SCRIPT), ("file_1", File(hostile.REFUSED["php"], SCRIPT.encode())))
    ).content.decode()
    assert "<img src=x" not in page and "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_value_in_the_shape_of_a_list_or_an_object_is_no_value(client):
    """CVE-2026-10525: values in lists went round the cleaning."""
    names = ["name[]", "name[0]", "name[$ne]", "phone[number]", "__proto__[name]", "constructor"]
    twist = dict.fromkeys(names, "x") | {"details": json.dumps({"name": "x"})}
    assert post(client, body(twist | fields())).status_code == 303
    assert CallbackRequest.objects.get().open_details() == DETAILS


def test_field_that_comes_twice_counts_once_and_is_cleaned(client):
    """CVE-2026-10525"""
    first = body({"name": "First"}, complete=False).removesuffix(f"--{BOUNDARY}--\r\n".encode())
    response = post(client, first + body(fields(name="\x1b\u202eLast")))
    assert response.status_code == 303
    assert CallbackRequest.objects.get().open_details().name == "Last"


def test_json_in_place_of_a_form_is_no_form(client):
    """CVE-2026-10525"""
    response = client.post(CONTACT, json.dumps(fields() | {"complete": "1"}), content_type="application/json")
    assert response.status_code in {400, 422}
    assert CallbackRequest.objects.count() == 0


def test_posted_identity_changes_no_request_of_another(client):
    """CVE-2026-1947: a posted number overwrote somebody's entry."""
    other = submit(nonce="another")
    told = {"id": str(other.pk), "pk": str(other.pk), "reference": other.reference, "form_key": other.form_key}
    told |= {"state": "closed", "nonce": "another", "link_hash": other.link_hash, "suspicion": "", "sealed": "x"}
    assert post(client, body(fields(name="Mallory", phone="212 555 0166") | told)).status_code == 303
    other.refresh_from_db()
    assert other.open_details() == DETAILS and other.state == "new"
    assert CallbackRequest.objects.exclude(pk=other.pk).get().open_details().name == "Mallory"


def test_form_sent_again_a_day_later_makes_no_further_request(client):
    """CVE-2026-7792"""
    nonce = "the-nonce-of-a-form"
    assert post_form(client, token=form_token(nonce=nonce)).status_code == 303
    assert post_form(client, token=form_token(nonce=nonce, seconds_ago=25 * 3600)).status_code == 422
    assert CallbackRequest.objects.count() == 1


def test_form_shows_nothing_that_somebody_sent_before_or_that_the_address_says(client):
    """CVE-2026-62043"""
    location = post_form(client)["Location"]
    asked = {"name": "Planted", "phone": "212 555 0166", "message": "Planted", "t": location.split("t=")[1]}
    for page in (client.get(CONTACT), client.get(CONTACT, asked), client.get(location + "&name=Planted")):
        words = page.content.decode().replace(asked["t"], "")
        assert "Planted" not in words and "555 0166" not in words
        for told in ("Zoë", "Miller", "Knock first", "2125550123") if "/sent/" not in page.request["PATH_INFO"] else ():
            assert told not in words
    assert "What happens next" in text_of(client.get(location))
