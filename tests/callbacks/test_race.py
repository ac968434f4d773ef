"""At the same moment, in processes of their own on a real database file: people who send, and staff at work."""

import json
import os
import subprocess
import sys

from tests import state
from tests.callbacks.machine import THREADS
from tests.prebuilt import ROOT, clean_environment, migrated


def test_forms_sent_at_once_make_one_request_for_each_person_with_two_files(tmp_path):
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.callbacks.machine"],
        cwd=ROOT,
        env=os.environ | state.make(tmp_path, like=migrated()),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["statuses"] == [303] * THREADS * 2
    assert result["after_race"] == [1, 2]
    assert result["readable"] == [True] * (1 + THREADS)
    assert result["rows"] == result["objects"] and len(result["rows"]) == 2 * (1 + THREADS)


STAFF = 2
REQUESTS = 25

RACE = f"""
import json, multiprocessing, os
import django
os.environ["DJANGO_SETTINGS_MODULE"] = "detoxsite.settings"
django.setup()
from django.contrib.auth.models import User
from django.db import connection
from callbacks.casework import actions
from callbacks.casework.submission import submit
from callbacks.models import CallbackRequest
from callbacks.values.details import Details


def work(name, step, barrier, won):
    me = User.objects.get(username=name)
    shown = [(request, actions.stamp(request)) for request in CallbackRequest.objects.order_by("pk")]
    barrier.wait(60)
    for request, stamp in shown:
        try:
            step(request, me, stamp)
            won.put((name, str(request.pk)))
        except (actions.AlreadyTaken, actions.PageOutdated):
            pass
    won.put((name, None))


def at_once(step, names):
    connection.close()
    fork = multiprocessing.get_context("fork")
    barrier, won, got = fork.Barrier(len(names)), fork.SimpleQueue(), []
    workers = [fork.Process(target=work, args=(name, step, barrier, won)) for name in names]
    for worker in workers:
        worker.start()
    while sum(pk is None for _, pk in got) < len(names):
        got.append(won.get())
    for worker in workers:
        worker.join()
    return [(name, pk) for name, pk in got if pk]


def rows():
    requests = CallbackRequest.objects.order_by("pk")
    return [[str(r.pk), r.state, r.claimed_by.username, r.attempts.count()] for r in requests]


names = [f"staff{{number}}" for number in range({STAFF})]
for name in names:
    User.objects.create_user(name)
for number in range({REQUESTS}):
    submit(details=Details(name="Robin", phone="+12125550123"), nonce=str(number), received={{}})
claims, claimed = at_once(lambda request, me, _: actions.claim(request, me), names), rows()
calls = at_once(lambda request, me, shown: actions.log_attempt(request, me, "no_answer", shown=shown), names * 2)
print(json.dumps([claims, claimed, calls, rows()]))
"""


def test_two_staff_cannot_claim_the_same_request_nor_log_one_call_twice(tmp_path):
    env = clean_environment() | state.make(tmp_path / "var", like=migrated()) | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", RACE], cwd=ROOT, env=env, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    claims, claimed, calls, called = json.loads(done.stdout)
    owner = {pk: name for name, pk in claims}
    assert len(claims) == len(owner) == REQUESTS
    assert claimed == [[pk, "claimed", owner[pk], 0] for pk in sorted(owner)]
    assert sorted(calls) == sorted(claims)
    assert called == [[pk, "attempted", owner[pk], 1] for pk in sorted(owner)]
