"""Run as a program by test_rotation.py: a real database file, and rotations that are killed at random lines of theirs.

Prints one line of JSON.
"""

import datetime
import json
import os
import random
import signal
import sys
from io import StringIO

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "detoxsite.settings"
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from callbacks.casework import erasure  # noqa: E402
from callbacks.files import rotation  # noqa: E402
from callbacks.models import Attachment, CallbackRequest  # noqa: E402
from tests.callbacks.helpers import DETAILS, JPEG, objects_in_store, stored, submit  # noqa: E402
from vault import keyring, sealed_files  # noqa: E402

REQUESTS = 30
STOPS = 25
LINES = 1_300  # of our code, at most, before a rotation is killed; one that is not runs through some 2,000
CODE = ("callbacks/files/rotation.py", "vault/sealed_files.py", "vault/keyring.py", "callbacks/models/requests.py")
SEED = 20260131
KEYS = {number: bytes([number]) * 32 for number in (1, 2)}


def main() -> None:
    settings.VAULT_KEYS = {1: KEYS[1]}
    for number in range(REQUESTS):
        submit(stored(content=content(number)), nonce=f"{number:03}")
    settings.VAULT_KEYS = KEYS
    chance = random.Random(SEED)
    moved, endings = [], []
    for _ in range(STOPS):
        endings.append(rotate_until(chance.randint(1, LINES)))
        check_all()
        moved.append(sum(count.by_key[2] for count in rotation.census()))
    report = StringIO()
    call_command("rotate_keys", stdout=report)
    settings.VAULT_KEYS = {2: KEYS[2]}
    check_all()
    found = len(CallbackRequest.objects.with_phone(DETAILS.phone))
    drafts = set(objects_in_store()) - Attachment.objects.object_names()
    swept = erasure.sweep_orphans(-datetime.timedelta(minutes=1))
    assert objects_in_store() and set(objects_in_store()) == Attachment.objects.object_names()
    result = {"moved": moved, "endings": endings, "report": report.getvalue(), "found": found}
    json.dump(result | {"drafts": len(drafts), "swept": swept}, sys.stdout)


def rotate_until(lines: int) -> int:
    """Rotates in a process that is killed after this many lines; the signal that ended it, or 0."""
    connection.close()
    child = os.fork()
    if not child:
        sys.settrace(Killer(lines))
        call_command("rotate_keys", stdout=StringIO())
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


class Killer:
    """Counts lines as they are run. A killed process cleans nothing up."""

    def __init__(self, lines: int) -> None:
        self.left = lines

    def __call__(self, frame, event, _):
        if not frame.f_code.co_filename.endswith(CODE):
            return None
        self.left -= event == "line"
        if self.left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return self


def content(number: int) -> bytes:
    return JPEG + number.to_bytes(2, "big") * 60_000


def check_all() -> None:
    """Whatever happened, everything opens, whole."""
    attachments = {row.request_id: row for row in Attachment.objects.all()}
    assert len(attachments) == REQUESTS
    for number, request in enumerate(CallbackRequest.objects.order_by("received_at")):
        assert request.open_details() == DETAILS
        assert request.phone_index in keyring.indexes(DETAILS.phone)
        row = attachments[request.pk]
        assert row.open_name() == "card.jpg"
        assert sealed_files.verify(row.object_name) == row.size
        assert b"".join(sealed_files.plain_chunks(row.object_name)) == content(number)


if __name__ == "__main__":
    main()
