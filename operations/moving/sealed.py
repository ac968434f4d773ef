"""Open everything that is sealed in a database."""

from collections.abc import Callable, Iterator
from functools import partial

from allauth.mfa.models import Authenticator

from accounts import secrets
from callbacks.models import Attachment, CallbackRequest, Disclosure, Note
from editorial.models import PageReport
from operations import keys


def open_all(alias: str) -> dict[str, tuple[int, int]]:
    """Return, by kind, how many were opened and how many could not be."""
    counts = {}
    for kind, openers in _kinds(alias).items():
        results = [keys.opens(open_it) for open_it in openers]
        counts[kind] = results.count(True), results.count(False)
    return counts


def _kinds(alias: str) -> dict[str, Iterator[Callable[[], object]]]:
    requests = CallbackRequest.objects.using(alias).exclude(state=CallbackRequest.State.WITHDRAWN)
    notes = Note.objects.using(alias).select_related("request")
    disclosures = Disclosure.objects.using(alias).select_related("request")
    files = Attachment.objects.using(alias).exclude(object_name="").select_related("request")
    return {
        "requests": (row.open_details for row in requests.iterator()),
        "notes": (row.open_text for row in notes.iterator()),
        "disclosures": (row.open_text for row in disclosures.iterator()),
        "file names": (row.open_name for row in files.iterator()),
        "second factors": (partial(secrets.open_all, row) for row in Authenticator.objects.using(alias)),
        "page reports": (row.words for row in PageReport.objects.using(alias).iterator()),
    }
