"""The public page about all that the site stores, and how long; a test compares it with the database and settings."""

import re

from django.apps import apps
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts import lockout
from callbacks.casework import erasure, links
from callbacks.values import counts
from editorial.models import unsaved, versions
from editorial.pages.reading import reading_page
from operations import schedule
from operations.backups import tombstones

#: The tables and columns of each kind, listed by hand, so that a new one has to be explained on the page.
TABLES = {
    "request": """
        callbacks.CallbackRequest: id reference form_key link_hash link_expires_at state received_at erase_after
            wrapped_key sealed phone_index second_phone_index suspicion call_times finer_hours zone due_at
            due_is_promised next_try_at language channel about if_other_answers claimed_by claimed_at merged_into
            withdrawn_at corrected_at staff_notified_at overdue_notified_at correction_notified_at notice_key
    """,
    "file": "callbacks.Attachment: id request slot state reason object_name size kind found sealed_name",
    "work": """
        callbacks.CallAttempt: id who username at request outcome next_try_at
        callbacks.Note: id who username at request sealed
        callbacks.Disclosure: id who username at request sealed
    """,
    "access": "callbacks.AccessRecord: id who username at request_reference slot action",
    "erased": """
        callbacks.Erasure: id at reason requests files
        callbacks.Tombstone: request_id at withdrawn
    """,
    "waits": "callbacks.CallCount: id day hour measure bucket count",
    "barred": "callbacks.DoNotCall: id who username at phone_index lifted_at lifted_by",
    "report": "editorial.PageReport: id page sealed day is_done is_mailed",
    "count": """
        limits.Salt: id day value
        limits.Counter: id digest hits began_at forget_at
    """,
    "task": """
        django_tasks_database.DBTaskResult: id status enqueued_at started_at finished_at args_kwargs priority task_path
            worker_ids queue_name backend_name run_after return_value exception_class_path traceback
    """,
    "staff": """
        auth.User: id password last_login is_superuser username first_name last_name email is_staff is_active
            date_joined
        auth.User_groups: id user group
        auth.User_user_permissions: id user permission
        account.EmailAddress: id user email verified primary
        account.EmailConfirmation: id email_address created sent key
        mfa.Authenticator: id user type data created_at last_used_at
        sessions.Session: session_key session_data expire_date
        accounts.KnownAddress: id digest forget_at
        admin.LogEntry: id action_time user content_type object_id object_repr action_flag change_message
        reversion.Revision: id date_created user comment
        reversion.Version: id revision object_id content_type db format serialized_data object_repr
        editorial.ChangeRecord: id page_type page_id revision kind number note digest by at override_reason in_review
            typed
        editorial.MailChoice: user wants_digest wants_changes digest_sent_at
        editorial.ReviewAnswer: id change name is_fine words at
        editorial.Reviewer: id user name credentials license_number profile_url conflicts conflicts_on is_active
        editorial.SignOff: id page_type page_id digest reviewer on wording_changed at
        editorial.UnsavedForm: id user page data typed_at
        editorial.Picture: id name width height widths alt decorative removed_why by at
    """,
    "program": """
        detoxsite.ScheduledJob: name next_at succeeded_at failed_at started_at
        detoxsite.ProbeResult: name at problem summary good_until
        detoxsite.Incident: key since alerted_at
        detoxsite.KnownKey: number fingerprint
        auth.Group: id name
        auth.Group_permissions: id group permission
        auth.Permission: id name content_type codename
        contenttypes.ContentType: id app_label model
        editorial.ContentVersion: id number
    """,
}


def tables() -> dict[str, list[tuple[str, str]]]:
    """Return the tables and columns of each kind; those of the guide, which has no personal data, from its models."""
    found = {kind: _parsed(text) for kind, text in TABLES.items()}
    by_hand = {table for rows in found.values() for table, _ in rows}
    models = [*versions.content_models(), *apps.get_app_config("search").get_models()]
    guide = {model._meta.label: model for model in models if model._meta.label not in by_hand}
    names = [(label, " ".join(field.name for field in model._meta.concrete_fields)) for label, model in guide.items()]
    return found | {"guide": names}


def _parsed(text: str) -> list[tuple[str, str]]:
    """Parse "table: columns" lists."""
    parts = re.split(r"(\S+): ", " ".join(text.split()))[1:]
    return [(label, names.strip()) for label, names in zip(parts[::2], parts[1::2], strict=True)]


@reading_page()
def what_we_keep(request: HttpRequest) -> HttpResponse:
    periods = {
        "days": settings.RETENTION_DAYS,
        "withdrawn_days": erasure.WITHDRAWN_DAYS,
        "waits_days": counts.KEPT_DAYS,
        "link_days": links.LINK_DAYS,
        "erased_days": tombstones.kept_days(),
        "backup_days": settings.BACKUP_DAYS,
        "task_hours": schedule.TASKS_KEPT // schedule.HOUR,
        "session_hours": settings.STAFF_SESSION_HOURS,
        "known_days": lockout.KNOWN_FOR.days,
        "unsaved_days": unsaved.KEPT.days,
    }
    return render(request, "pages/what_we_keep.html", periods | {"tables": tables()})
