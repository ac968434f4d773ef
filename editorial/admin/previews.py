"""Previews in the admin: a page as readers will see it, from an unsaved form, a draft or the saved row."""

import copy
from collections.abc import Callable
from typing import Any

from django.contrib.admin.utils import quote
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import dateformat, timezone

from editorial.admin.content import ContentAdmin
from editorial.models import unsaved
from editorial.models.changes import draft_beside
from editorial.workflow import drafts, revisions

#: `?of=` in a preview's address.
TYPED, DRAFT, SAVED = "typed", "draft", "saved"
NOT_SAVED = "Preview for staff: what is typed. It is not saved yet."


class PreviewMixin(ContentAdmin):
    """Renders pages in memory with the public template; a preview writes nothing."""

    #: The public template, and its context for a page, which may be unsaved.
    preview_template = ""
    preview_context: Callable[[Any], dict]

    def get_urls(self) -> list:
        return [
            self.own_path("add/preview/", self.preview, "new_preview"),
            self.own_path("<path:object_id>/preview/", self.preview, "preview"),
            *super().get_urls(),
        ]

    def preview_address(self, object_id: str | None) -> str:
        return self.address("preview", quote(object_id)) if object_id else self.address("new_preview")

    def preview(self, request: HttpRequest, object_id: str | None = None) -> HttpResponse:
        """Show the posted form or, by GET, the version that the query names."""
        page = self.existing(request, object_id) if object_id else None
        if not (self.has_view_or_change_permission(request, page) if object_id else self.has_add_permission(request)):
            raise PermissionDenied
        shown, notice = self._asked_for(request, page)
        is_framed = "framed" in request.GET  # beside the form: without the staff notice
        response = self.as_readers_see(request, shown, {"preview": "" if is_framed else notice})
        if is_framed:
            response.headers["X-Frame-Options"] = "SAMEORIGIN"
            response.csp = {"framed": "'self'"}  # type: ignore[attr-defined]  # read by detoxsite.middleware
        return response

    def as_readers_see(self, request: HttpRequest, page: Any, more: dict, status: int = 200) -> HttpResponse:
        """Render a page, which may be unsaved, with further context."""
        return render(request, self.preview_template, self.preview_context(page) | more, status=status)

    def _asked_for(self, request: HttpRequest, page: Any) -> tuple[Any, str]:
        """Return the page to show, and the notice that says which version it is."""
        if request.method == "POST":
            return self.as_typed(request, page, request.POST), NOT_SAVED
        asked = request.GET.get("of", SAVED)
        address = request.path.removesuffix("preview/") + ("change/" if page else "")
        if asked == TYPED and (kept := unsaved.of(request.user, address)):
            return self.as_typed(request, page, kept.as_post()), NOT_SAVED
        if page is None:
            return self.as_typed(request, None, QueryDict()), "Preview for staff: nothing is typed yet."
        if asked != SAVED and (draft := draft_beside(page)):
            on = dateformat.format(timezone.localtime(draft.at), "F j, Y, g:i A")
            notice = f"Preview for staff: the draft that {draft.by or 'someone'} saved on {on}."
            return drafts.text_of(draft), notice
        return page, f"Preview for staff. State: {page.state}. Only saved changes show here."

    def as_typed(self, request: HttpRequest, page: Any, data: QueryDict) -> Any:
        """Return an unsaved page with a form's values as far as they are valid; the others are the saved ones."""
        form = self.get_form(request, page, change=page is not None)(data, instance=copy.copy(page))
        typed: Any = form.instance
        _without_queries(form).is_valid()
        texts = {field.name for field in self.opts.fields if isinstance(field, models.CharField | models.TextField)}
        for name in (texts - {"slug"}) & set(form.errors) & set(form.fields):
            setattr(typed, name, form[name].value() or "")  # shown even if it is too long, say
        rows = {}
        for formset_class, _ in self.get_formsets_with_inlines(request, page):
            prefix = formset_class.get_default_prefix()
            forms = map(_without_queries, formset_class(data, instance=typed, prefix=prefix).forms)
            rows[prefix] = [row.instance for row in forms if _is_shown(row)]
        if typed.pk is None:
            self._fill(typed)
        links = {field.name for field in self.opts.many_to_many} & form.cleaned_data.keys()
        kept = {name: found for name, found in rows.items() if name in typed.versioned_rows}
        return revisions.in_memory(typed, {name: form.cleaned_data[name] for name in links}, kept)

    def _fill(self, new: Any) -> None:
        """Give a new page the values that every saved page has, and an unused key."""
        new.pk, new.slug, new.updated_at = 0, new.slug or "new", timezone.now()
        for field in self.opts.fields:
            if getattr(new, field.attname) is None and not field.null:
                setattr(new, field.attname, 0)


def _without_queries(form: Any) -> Any:
    """Skip the form's validation queries, as nothing is saved."""
    form.validate_unique = lambda: None
    if form.instance.pk:
        form.fields.pop(form.instance._meta.pk.name, None)
    return form


def _is_shown(row: Any) -> bool:
    """Return whether to show a row of a form: not if it is new and incomplete, or to be deleted."""
    if not row.has_changed():
        return row.instance.pk is not None
    is_valid = row.is_valid()
    return not row.cleaned_data.get("DELETE") and (is_valid or row.instance.pk is not None)
