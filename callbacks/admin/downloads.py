"""Files for staff: a copy without the place where a picture was taken; the original for those with the right."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from callbacks import objects, work
from callbacks.admin.access import ORIGINALS, VIEW, WORK, find_request, needs, staff_page
from callbacks.keyring import VaultError
from callbacks.models import AccessRecord, Attachment


@dataclass(frozen=True, repr=False)
class Copy:
    """What is sent: never a byte of it before the whole object was verified."""

    chunks: Iterator[bytes]
    size: int
    media_type: str
    extension: str


def original(attachment: Attachment) -> Copy:
    """The file as it was sent. Raises VaultError, or OSError where it cannot be read."""
    size = objects.verify(attachment.object_name)
    chunks = objects.plain_chunks(attachment.object_name)
    return Copy(chunks, size, attachment.media_type, attachment.kind)


def for_staff(attachment: Attachment) -> Copy:
    """What staff get unless they ask for the original."""
    return original(attachment)


@require_safe
@needs(VIEW, WORK)
def download(request: HttpRequest, pk: uuid.UUID, slot: str) -> HttpResponse:
    return _send(request, pk, slot, for_staff, AccessRecord.Action.DOWNLOADED)


@require_safe
@needs(VIEW, WORK, ORIGINALS)
def download_original(request: HttpRequest, pk: uuid.UUID, slot: str) -> HttpResponse:
    return _send(request, pk, slot, original, AccessRecord.Action.ORIGINAL)


def _send(request: HttpRequest, pk: uuid.UUID, slot: str, make, action: AccessRecord.Action) -> HttpResponse:
    """One file, decrypted on the way. Not a byte leaves before the whole of it was checked."""
    callback = find_request(pk)
    attachment = get_object_or_404(callback.attachments.arrived(), slot=slot)
    if not attachment.is_readable:
        return _problem_page(request, attachment, "held")
    try:
        copy = make(attachment)
    except FileNotFoundError:
        return _problem_page(request, attachment, "missing", status=404)
    except (VaultError, OSError):
        return _problem_page(request, attachment, "damaged")
    work.record(action, callback, request.user, slot)
    name = attachment.download_name.rpartition(".")[0]
    return StreamingHttpResponse(
        copy.chunks,
        content_type=copy.media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{name}.{copy.extension}"',
            "Content-Length": str(copy.size),
            "Content-Encoding": "identity",  # keeps the gzip middleware away: the length must stay true
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store, private",
        },
    )


def _problem_page(request: HttpRequest, attachment: Attachment, problem: str, status: int = 409) -> HttpResponse:
    context = {"attachment": attachment, "problem": problem, "title": "This file cannot be opened"}
    return staff_page(request, "file_problem.html", context, status)
