"""Opens everything a site has stored, with its own keys, and prints it as JSON. For a site with made-up people only.

    VAR_DIR=... .venv/bin/python -m bench.stored

Each request is opened, each file decrypted and hashed. `damaged` lists what does not open; `orphans` counts objects
without a row, before and after a sweep; `invalid` lists what the form should not have taken.
"""

import datetime
import hashlib
import json
import os


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "detoxsite.settings"
    import django

    django.setup()
    print(json.dumps(everything()))


def everything() -> dict:
    from django.db import connection
    from django.utils import timezone

    from callbacks.casework import erasure
    from callbacks.models import Attachment, CallbackRequest
    from vault import sealed_files

    requests, damaged, invalid = [], [], []
    for request in CallbackRequest.objects.prefetch_related("attachments"):
        files = {}
        try:
            details = request.open_details()
            for attachment in request.attachments.all():
                attachment.open_name()
                files[attachment.slot] = attachment.reason or _digest(sealed_files, attachment)
            if problem := _problem(sealed_files, request, details):
                invalid.append(f"{request.reference}: {problem}")
            requests.append(
                {"reference": request.reference, "name": details.name, "message": details.message, "files": files}
            )
        except Exception as error:  # whatever it is, it is damage
            damaged.append(f"{request.reference}: {error!r}")
    names = set(sealed_files.names_older_than(timezone.now() + datetime.timedelta(days=1)))
    orphans = len(names - Attachment.objects.object_names())
    erasure.sweep_orphans(datetime.timedelta(seconds=-1))
    names = set(sealed_files.names_older_than(timezone.now() + datetime.timedelta(days=1)))
    left = len(names - Attachment.objects.object_names())
    with connection.cursor() as cursor:
        integrity = cursor.execute("PRAGMA integrity_check").fetchone()[0] if connection.vendor == "sqlite" else "ok"
    left = {"orphans": orphans, "orphans_left": left}
    return {"requests": requests, "damaged": damaged, "invalid": invalid, "integrity": integrity} | left


def _problem(sealed_files, request, details) -> str:
    """What should not have been stored, or an empty string."""
    from callbacks.values.text import visible
    from callbacks.values.upload_rules import MAX_UPLOAD_BYTES, SNIFF_BYTES, recognize
    from editorial.values import phones

    if not details.name.strip() or len(details.name) > 120 or visible(details.name) != details.name:
        return "a name that the form does not take"
    if details.phone and phones.read(details.phone).e164 != details.phone:
        return "a number that is none"
    if len(details.message) > 5000:
        return "a message that is too long"
    for attachment in request.attachments.exclude(object_name=""):
        head = next(sealed_files.plain_chunks(attachment.object_name))[:SNIFF_BYTES]
        if recognize(head) != attachment.kind or not 0 < attachment.size <= MAX_UPLOAD_BYTES:
            return "a file of a kind that is not accepted"
    return ""


def _digest(sealed_files, attachment) -> str:
    """Of the file as it was sent."""
    if sealed_files.verify(attachment.object_name) != attachment.size:
        raise ValueError("The size is not the stored one.")
    digest = hashlib.sha256()
    for chunk in sealed_files.plain_chunks(attachment.object_name):
        digest.update(chunk)
    return digest.hexdigest()


if __name__ == "__main__":
    main()
