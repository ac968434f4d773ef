"""What a page showed of a request, for its buttons to bring back: nobody ends what they have not read to its end."""

from callbacks.models import CallbackRequest

#: What may come between a page and its button, in the order of a stamp.
_NEWS = (
    "the person changed this request",
    "its files changed",
    "a call was logged",
    "a note was written",
    "it changed hands",
)


def stamp(request: CallbackRequest) -> str:
    """Which change by the person, how many files, calls and notes, and who has claimed it: no word of what they say."""
    return "|".join(_parts(request))


def news(request: CallbackRequest, shown: str) -> list[str]:
    """What came after the page with the stamp `shown`, as ends of a sentence; empty where nothing did."""
    now, then = _parts(request), shown.split("|")
    if len(then) != len(now):
        return ["it may have changed, which this page could not tell"]  # one opened before there were stamps
    return [words for words, is_now, was in zip(_NEWS, now, then, strict=True) if is_now != was]


def _parts(request: CallbackRequest) -> list[str]:
    files = sum(file.arrived for file in request.attachments.all())
    counts = [files, request.attempts.count(), request.notes.count()]
    return [request.correction, *map(str, counts), str(request.claimed_by_id or "")]
