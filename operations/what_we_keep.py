"""The public page about all that the site stores, and how long; a test compares it with the database and settings."""

from django.apps import apps
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts import lockout
from callbacks.casework import erasure, links
from callbacks.values import counts
from editorial.models import unsaved, versions
from editorial.pages.reading import reading_page
from editorial.workflow import notices
from operations.backups import tombstones

#: The tables of each kind, listed by hand, so that a new one has to be explained on the page.
TABLES = {
    "request": "callbacks.CallbackRequest",
    "file": "callbacks.Attachment",
    "work": "callbacks.CallAttempt callbacks.Note callbacks.Disclosure",
    "access": "callbacks.AccessRecord",
    "erased": "callbacks.Erasure callbacks.Tombstone",
    "waits": "callbacks.CallCount",
    "barred": "callbacks.DoNotCall",
    "report": "editorial.PageReport",
    "count": "limits.Salt limits.Counter",
    "mail": "editorial.PageNotice",
    "staff": (
        "auth.User auth.User_groups auth.User_user_permissions account.EmailAddress account.EmailConfirmation "
        "mfa.Authenticator sessions.Session accounts.KnownAddress admin.LogEntry reversion.Revision "
        "reversion.Version editorial.ChangeRecord editorial.MailChoice editorial.ReviewAnswer "
        "editorial.Reviewer editorial.SignOff editorial.UnsavedForm editorial.Picture"
    ),
    "program": (
        "detoxsite.ScheduledJob detoxsite.ProbeResult detoxsite.Incident detoxsite.KnownKey auth.Group "
        "auth.Group_permissions auth.Permission contenttypes.ContentType editorial.ContentVersion"
    ),
}


def tables() -> dict[str, list[tuple[str, str]]]:
    """Return the tables and columns of each kind, all others as those of the guide, which have no personal data."""
    found = {kind: [apps.get_model(label) for label in labels.split()] for kind, labels in TABLES.items()}
    listed = {model for models in found.values() for model in models}
    content = [*versions.content_models(), *apps.get_app_config("search").get_models()]
    found["guide"] = [model for model in dict.fromkeys(content) if model not in listed]
    return {
        kind: [(model._meta.label, " ".join(field.name for field in model._meta.concrete_fields)) for model in models]
        for kind, models in found.items()
    }


@reading_page()
def what_we_keep(request: HttpRequest) -> HttpResponse:
    periods = {
        "days": settings.RETENTION_DAYS,
        "withdrawn_days": erasure.WITHDRAWN_DAYS,
        "waits_days": counts.KEPT_DAYS,
        "link_days": links.LINK_DAYS,
        "erased_days": tombstones.kept_days(),
        "backup_days": settings.BACKUP_DAYS,
        "mail_days": notices.KEPT_FOR.days,
        "session_hours": settings.STAFF_SESSION_HOURS,
        "known_days": lockout.KNOWN_FOR.days,
        "unsaved_days": unsaved.KEPT_FOR.days,
    }
    return render(request, "pages/what_we_keep.html", periods | {"tables": tables()})
