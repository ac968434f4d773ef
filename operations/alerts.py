"""Mail to whoever runs the site: what needs them, and once it is well again. No patient's word, no reference.

The state of each matter is a row, and whoever moves its `told_at` on sends the mail; so of several processes, one does.
"""

import datetime

from django.conf import settings

from editorial import staff_mail
from editorial.staff_mail import NotSent
from operations import readiness
from operations.models import Matter
from operations.readiness import Finding

#: Between two mails about one matter.
PAUSE = datetime.timedelta(hours=6)
#: How long a matter must last before it is told: what a restart or a moment's trouble brings is over by then.
PATIENCE = datetime.timedelta(minutes=5)
#: Not to be told by mail: that is what is broken.
UNTELLABLE = {"mail"}


def tell(at: datetime.datetime) -> int:
    """At most one mail: about what is wrong and was not told for PAUSE, and about what is well again; of how many.

    Raises NotSent; the next call tries again.
    """
    return tell_of([finding for finding in readiness.findings(at) if finding.key not in UNTELLABLE], at)


def tell_of(found: list[Finding], at: datetime.datetime) -> int:
    """A matter that is not wrong any more among these is over. Raises NotSent."""
    wrong = [each for each in found if each.state == "wrong"]
    well = {each.key: each.title for each in found if each.state != "wrong"}
    Matter.objects.bulk_create([Matter(key=each.key, since=at) for each in wrong], ignore_conflicts=True)
    rows = {row.key: row for row in Matter.objects.all()}
    claimed = [each for each in wrong if _claim(rows[each.key], at)]
    over = [row for key, row in rows.items() if key in well]
    over = [row for row in over if Matter.objects.filter(key=row.key).delete()[0] and row.told_at]
    if claimed or over:
        try:
            send(claimed, [well[row.key] for row in over])
        except NotSent:
            for each in claimed:
                Matter.objects.filter(key=each.key).update(told_at=rows[each.key].told_at)
            Matter.objects.bulk_create(over, ignore_conflicts=True)
            raise
    return len(claimed) + len(over)


def _claim(row: Matter, at: datetime.datetime) -> bool:
    if row.since > at:  # a clock that was wrong
        Matter.objects.filter(key=row.key).update(since=at)
        return False
    is_due = row.told_at is None or not at - PAUSE < row.told_at <= at
    if row.since > at - PATIENCE or not is_due:
        return False
    return bool(Matter.objects.filter(key=row.key, told_at=row.told_at).update(told_at=at))


def send(wrong: list[Finding], over: list[str]) -> None:
    """`over`: the titles of what is well again. Raises NotSent."""
    titles = [f"{each.title}: {each.says}\n{each.advice}" for each in wrong]
    parts = ["\n\n".join(titles)] if titles else []
    if over:
        parts.append(f"Well again: {', '.join(over)}.")
    parts.append(f"All of it: {settings.SITE_URL}/admin/readiness/\nWhat stays wrong is told again after 6 hours.")
    subject = f"Needs you: {', '.join(each.title for each in wrong)}" if wrong else "Well again"
    staff_mail.send(subject, "\n\n".join(parts), settings.ALERT_EMAILS)
