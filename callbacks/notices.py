"""Old dotted paths of tasks, for rows queued by the previous release. Delete after the next one."""

from callbacks.casework.notices import notify_of_correction as tell_of_correction  # noqa: F401
from callbacks.casework.notices import notify_staff as tell_staff  # noqa: F401
