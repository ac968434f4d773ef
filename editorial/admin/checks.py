"""Content checks in the admin: findings while typing."""

from typing import Any, ClassVar

from django import forms
from django.forms import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from editorial.admin.content import ContentAdmin
from editorial.admin.fields import MAX_ROWS
from editorial.text import checks
from editorial.text.blocks import DRAWINGS
from editorial.text.link_targets import kinds
from editorial.values.links import tidied

MAX_NAMES = 60


class ContentChecksMixin(ContentAdmin):
    """Shows the findings beside Save, updated while typing."""

    change_form_template = "admin/change_form_page.html"

    class Media:
        js = ("js/admin-checks.js", "js/admin-blocks.js")
        css: ClassVar = {"all": ["css/checks.css"]}

    def get_urls(self) -> list:
        return [*self.form_paths("checks", self.checks_view), *super().get_urls()]

    def render_change_form(self, request: HttpRequest, context: dict, *args: Any, **kwargs: Any) -> HttpResponse:
        page = context["original"]
        parts = self._typed(request.POST, page) if request.method == "POST" else self._saved(page)
        context |= {"checks": self._panel(parts), "names": _names(), "drawings": DRAWINGS}
        return super().render_change_form(request, context, *args, **kwargs)

    def checks_view(self, request: HttpRequest, object_id: str | None = None) -> HttpResponse:
        """Return the findings in a posted, unsaved form."""
        page = self.posted_row(request, object_id)
        return render(request, "admin/checks.html", {"checks": self._panel(self._typed(request.POST, page))})

    def save_model(self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if obj.override_reason:
            self.log_change(request, obj, f"Let a dose through: {obj.override_reason}")

    def _saved(self, page: Any) -> list[tuple[str, Any]]:
        """Return the page and its rows, each with its form prefix."""
        if page is None:
            return []
        found = [("", page)]
        for name in page.versioned_rows:
            found += [(f"{name}-{n}-", row) for n, row in enumerate(getattr(page, name).all())]
        return found

    def _typed(self, data: QueryDict, page: Any) -> list[tuple[str, Any]]:
        """Return the same with the values of an unsaved form."""
        typed: list[tuple[str, Any]] = [("", self.model(pk=page.pk if page else None))]
        for name in self.model.versioned_rows:
            related: Any = self.model._meta.get_field(name).related_model
            for n in range(min(_number(data.get(f"{name}-TOTAL_FORMS", "")) or 0, MAX_ROWS)):
                if f"{name}-{n}-DELETE" not in data:
                    typed.append((f"{name}-{n}-", related(pk=_number(data.get(f"{name}-{n}-id", "")))))
        for prefix, row in typed:
            for field in (*row.markdown_fields, *row.plain_fields):
                setattr(row, field, tidied(data.get(f"{prefix}{field}", "")))
        return typed

    def _panel(self, parts: list[tuple[str, Any]]) -> dict[str, Any]:
        """Return the panel's context for a page and its rows, refusals first."""
        found = [(prefix, row, finding) for prefix, row in parts for finding in checks.findings(row)]
        found.sort(key=lambda each: not each[2].is_refused)
        return {
            "found": [
                (finding, f"id_{prefix}{finding.field}" if finding.field else "", _label(prefix, row, finding.field))
                for prefix, row, finding in found
            ],
            "sizes": [(f"id_{prefix}{row.markdown_fields[0]}", row, row.checked_by.size(row)) for prefix, row in parts],
            "has_dose": any(finding.is_dose for *_, finding in found),
            "is_checked": bool(parts),
        }


class CheckedRows(BaseInlineFormSet):
    """Rows of a page, checked with the page's state in the form and the administrator's reason."""

    def full_clean(self) -> None:
        for form in self.forms:
            setattr(form.instance, self.fk.name, self.instance)
            form.instance.override_reason = self.instance.override_reason
        super().full_clean()


def _number(text: str) -> int | None:
    """Return a number that fits into a column, or None."""
    return int(text) if text.isdecimal() and len(text) < len(str(2**63)) else None


def _label(prefix: str, row: Any, field: str) -> str:
    """Return a field's label, with its row's name."""
    name = str(row._meta.get_field(field).verbose_name) if field else "the whole page"
    return f"{row}: {name}" if prefix else name[:1].upper() + name[1:]


def _names() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the newest pages of each kind that can be linked by name."""
    return [
        (kind, list(model._default_manager.order_by("-pk").values_list("slug", model.linked_as[1])[:MAX_NAMES]))
        for kind, model in kinds().items()
    ]
