"""Review dates in the admin: a suggestion, and a few intervals to choose beside the field."""

from typing import Any, ClassVar

from django import forms
from django.utils import formats, timezone
from django.utils.html import format_html, format_html_join

from editorial.admin.content import ContentAdmin
from editorial.workflow import review_dates

SPANS = (3, 6, 12, 24)  # months


class _ReviewDateForm(forms.ModelForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if field := self.fields.get("review_due_on"):  # missing in a read-only form
            today = timezone.localdate()
            picks = [(f"+{months} months", review_dates.later(today, months)) for months in SPANS]
            if self.instance.pk:
                picks.insert(0, self._suggested())
            buttons = format_html_join(" ", '<button type="button" data-review-due="{1}">{0}</button>', picks)
            field.help_text = format_html('{} <span class="picks">{}</span>', field.help_text, buttons)

    def _suggested(self) -> tuple[str, Any]:
        found = review_dates.suggest(self.instance)
        others = f"{found.others or 'no'} other{'' if found.others == 1 else 's'} that week"
        return f"{formats.date_format(found.day)}: {found.risk.why}, {others}", found.day


class ReviewDateMixin(ContentAdmin):
    form_part: ClassVar[Any] = _ReviewDateForm

    class Media:
        js = ("js/admin-review-dates.js",)
