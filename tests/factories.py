"""Rows for tests, with every value said out loud."""

import datetime
import time

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.models import Group, Permission, User
from django.utils import timezone

from articles.models import Article
from editorial.models import Source
from phases.models import Phase, Symptom, TreatmentOption

PASSWORD = "a long password for tests"
SUMMARY = "What it says, in one sentence that is long enough to be shown."
#: Good on any day the tests run, and by a clock that a test sets some months off.
DATES = {
    "reviewed_on": timezone.localdate() - datetime.timedelta(days=30),
    "review_due_on": timezone.localdate() + datetime.timedelta(days=1000),
}


def make_source(key: str = "a-source") -> Source:
    return Source.objects.get_or_create(key=key, defaults={"organization": "An office", "title": "A report"})[0]


def _page(**values) -> dict:
    return {"status": "published", "published_at": timezone.now() - datetime.timedelta(days=1), **DATES} | values


def make_article(**values) -> Article:
    base = {"title": "An article", "slug": "an-article", "summary": SUMMARY, "body": "Text.[@a-source]"}
    make_source()
    return Article.objects.create(**_page(**(base | values)))


def make_treatment(**values) -> TreatmentOption:
    base = dict.fromkeys(("what_it_does", "how_to_get_it", "may_suit", "watch_out"), "Words.[@a-source]")
    base |= {"name": "A medicine", "slug": "a-medicine", "kind": "medication", "summary": SUMMARY}
    base |= {"evidence": "some", "evidence_note": "A little is known.", "body": "Text.[@a-source]"}
    make_source()
    return TreatmentOption.objects.create(**_page(**(base | values)))


HOURS = {"onset_from": 6, "onset_to": 24, "peak_from": 24, "peak_to": 36, "end_from": 36, "end_to": 48}


def make_phase(**values) -> Phase:
    base = dict.fromkeys(("timing_note", "overview", "what_helps", "get_help", "what_comes_next"), "Words.[@a-source]")
    base |= {"name": "A stage", "slug": "a-stage", "position": 1, "summary": SUMMARY}
    base |= {"evidence": "some", "evidence_note": "A little is known."} | HOURS
    make_source()
    return Phase.objects.create(**_page(**(base | values)))


def make_symptom(phase: Phase, **values) -> Symptom:
    base = {"name": "Yawning", "slug": "yawning", "intensity": "mild", "confidence": "low", "also_called": "yawn"}
    base |= {"description": "You yawn.[@a-source]", "what_helps": "Rest.", "get_help": ""} | HOURS
    return Symptom.objects.create(phase=phase, **(base | values))


#: The secret in every test user's authenticator app.
APP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def make_staff(
    username: str = "editor",
    *,
    permissions: tuple[str, ...] = (),
    roles: tuple[str, ...] = (),
    superuser: bool = False,
    second_factor: bool = True,
) -> User:
    """`permissions` are "app.codename". Without a second factor, staff reach nothing but its set-up."""
    user = User.objects.create_user(username, password=PASSWORD, is_staff=True, is_superuser=superuser)
    for name in permissions:
        app, codename = name.split(".")
        user.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
    user.groups.set(Group.objects.filter(name__in=roles))
    assert user.groups.count() == len(roles)
    if second_factor:
        TOTP.activate(user, APP_SECRET)
        RecoveryCodes.activate(user)
    return user


def app_code(secret: str = APP_SECRET, *, ahead: int = 0) -> str:
    """What the app shows now, or `ahead` half minutes later (1 is accepted already). Where it goes on to show the same,
    which would be used up for both half minutes: what it showed before, which is accepted still."""
    step = int(time.time()) // 30 + ahead
    before, now, after = (totp.format_hotp_value(totp.hotp_value(secret, step + each)) for each in (-1, 0, 1))
    return before if now == after and not ahead else now


def wrong_code(secret: str = APP_SECRET) -> str:
    """Six digits that the app shows neither now nor a minute before or after."""
    shown = {app_code(secret, ahead=ahead) for ahead in range(-3, 4)}
    return next(code for digit in "0123456789" if (code := digit * 6) not in shown)
