"""Runs in a process of its own, on a database file and a folder of its own: VAR_DIR=... -m tests.callbacks.machine.

Eight threads send the same form at the same moment, then eight people send one each. Prints what came of it as JSON.
"""

import json
import os
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "detoxsite.settings")

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.files.storage import storages  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from callbacks.models import Attachment, CallbackRequest  # noqa: E402
from tests.callbacks.helpers import DETAILS, JPEG, PDF, File, body, fields, post  # noqa: E402

THREADS = 8


def main() -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.CONTACT_LIMIT = 1_000_000  # all of them send from one address
    settings.STATIC_ROOT.mkdir(parents=True)
    files = (("file_1", File(JPEG * 200)), ("file_2", File(PDF)))
    same = body(fields(), *files)
    result = {"statuses": send_at_once([same] * THREADS)}
    result["after_race"] = [CallbackRequest.objects.count(), Attachment.objects.readable().count()]
    result["statuses"] += send_at_once([body(fields(), *files) for _ in range(THREADS)])
    result["readable"] = [request.open_details() == DETAILS for request in CallbackRequest.objects.all()]
    result["rows"] = sorted(Attachment.objects.object_names())
    result["objects"] = sorted(storages["attachments"].listdir("")[1])
    print(json.dumps(result))


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
