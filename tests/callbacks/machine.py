"""Runs in a process of its own, on a database file and a folder of its own: VAR_DIR=... -m tests.callbacks.machine.

Eight threads send the same form at the same moment, then eight people send one each, and one request is
purged. Prints what came of it as JSON; the test that started this looks at the files.
"""

import datetime
import json
import os
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from threading import Barrier

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "detoxsite.settings")

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402
from django.core.files.storage import storages  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from callbacks.casework import erasure  # noqa: E402
from callbacks.models import Attachment, CallbackRequest  # noqa: E402
from tests.callbacks.helpers import JPEG, File, body, fields, post  # noqa: E402

THREADS = 8
SECRETS = {
    "name": "Zebediah Quillfeather",
    "phone": "212 555 0147",
    "message": "marmalade in the cupboard",
}
STORED_PHONE = "2125550147"
CONTENT = b"policy number 998877665544 "
FILE_NAME = b"zebediah-card-front.jpg"


def main() -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.CONTACT_LIMIT = 1_000_000  # all of them send from one address
    settings.STATIC_ROOT.mkdir(parents=True)
    files = (("file_1", File(JPEG + CONTENT * 9000, FILE_NAME)), ("file_2", File(JPEG + CONTENT, FILE_NAME)))
    same = body(fields(**SECRETS), *files)
    statuses = send_at_once([same] * THREADS)
    after_race = CallbackRequest.objects.count()
    stored_after_race = Attachment.objects.readable().count()
    statuses += send_at_once([body(fields(**SECRETS), *files) for _ in range(THREADS)])
    erased = CallbackRequest.objects.first()
    erased_bytes = [bytes(erased.sealed), bytes(erased.wrapped_key)]
    stood_there = [data in database_bytes() for data in erased_bytes]
    withdrawn = CallbackRequest.objects.last()
    withdrawn_bytes = [bytes(withdrawn.sealed), bytes(withdrawn.wrapped_key)]
    stood_there += [data in database_bytes() for data in withdrawn_bytes]
    erasure.withdraw(withdrawn)
    withdrawn_still_there = [data in database_bytes() for data in withdrawn_bytes]
    past = timezone.now() - datetime.timedelta(days=91)
    CallbackRequest.objects.filter(pk=erased.pk).update(
        received_at=past, erase_after=past + datetime.timedelta(days=90)
    )
    report = StringIO()
    call_command("purge_callbacks", stdout=report)
    print(
        json.dumps(
            {
                "statuses": statuses,
                "after_race": after_race,
                "stored_after_race": stored_after_race,
                "requests": CallbackRequest.objects.exclude(state="withdrawn").count(),
                "rows": sorted(Attachment.objects.object_names()),
                "objects": sorted(storages["attachments"].listdir("")[1]),
                "readable": {
                    request.open_details().name for request in CallbackRequest.objects.exclude(state="withdrawn")
                }
                == {SECRETS["name"]},
                "stood_there": stood_there,
                "withdrawn_still_there": withdrawn_still_there,
                "still_there": [data in database_bytes() for data in erased_bytes],
                "report": report.getvalue(),
            }
        )
    )


def database_bytes() -> bytes:
    """The database file and its write-ahead log, as a thief would find them while the site runs."""
    return b"".join(path.read_bytes() for path in settings.VAR_DIR.glob("db.sqlite3*"))


def send_at_once(bodies: list[bytes]) -> list[int]:
    barrier = Barrier(len(bodies))

    def send(data: bytes) -> int:
        barrier.wait()
        try:
            return post(Client(), data).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(bodies)) as pool:
        return list(pool.map(send, bodies))


if __name__ == "__main__":
    main()
