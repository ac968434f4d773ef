"""The form of a page in the admin, with the kind of change, chosen when a live page is saved."""

import contextlib
import functools
from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.widgets import AdminTextareaWidget
from django.db import transaction
from django.db.models import Q, QuerySet
from django.forms.utils import ErrorDict
from django.http import HttpRequest, HttpResponse
from django.utils import formats, timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from reversion.models import Version

from editorial.admin.content import ContentAdmin, admin_address
from editorial.admin.drafts import SAVE_DRAFT, SHOWN
from editorial.admin.revisions import VersionedForm
from editorial.models.changes import ChangeRecord, draft_beside, type_of
from editorial.models.translated import Translated
from editorial.values import languages
from editorial.workflow import change_kinds, drafts, review_dates
from editorial.workflow.publishing import ReviewedPage

Kind = ChangeRecord.Kind
REVIEW_MONTHS = (3, 6, 12, 24)  # months to the next review
WILL_BE_STALE = (
    "Its translation ({}) is out of date from then on: readers get a box with the changed paragraphs in English until "
    "a translator confirms the change."
)
UNDOES = (
    "The page was corrected after this draft was begun. See that the draft does not undo that, and check the box under "
    "each correction above."
)
IS_LIVE = (
    "Readers see this page since {}, and would lose it until the time that you gave. Give a time that has passed. To "
    "change the page later, save a draft; to take it down, archive it."
)
IS_BEFORE = "The page was corrected since, and this text would undo that: “{}”"
#: Not just "kind": a treatment has a field of that name.
CHANGE_FIELDS = ("change_kind", "change_note")

HINTS = {
    Kind.WORDING: "Spelling, or shorter sentences. The reviewer’s name stays. Readers find the date in the page’s list "
    "of changes.",
    Kind.UPDATE: "Readers find your sentence in the list of changes. The reviewer’s name goes until the new text is "
    "signed.",
    Kind.CORRECTION: "Readers find your sentence in a box on top of the page for 30 days, and among the corrections. "
    "The reviewer’s name goes until the new text is signed.",
    Kind.SAFETY_CORRECTION: "As a correction, but the box is there for 90 days. Have it signed today.",
    Kind.CHECKED: "You read it against its sources. Readers see that it was checked today, and the next date, which "
    "you set above.",
}


class ChangeForm(VersionedForm):
    """Asks what kind of change to a live page this is, and an administrator who publishes a dose for the reason."""

    change_kind = forms.ChoiceField(
        label="What kind of change is it?",
        required=False,
        choices=[(kind, format_html("{} <small>{}</small>", kind.label, hint)) for kind, hint in HINTS.items()],
        widget=forms.RadioSelect,
        help_text="Needed if readers see something else now. Dates, topics and search words need none.",
    )
    change_note = forms.CharField(
        label="What readers are told",
        required=False,
        max_length=ChangeRecord._meta.get_field("note").max_length,
        widget=AdminTextareaWidget({"rows": 2}),
        help_text="For an update: what is new. For a correction: what was wrong, what is right, and since when it was "
        "wrong.",
    )
    let_through = forms.BooleanField(label="Publish it although it gives a dose", required=False)
    let_through_reason = forms.CharField(
        label="Why", required=False, max_length=300, help_text="Kept with this change, under your name."
    )
    request: HttpRequest
    seen: change_kinds.PublicState

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.request.user.is_superuser:
            del self.fields["let_through"], self.fields["let_through_reason"]
        if field := self.fields.get("review_due_on"):  # missing in a read-only form
            picks = format_html('<span class="picks" hidden>{}</span>', self._review_dates())
            field.help_text = format_html("{} {}", field.help_text, picks)
        kinds: Any = self.fields.get("change_kind")
        if kinds and (found := _live_translations(self.instance)):
            names = ", ".join(sorted({languages.NAMES[each.language] for each in found}))
            warning = format_html("<small><strong>{}</strong></small>", WILL_BE_STALE.format(names))
            kinds.choices = [
                (kind, format_html("{}{}", label, warning) if kind == Kind.SAFETY_CORRECTION else label)
                for kind, label in kinds.choices
            ]

    def _review_dates(self) -> SafeString:
        """Return buttons that fill in the next review date: the suggestion, and after some months."""
        today = timezone.localdate()
        picks = [(f"+{months} months", review_dates.later(today, months)) for months in REVIEW_MONTHS]
        if self.instance.pk:
            found = review_dates.suggest(self.instance)
            others = f"{found.others or 'no'} other{'' if found.others == 1 else 's'} that week"
            picks.insert(0, (f"{formats.date_format(found.day)}: {found.risk.why}, {others}", found.day))
        return format_html_join(" ", '<button type="button" data-review-due="{1}">{0}</button>', picks)

    # A draft is shown as it was typed: not validated before it is submitted.
    def is_valid(self) -> bool:
        return SHOWN not in self.data and super().is_valid()

    @property
    def errors(self) -> ErrorDict:
        return ErrorDict() if SHOWN in self.data else super().errors

    def clean(self) -> dict | None:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("let_through"):
            self.instance.override_reason = cleaned.get("let_through_reason", "").strip()
            if not self.instance.override_reason:
                self.add_error("let_through_reason", "Say why, in a sentence.")
        if SAVE_DRAFT in self.data:
            return cleaned
        at = cleaned.get("published_at")
        if at and at > timezone.now() and cleaned.get("status") == "published" and self.instance.is_published():
            since = formats.date_format(timezone.localtime(self.instance.published_at), "DATETIME_FORMAT")
            self.add_error("published_at", IS_LIVE.format(since))
        if "_of_draft" in self.data and (draft := draft_beside(self.instance)):
            has = self.request.POST.getlist("_has_correction")  # of admin/_draft.html
            if any(str(each.pk) not in has for each in drafts.corrected_since(draft, self.instance)):
                self.add_error(None, UNDOES)
        kind = cleaned.get("change_kind")
        is_told = cleaned.get("change_note", "").strip() or "change_note" in self.errors
        if kind in ChangeRecord.NEED_NOTE and not is_told:
            self.add_error("change_note", "Say it in a sentence: readers are told.")
        if kind == Kind.CHECKED:
            cleaned["reviewed_on"] = timezone.localdate()
            if "review_due_on" not in self.changed_data:
                self.add_error("review_due_on", "You checked it today. Say when it is due again.")
        for field, why in getattr(self.request, "refusals", {}).items():
            self.add_error(field if field in self.fields else None, why)
        return cleaned


class ChangeKindMixin(ContentAdmin):
    """Records each save with its rows as a change; rolls it back and shows the form again if it may not go live."""

    form = ChangeForm

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Ask for the kind at the end of the publishing fieldset, if the page is live."""
        *others, (name, options) = super().get_fieldsets(request, obj)
        asked = CHANGE_FIELDS if obj and obj.is_published() and self.has_change_permission(request, obj) else ()
        return [*others, (name, {**options, "fields": (*options["fields"], *asked)})]

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        show = functools.partial(super().changeform_view, request, object_id, form_url)
        if request.method != "POST":
            return show(extra_context)  # a form that is opened waits for no other save
        try:
            with transaction.atomic():
                return show(dict(extra_context or {}))
        except change_kinds.Refused as refused:
            request.refusals = refused.message_dict  # type: ignore[attr-defined]  # read by ChangeForm
            return show(dict(extra_context or {}))

    def render_change_form(self, request: HttpRequest, context: dict, *args: Any, **kwargs: Any) -> HttpResponse:
        """Link to the page's translations."""
        page = context["original"]
        if isinstance(page, Translated) and request.user.has_perm("translations.view_translation"):
            there = {each.language: each for each in page.translations.defer("source_seen")}
            context["page_type"] = type_of(page)
            context["translations"] = [(code, languages.NAMES[code], there.get(code)) for code in languages.OTHERS]
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        form.seen = change_kinds.public_state(obj)
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if SAVE_DRAFT not in request.POST:
            kind, note = (form.cleaned_data.get(name) or "" for name in CHANGE_FIELDS)
            reason = form.instance.override_reason
            change_kinds.record_save(form.instance, form.seen, kind, note=note, override_reason=reason)
            if kind == Kind.SAFETY_CORRECTION and (found := list(_live_translations(form.instance))):
                links = format_html_join(", ", '<a href="{}">{}</a>', ((admin_address(each), each) for each in found))
                self.message_user(request, format_html("To be translated now: {}.", links), messages.WARNING)

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        """Name what was changed of the page, not what was said of the change."""
        form.changed_data = [name for name in form.changed_data if name not in CHANGE_FIELDS]
        return super().construct_change_message(request, form, formsets, add)

    @contextlib.contextmanager
    def brought_back(self, version: Version, when: str) -> Iterator[None]:
        """Record restoring a version of a live page as an update, but undo no correction unsaid."""
        page = self.model(pk=version.object_id)
        if undone := drafts.corrected_after(version, page).first():
            raise change_kinds.Refused(IS_BEFORE.format(undone.note))
        seen = change_kinds.public_state(page)
        yield
        change_kinds.record_save(page, seen, Kind.UPDATE, note=f"The text of {when} is back.")


def _live_translations(page: ReviewedPage) -> QuerySet | tuple:
    """Return the published translations of a page and its rows. At most one query for each."""
    if not isinstance(page, Translated) or page.pk is None:
        return ()
    model: Any = page._meta.get_field("translations").related_model
    found = Q(page_type=type_of(page), page_id=page.pk)
    for name in page.versioned_rows:
        rows = getattr(page, name)
        found |= Q(page_type=type_of(rows.model), page_id__in=rows.values("pk"))
    return model.objects.filter(found, status="published").defer("source_seen").order_by("title")
