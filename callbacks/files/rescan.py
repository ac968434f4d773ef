"""Scan files that arrived while the malware scanner was down and are held until scanned."""

import contextlib
import logging
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from callbacks.files import clamd
from callbacks.files.clamd import Scan, Verdict
from callbacks.models import Attachment
from callbacks.values.upload_rules import Refusal
from vault import sealed_files
from vault.keyring import VaultError

log = logging.getLogger(__name__)

NO_SCANNER = "No scanner is configured: set CLAMD."
NO_RESPONSE = "The scanner does not respond."


@dataclass
class Counts:
    """The results for held files, and why some are still held."""

    clean: int = 0
    infected: int = 0
    held: int = 0
    problem: str = ""

    def __str__(self) -> str:
        counts = f"Held files found clean: {self.clean}. Refused for malware: {self.infected}. Still held: {self.held}."
        return f"{counts} {self.problem}".strip()


def scan_object(object_name: str) -> Verdict:
    """Stream a decrypted file to clamd. Raises VaultError if it was changed, OSError if it cannot be read."""
    with contextlib.closing(Scan(background=True)) as scan:
        for chunk in sealed_files.plain_chunks(object_name):
            scan.write(chunk)
        return scan.finish()


def rescan_held() -> Counts:
    """Scan each held file: release it, discard it, or keep it held. Of concurrent runs, the first result counts."""
    counts = Counts()
    for pk, object_name in Attachment.objects.held().order_by("pk").values_list("pk", "object_name"):
        still_held = Attachment.objects.held().filter(pk=pk, object_name=object_name)
        if not counts.problem and not clamd.responds():
            counts.problem = NO_RESPONSE if settings.CLAMD else NO_SCANNER
        verdict = Verdict.NOT_SCANNED if counts.problem else _scan(object_name)
        if verdict is Verdict.CLEAN:
            counts.clean += still_held.update(state=Attachment.State.STORED)
        elif verdict is Verdict.INFECTED:
            counts.infected += _refuse(still_held)
        else:
            counts.held += still_held.exists()
    return counts


def _scan(object_name: str) -> Verdict:
    try:
        return scan_object(object_name)
    except (VaultError, OSError) as error:
        # Erased in the meantime, or damaged.
        log.warning("A held file could not be opened to be scanned: %s", type(error).__name__)
        return Verdict.NOT_SCANNED


def _refuse(still_held: QuerySet[Attachment]) -> bool:
    with transaction.atomic():
        attachment = still_held.select_for_update().first()
        if attachment is None:
            return False
        name = attachment.refuse(Refusal.INFECTED)
        attachment.save(update_fields=["state", "reason", "object_name", "size", "kind", "found"])
        transaction.on_commit(lambda: sealed_files.discard(name))
    return True
