"""The old dotted path of a task, for rows queued by the previous release. Delete after the next one."""

from editorial.workflow.notices import send  # noqa: F401
