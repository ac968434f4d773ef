"""The notice to staff that somebody asks to be called."""

from django_tasks import task


@task()
def tell_staff(request_id: str) -> None:
    """Placeholder until the mail is built."""
