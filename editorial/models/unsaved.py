"""Autosaved forms of staff, kept on the server, as clinics share computers."""

import datetime
import re
from typing import Any

from django.conf import settings
from django.db import models
from django.http import QueryDict
from django.utils import timezone

KEPT_FOR = datetime.timedelta(days=30)
#: Query parameter of a form, and then key in its data: restore what was autosaved.
BRING_BACK = "_bring_back"
#: Key in form data: the user's key and an id of the tab.
TAB = "_tab"
#: Someone who typed within this counts as editing the page.
ACTIVE_WITHIN = datetime.timedelta(minutes=5)


class UnsavedForm(models.Model):
    """One user's autosaved form in one tab. `page` is the URL that restores it, with the tab in `BRING_BACK`."""

    is_content = False

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    page = models.CharField(max_length=200)
    data = models.JSONField(help_text="Each field's name with the list of its values.")
    typed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "page"], name="unsaved_form_once")]

    def __str__(self) -> str:
        return f"{self.user}, {self.page}"

    @property
    def tab(self) -> str:
        return self.page.partition(f"?{BRING_BACK}=")[2]

    def as_post(self) -> QueryDict:
        """Return the data as a browser would post it."""
        data = QueryDict(mutable=True)
        for name, values in self.data.items():
            data.setlist(name, values)
        return data


def store(user: Any, page: str, data: QueryDict) -> None:
    """Store or replace this tab's autosaved form, without zero bytes, which PostgreSQL rejects."""
    values = {name: [value.replace("\0", "") for value in data.getlist(name)] for name in data if "\0" not in name}
    values.pop("csrfmiddlewaretoken", None)
    UnsavedForm.objects.update_or_create(user=user, page=_of_tab(page, data), defaults={"data": values})


def forget(user: Any, page: str, data: QueryDict) -> None:
    """Forget what was kept of a form in the tab that it is in."""
    UnsavedForm.objects.filter(user=user, page=_of_tab(page, data)).delete()


def of(user: Any, page: str, tab: str = "") -> UnsavedForm | None:
    """Return what was kept of a form: in this tab or, without one, last."""
    kept = all_of(user, page)
    return (kept.filter(page=f"{page}?{BRING_BACK}={tab}") if tab else kept).first()


def all_of(user: Any, page: str) -> models.QuerySet[UnsavedForm]:
    """Return what was kept of a form in all tabs, newest first."""
    return _of_page(page).filter(user=user).order_by("-typed_at")


def others_writing(user: Any, page: str) -> list[str]:
    """Return the names of other users editing the page now."""
    since = timezone.now() - ACTIVE_WITHIN
    forms = _of_page(page).filter(typed_at__gte=since).exclude(user=user).select_related("user")
    return sorted({str(form.user) for form in forms})


def _of_page(page: str) -> models.QuerySet[UnsavedForm]:
    return UnsavedForm.objects.filter(models.Q(page=page) | models.Q(page__startswith=f"{page}?"))


def _of_tab(page: str, data: QueryDict) -> str:
    """Return the `page` of a form; a tab that an earlier release opened has no name."""
    tab = data.get(TAB, "")
    return f"{page}?{BRING_BACK}={tab}" if re.fullmatch(r"[\w-]{1,40}", tab, re.A) else page


def erase_old() -> None:
    """Delete forms older than KEPT_FOR."""
    UnsavedForm.objects.filter(typed_at__lt=timezone.now() - KEPT_FOR).delete()
