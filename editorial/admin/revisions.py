"""Revisions in the admin: keep each save, compare and restore old ones, and prevent lost updates."""

import contextlib
import re
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

import reversion
from django import forms
from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import formats, timezone
from django.utils.html import format_html, format_html_join
from django.views.decorators.http import require_POST
from reversion.errors import RevertError
from reversion.models import Version

from editorial.admin.content import admin_address
from editorial.admin.fields import in_words
from editorial.admin.unsaved import AutosaveMixin
from editorial.models.changes import ChangeRecord
from editorial.models.unsaved import BRING_BACK
from editorial.workflow import drafts, revisions
from editorial.workflow.change_kinds import Refused

MAX_LISTED = 500
SAVED_MEANWHILE = "{} saved this page after you opened its history. See what they changed, then choose again."
COPY_INSTEAD = "To keep its words, compare it with today's, copy them into the page and save that as a draft."


class VersionedForm(forms.ModelForm):
    """Rejects a form once if the page was saved after it was opened, and says that a restored one is not saved."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("maxlength", None)  # browsers cut a longer paste without a word
            if isinstance(field, forms.SlugField) and self.instance.pk is None:
                field.help_text = field.help_text or "The end of its address, filled in from the name."

    def clean(self) -> dict | None:
        cleaned = super().clean()
        if typed_at := self.data.get(BRING_BACK):
            raise ValidationError(f"You typed this until {typed_at}. It is not saved yet: look it over, then save.")
        opened_at = self.data.get("_opened_at")  # a hidden field of the template
        if self.instance.pk and opened_at is not None and (versions := list(revisions.history(self.instance))):
            # opened before there were versions: the first is the state of then
            seen = opened_at or str(versions[-1].pk)
            if seen != str(versions[0].pk):
                since = next((each for each in versions if str(each.pk) == seen), versions[-1])
                raise ValidationError(_stale_message(versions[0], since, self.instance))
        return cleaned


class RevisionsMixin(AutosaveMixin):
    """Keeps every save with its author. Of two people on one page, the second is warned before overwriting."""

    form: Any = VersionedForm
    object_history_template = "admin/history.html"
    change_form_template = "admin/change_form_kept.html"
    change_list_template = "admin/change_list_kept.html"

    def get_urls(self) -> list:
        return [
            self.own_path("deleted/", self.deleted_view, "deleted"),
            self.own_path("bring-back/<int:version_id>/", require_POST(self.bring_back_view), "bring_back"),
            *super().get_urls(),
        ]

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        with self._revision(request, [unquote(object_id)] if object_id else []):
            opened_at = _latest(self.model(pk=object_id)) if object_id and object_id.isdecimal() else ""
            context = {"opened_at": opened_at, **(extra_context or {})}
            return super().changeform_view(request, object_id, form_url, context)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        with self._revision(request, self._selected_keys(request)):
            return super().changelist_view(request, extra_context)

    @contextlib.contextmanager
    def _revision(self, request: HttpRequest, keys: list[Any]) -> Iterator[None]:
        """Run a POST in one revision, after keeping the first versions of the rows with these keys."""
        if request.method != "POST":
            yield
            return
        with transaction.atomic():
            self._lock_pages(keys)
            with reversion.create_revision():
                reversion.set_user(request.user)
                yield

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        revisions.ensure_first_version(obj)
        super().delete_model(request, obj)

    def _lock_pages(self, keys: list[str]) -> None:
        """Lock pages that are about to change, so that a concurrent save waits, and keep their first version."""
        with contextlib.suppress(ValueError, ValidationError):  # not a valid key: the view handles it
            for page in self.model._default_manager.select_for_update().filter(pk__in=keys):
                revisions.ensure_first_version(page)

    def _selected_keys(self, request: HttpRequest) -> list[Any]:
        """Return the keys of rows edited in a list, or selected for an action."""
        rows = re.compile(rf"form-\d+-{self.opts.pk.name}")
        keys: list[Any] = [key for name, key in request.POST.items() if rows.fullmatch(name)]
        if request.POST.get("select_across", "0") == "0":
            return keys + request.POST.getlist(ACTION_CHECKBOX_NAME)
        with contextlib.suppress(IncorrectLookupParameters):  # the view answers that
            keys += self.get_changelist_instance(request).get_queryset(request).values_list("pk", flat=True)
        return keys

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        entry = super().log_change(request, obj, message)
        if reversion.is_active():
            reversion.set_comment(entry.get_change_message())
        return entry

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """List the revisions of a page, or compare the two in the query."""
        page = self.existing(request, object_id)
        of_page = Prefetch("revision__changes", ChangeRecord.objects.of(page).defer("typed"))
        versions = list(revisions.history(page).prefetch_related(of_page)[:MAX_LISTED])
        context: dict[str, Any] = {
            "versions": list(zip_longest(versions, versions[1:])),
            "newest": versions[0] if versions else None,
            "opened_at": _latest(page),
            "may_bring_back": self.may_bring_back(request, page),
        }
        by_id = {str(version.pk): version for version in versions}
        before, after = by_id.get(request.GET.get("from", "")), by_id.get(request.GET.get("to", ""))
        if before and after:
            try:
                context |= {"before": before, "after": after, "changes": revisions.changes(before, after)}
            except RevertError:
                self.message_user(request, "Not compared: one is from a release with other fields.", messages.ERROR)
        return super().history_view(request, object_id, context | (extra_context or {}))

    def deleted_view(self, request: HttpRequest) -> HttpResponse:
        """List deleted rows, to restore them."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Deleted {self.opts.verbose_name_plural}",
            "versions": revisions.deleted(self.model)[:MAX_LISTED],
        }
        return TemplateResponse(request, "admin/deleted.html", context)

    def bring_back_view(self, request: HttpRequest, version_id: int) -> HttpResponse:
        """Restore a version by POST."""
        version = get_object_or_404(Version.objects.get_for_model(self.model), pk=version_id)
        page = self.model._default_manager.filter(pk=version.object_id).first()
        if not self.may_bring_back(request, page):
            raise PermissionDenied
        when = formats.date_format(timezone.localtime(version.revision.date_created), "DATETIME_FORMAT")
        try:
            with self._revision(request, [version.object_id]):
                latest = revisions.history(page).first() if page else None
                if latest and request.POST.get("opened_at", str(latest.pk)) != str(latest.pk):
                    raise ValidationError(SAVED_MEANWHILE.format(latest.revision.user or "Someone"))
                with self.brought_back(version, when):
                    back = revisions.bring_back(version)
                self.log_change(request, back, f"Brought back as it was on {when}")
        except ValidationError as error:
            how = f" {COPY_INSTEAD}" if isinstance(error, Refused) else ""
            why = in_words(error, page or self.model())
            self.message_user(request, f"Not brought back: {why}{how}", messages.ERROR)
        except (IntegrityError, RevertError):
            why = "Another page has its name now: rename that one first. Or it is from a release with other fields."
            self.message_user(request, f"Not brought back. {why}", messages.ERROR)
        else:
            slug = getattr(back, "slug", "")
            new_slug = f"; its slug is {slug}" if slug and not page else ""  # a page may have its old one by now
            self.message_user(request, f"{back} was brought back as it was on {when}{new_slug}")
            return redirect(self.address("change", back.pk))
        return redirect(self.address("history", page.pk) if page else self.address("changelist"))

    def may_bring_back(self, request: HttpRequest, page: Any) -> bool:
        return self.has_change_permission(request, page) if page else self.has_add_permission(request)

    def brought_back(self, version: Version, when: str) -> contextlib.AbstractContextManager:
        """Wrap restoring a version, as to record its kind of change."""
        return contextlib.nullcontext()


def _latest(page: models.Model) -> str:
    return str(revisions.history(page).values_list("pk", flat=True).first() or "")


def _stale_message(latest: Version, seen: Version, page: models.Model) -> str:
    corrected = ((each.get_kind_display(), each.note) for each in drafts.corrected_after(seen, page))
    return format_html(
        "{} saved this page at {}, after you opened it.{} Your words are below and are not saved yet. "
        '<a href="{}?from={}&amp;to={}" target="_blank" rel="noopener">See what they changed</a>, and copy it in. '
        "If you save again, your version replaces theirs, which stays in the history.",
        latest.revision.user or "Someone",
        formats.time_format(timezone.localtime(latest.revision.date_created)),
        format_html_join("", " <strong>{}.</strong> “{}”", corrected),
        admin_address(page, "history"),
        seen.pk,
        latest.pk,
    )
