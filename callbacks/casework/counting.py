"""Count how people were called back, anonymously."""

import datetime

from django.db.models import F
from django.utils import timezone

from callbacks.models import CallAttempt, CallCount
from callbacks.values import counts
from callbacks.values.counts import Measure


def count(attempt: CallAttempt) -> None:
    """Count a call that was just logged, if it is the request's first, or the first that reached the person.

    So a request counts once, even if it is reopened, corrected or reached again, and a merged one only with its own
    calls. The caller has locked the request.
    """
    request = attempt.request
    earlier = request.attempts.exclude(pk=attempt.pk)
    tries = earlier.count()
    wait = counts.step(attempt.at - request.received_at)
    buckets: dict[Measure, int] = {}
    if not tries:
        buckets[Measure.FIRST_CALL] = wait
        if request.due_is_promised:
            buckets[Measure.KEPT] = int(attempt.at > request.due_at)
    reached = CallAttempt.Outcome.REACHED
    if attempt.outcome == reached and not earlier.filter(outcome=reached).exists():
        buckets |= {Measure.REACHED: wait, Measure.TRY: min(tries, 2)}
    day, hour = timezone.localdate(attempt.at), timezone.localtime(request.received_at).hour
    for measure, bucket in buckets.items():  # always in this order, against deadlocks
        row, _ = CallCount.objects.get_or_create(day=day, hour=hour, measure=measure, bucket=bucket)
        CallCount.objects.filter(pk=row.pk).update(count=F("count") + 1)


def prune() -> None:
    """Delete counts that are no longer shown."""
    CallCount.objects.filter(day__lte=timezone.localdate() - datetime.timedelta(days=counts.KEPT_DAYS)).delete()
