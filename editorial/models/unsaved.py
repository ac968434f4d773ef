"""What staff have typed into a form and not saved yet, kept on the server: clinics share computers."""

import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.http import QueryDict
from django.utils import timezone

KEPT = datetime.timedelta(days=30)
#: Somebody who typed within this is writing on the page now.
WRITING = datetime.timedelta(minutes=5)


class UnsavedForm(models.Model):
    """A person's form of a page, as of the last seconds of typing. `page` is the address of the form."""

    is_content = False

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    page = models.CharField(max_length=200)
    data = models.JSONField(help_text="Each field's name with the list of its values.")
    typed_at = models.DateTimeField(auto_now=True)

    class Meta:
        app_label = "editorial"
        constraints = [models.UniqueConstraint(fields=["user", "page"], name="unsaved_form_once")]

    def __str__(self) -> str:
        return f"{self.user}, {self.page}"

    def as_post(self) -> QueryDict:
        """Return the values as a browser would post them."""
        data = QueryDict(mutable=True)
        for name, values in self.data.items():
            data.setlist(name, values)
        return data


def keep(user: Any, page: str, data: QueryDict) -> None:
    """Keep a form as it is now, in place of what was kept of it. PostgreSQL takes no zero bytes."""
    values = {name: [value.replace("\0", "") for value in data.getlist(name)] for name in data if "\0" not in name}
    values.pop("csrfmiddlewaretoken", None)
    UnsavedForm.objects.update_or_create(user=user, page=page, defaults={"data": values})


def forget(user: Any, page: str) -> None:
    UnsavedForm.objects.filter(user=user, page=page).delete()


def of(user: Any, page: str) -> UnsavedForm | None:
    return UnsavedForm.objects.filter(user=user, page=page).first()


def others_writing(user: Any, page: str) -> list[str]:
    """Return the names of the others who are writing on the page now."""
    since = timezone.now() - WRITING
    forms = UnsavedForm.objects.filter(page=page, typed_at__gte=since).exclude(user=user).select_related("user")
    return sorted(str(form.user) for form in forms)


def erase_old() -> None:
    """Erase what was typed so long ago that nobody comes back for it."""
    UnsavedForm.objects.filter(typed_at__lt=timezone.now() - KEPT).delete()
