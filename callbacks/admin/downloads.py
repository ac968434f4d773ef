"""Downloads for staff: a copy without location data or, with the permission, the original."""

import random
import uuid
from collections.abc import Iterable

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from callbacks.admin.access import ORIGINALS, VIEW, WORK, StaffRequest, find_request, needs, staff_page
from callbacks.casework import actions
from callbacks.files import clean_copies
from callbacks.models import AccessRecord, Attachment
from vault.keyring import VaultError


@require_safe
@needs(VIEW, WORK)
def download(request: StaffRequest, pk: uuid.UUID, slot: str) -> HttpResponseBase:
    return _send(request, pk, slot, AccessRecord.Action.DOWNLOADED)


@require_safe
@needs(VIEW, WORK, ORIGINALS)
def download_original(request: StaffRequest, pk: uuid.UUID, slot: str) -> HttpResponseBase:
    return _send(request, pk, slot, AccessRecord.Action.ORIGINAL)


def _send(request: StaffRequest, pk: uuid.UUID, slot: str, action: AccessRecord.Action) -> HttpResponseBase:
    """Stream one decrypted file, after authenticating all of it."""
    callback = find_request(pk)
    attachment = get_object_or_404(callback.attachments.arrived(), slot=slot)
    if not attachment.is_readable:
        return _problem(request, attachment, "held")
    try:
        copy = clean_copies.for_staff(attachment, original=action == AccessRecord.Action.ORIGINAL)
    except clean_copies.Busy:
        wait = random.randint(5, 15)  # noqa: S311  several tabs should not retry at the same moment
        response = _problem(request, attachment, "busy", status=503, title="Please wait")
        response["Retry-After"] = response["Refresh"] = str(wait)
        return response
    except clean_copies.CannotClean as error:
        return _problem(request, attachment, "unclean", why=str(error))
    except FileNotFoundError:
        return _problem(request, attachment, "missing", status=404)
    except (VaultError, OSError):
        return _problem(request, attachment, "damaged")
    actions.record(action, callback, request.user, slot)
    return as_attachment(copy.chunks, copy.name, copy.media_type, {"Content-Length": str(copy.size)})


def as_attachment(
    chunks: Iterable[bytes], name: str, media_type: str, headers: dict[str, str]
) -> StreamingHttpResponse:
    """Return a file that browsers save, without displaying, sniffing or caching it. `name` must be safe in a header."""
    return StreamingHttpResponse(
        chunks,
        content_type=media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Content-Encoding": "identity",  # disables the gzip middleware, as Content-Length must be right
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store, private",
        }
        | headers,
    )


def _problem(request: StaffRequest, attachment: Attachment, problem: str, status: int = 409, **more) -> HttpResponse:
    context = {"attachment": attachment, "problem": problem, "title": "This file cannot be opened"} | more
    return staff_page(request, "file_problem.html", context, status)
