"""Scans what arrived while the malware scanner was away. Until then nobody opens it."""

import logging
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from callbacks.files import clamd
from callbacks.files.clamd import Scan, Verdict
from callbacks.models import Attachment
from callbacks.values.upload_rules import Refusal
from vault import sealed_files
from vault.keyring import VaultError

log = logging.getLogger(__name__)

NO_SCANNER = "No scanner is configured: set CLAMD."
AWAY = "The scanner does not answer."


@dataclass
class Counts:
    """What became of the files that were held, and why the rest still is."""

    clean: int = 0
    infected: int = 0
    held: int = 0
    problem: str = ""

    def __str__(self) -> str:
        counts = f"Held files found clean: {self.clean}. Refused for malware: {self.infected}. Still held: {self.held}."
        return f"{counts} {self.problem}".strip()


def scan_object(object_name: str) -> Verdict:
    """Decrypts an object straight to clamd. Raises VaultError where it was changed, OSError where it cannot be read."""
    scan = Scan(clamd.IN_THE_BACKGROUND)
    try:
        for chunk in sealed_files.plain_chunks(object_name):
            scan.write(chunk)
        return scan.finish()
    finally:
        scan.close()


def rescan_held() -> Counts:
    """Scans each held file: a clean one can be opened from then on, an infected one is refused and discarded.

    What cannot be scanned stays held. Two of these at once do no harm: whoever is first decides.
    """
    counts = Counts()
    for pk, object_name in Attachment.objects.held().order_by("pk").values_list("pk", "object_name"):
        verdict = _scan(object_name) if not counts.problem else Verdict.NOT_SCANNED
        if verdict is Verdict.NOT_SCANNED and not counts.problem and not clamd.answers():
            counts.problem = AWAY if settings.CLAMD else NO_SCANNER
        if verdict is Verdict.CLEAN:
            counts.clean += (
                Attachment.objects.held().filter(pk=pk, object_name=object_name).update(state=Attachment.State.STORED)
            )
        elif verdict is Verdict.INFECTED:
            counts.infected += _refuse(pk, object_name)
        else:
            counts.held += Attachment.objects.held().filter(pk=pk, object_name=object_name).exists()
    return counts


def _scan(object_name: str) -> Verdict:
    if not settings.CLAMD:
        return Verdict.NOT_SCANNED
    try:
        return scan_object(object_name)
    except (VaultError, OSError) as error:
        # Erased meanwhile, or damaged: then no scanner and no staff can open it.
        log.warning("A held file could not be opened to be scanned: %s", type(error).__name__)
        return Verdict.NOT_SCANNED


def _refuse(pk: int, object_name: str) -> bool:
    with transaction.atomic():
        held = Attachment.objects.held().select_for_update()
        attachment = held.filter(pk=pk, object_name=object_name).first()
        if attachment is None:
            return False
        name = attachment.refuse(Refusal.INFECTED)
        attachment.save(update_fields=["state", "reason", "object_name", "size", "kind", "found"])
        transaction.on_commit(lambda: sealed_files.discard(name))
    return True
