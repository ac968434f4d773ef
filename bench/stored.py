"""Opens everything a site has stored, with its own keys, and prints it as JSON. For a site with made-up people only.

    VAR_DIR=... .venv/bin/python -m bench.stored

Each request is opened, each file decrypted and hashed. `damaged` lists what does not open; `orphans` counts objects
without a row, before and after a sweep.
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
    from callbacks import objects, services
    from callbacks.models import Attachment, CallbackRequest
    from django.utils import timezone

    requests, damaged = [], []
    for request in CallbackRequest.objects.prefetch_related("attachments"):
        files = {}
        try:
            details = request.open_details()
            for attachment in request.attachments.all():
                attachment.open_name()
                files[attachment.slot] = attachment.reason or _digest(objects, attachment)
            requests.append(
                {"reference": request.reference, "name": details.name, "message": details.message, "files": files}
            )
        except Exception as error:  # whatever it is, it is damage
            damaged.append(f"{request.reference}: {error!r}")
    names = set(objects.names_older_than(timezone.now() + datetime.timedelta(days=1)))
    orphans = len(names - Attachment.objects.object_names())
    services.sweep_orphans(datetime.timedelta(seconds=-1))
    names = set(objects.names_older_than(timezone.now() + datetime.timedelta(days=1)))
    left = len(names - Attachment.objects.object_names())
    return {"requests": requests, "damaged": damaged, "orphans": orphans, "orphans_left": left}


def _digest(objects, attachment) -> str:
    """Of the file as it was sent."""
    if objects.verify(attachment.object_name) != attachment.size:
        raise ValueError("The size is not the stored one.")
    digest = hashlib.sha256()
    for chunk in objects.plain_chunks(attachment.object_name):
        digest.update(chunk)
    return digest.hexdigest()


if __name__ == "__main__":
    main()
