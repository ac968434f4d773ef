"""Several staff at the same requests at the same moment, in processes of their own on a real database file."""

import json
import subprocess
import sys

import pytest

from tests import state
from tests.prebuilt import ROOT, clean_environment, migrated

STAFF = 2
REQUESTS = 25

START = """
import os, sys, time
import django
os.environ["DJANGO_SETTINGS_MODULE"] = "detoxsite.settings"
django.setup()
import json
from django.contrib.auth.models import User
from callbacks.casework import actions
from callbacks.models import CallAttempt, CallbackRequest
"""

MAKE = f"""
from callbacks.values.details import Details
from callbacks.casework.submission import submit
for number in range({STAFF}):
    User.objects.create_user(f"staff{{number}}")
for number in range({REQUESTS}):
    submit(details=Details(name="Robin", phone="+12125550123"), nonce=str(number), received={{}})
"""

EACH = """
me = User.objects.get(username=sys.argv[1])
requests = list(CallbackRequest.objects.order_by("pk"))
shown = {request.pk: actions.stamp(request) for request in requests}
print("ready", flush=True)
sys.stdin.readline()
won = []
for request in requests:
    try:
        STEP
        won.append(str(request.pk))
    except (actions.AlreadyTaken, actions.PageOutdated):
        pass
print(json.dumps(won))
"""

LOOK = """
print(json.dumps([[str(r.pk), r.state, r.claimed_by.username, r.attempts.count()]
                  for r in CallbackRequest.objects.order_by("pk")]))
"""


class Machine:
    """The project's own settings and database file in a folder of its own."""

    def __init__(self, var) -> None:
        self.env = clean_environment() | state.make(var, like=migrated()) | {"PYTHONPATH": str(ROOT)}
        self.python(MAKE)

    def run(self, command: list[str]) -> str:
        return subprocess.run(
            command, cwd=ROOT, env=self.env, check=True, capture_output=True, text=True, timeout=120
        ).stdout

    def python(self, code: str) -> str:
        return self.run([sys.executable, "-c", START + code])

    def rows(self) -> list[list]:
        return json.loads(self.python(LOOK))

    def at_once(self, step: str, names: list[str]) -> list[list[str]]:
        """The requests with which each of `names` got through, all of them starting together."""
        command = [sys.executable, "-c", START + EACH.replace("STEP", step)]
        pipe = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        started = [subprocess.Popen([*command, name], cwd=ROOT, env=self.env, **pipe) for name in names]
        for process in started:
            assert process.stdout.readline() == "ready\n"
        for process in started:
            process.stdin.write("go\n")
            process.stdin.flush()
        answers = [process.communicate(timeout=120)[0] for process in started]
        assert [process.returncode for process in started] == [0] * len(names)
        return [json.loads(answer) for answer in answers]


@pytest.fixture
def machine(tmp_path) -> Machine:
    return Machine(tmp_path / "var")


def test_two_staff_cannot_claim_the_same_request_nor_log_one_call_twice(machine):
    names = [f"staff{number}" for number in range(STAFF)]
    won = machine.at_once("actions.claim(request, me)", names)
    assert sum(map(len, won)) == REQUESTS
    owner = {pk: name for name, pks in zip(names, won, strict=True) for pk in pks}
    assert machine.rows() == [[pk, "claimed", owner[pk], 0] for pk in sorted(owner)]

    logged = machine.at_once('actions.log_attempt(request, me, "no_answer", shown=shown[request.pk])', names * 2)
    assert sum(map(len, logged)) == REQUESTS
    assert machine.rows() == [[pk, "attempted", owner[pk], 1] for pk in sorted(owner)]
