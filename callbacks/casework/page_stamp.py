"""Detect that a request changed after its page was opened, so that nobody acts on an outdated page."""

from callbacks.models import CallbackRequest

#: The message for each part of a stamp that differs.
_CHANGES = (
    "the person changed this request",
    "its files changed",
    "a call was logged",
    "a note was written",
    "it changed hands",
)


def stamp(request: CallbackRequest) -> str:
    """Return a stamp of the last correction, the number of files, calls and notes, and the claimer."""
    return "|".join(_parts(request))


def changes_since(request: CallbackRequest, shown: str) -> list[str]:
    """Return what changed since the page with the stamp `shown`, as parts of a sentence."""
    now, then = _parts(request), shown.split("|")
    if len(then) != len(now):
        return ["it may have changed"]
    return [words for words, is_now, was in zip(_CHANGES, now, then, strict=True) if is_now != was]


def _parts(request: CallbackRequest) -> list[str]:
    files = sum(file.arrived for file in request.attachments.all())
    counts = [files, request.attempts.count(), request.notes.count()]
    return [request.correction, *map(str, counts), str(request.claimed_by_id or "")]
