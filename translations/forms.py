"""The form of a translation: fields beside the current English, and a box to confirm that it has all changes."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from editorial.admin.change_kinds import ChangeForm
from editorial.models.translated import digest_of_words, words_of
from editorial.text.digests import NOT_SEEN
from translations.models import Translation

CHANGED_AGAIN = "The English has changed again since you opened this. Look at what is new above, then check the box."
ADDRESS_INVALID = "Write the address without accents, ñ and spaces, such as nauseas-y-vomito."


class TranslationForm(ChangeForm):
    """Shows the box while the translation is stale. It confirms exactly the English that the form shows."""

    taken_over = forms.MultipleChoiceField(
        label="", required=False, widget=forms.CheckboxSelectMultiple, error_messages={"invalid_choice": CHANGED_AGAIN}
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        translation: Translation = self.instance
        box = self.fields["taken_over"]
        if translation.pk and translation.is_stale and isinstance(box, forms.MultipleChoiceField):
            shown = digest_of_words(words_of(translation.of))
            box.choices = [(shown, "This translation has all changes shown above")]
        else:
            del self.fields["taken_over"]
        note = self.fields["change_note"]
        note.help_text = f"In the language of this page. {note.help_text}"
        if "slug" in self.fields:
            self.fields["slug"].error_messages["invalid"] = ADDRESS_INVALID
        for name in set(self.fields) & set(_COLUMNS):
            self.fields[name].widget.attrs["lang"] = translation.language

    def clean_slug(self) -> str:
        """Refuse another translation's address: the database's own check needs fields that the form lacks."""
        slug, mine = self.cleaned_data["slug"], self.instance
        others = Translation.objects.filter(page_type=mine.page_type, language=mine.language, slug=slug)
        if other := others.exclude(pk=mine.pk).first():
            raise forms.ValidationError(f"“{other}” has this address. Choose another slug.")
        return slug


_COLUMNS = (*Translation.plain_fields, "also_called", "text_body", *Translation.markdown_fields)


def _beside(column: str) -> Callable[[Translation], SafeString]:
    """Make a read-only field with the current English of a field, as typed."""

    field: Any = Translation._meta.get_field(column)

    @admin.display(description="English")
    def english(translation: Translation) -> SafeString:
        fields = {column: field for field, column in translation.model.columns_in_translation().items()}
        text = getattr(translation.of, fields[column])
        shown = format_html('<span class="as-typed" lang="en" tabindex="0">{}</span>', text or "(empty)")
        title = format_html('English<span class="visually-hidden">: {}</span>', field.verbose_name)
        return format_html('<details open class="english"><summary>{}</summary>{}</details>', title, shown)

    english.__name__ = f"english_{column}"
    return english


#: By field; the admin needs the same object each time.
ENGLISH = {column: _beside(column) for column in _COLUMNS}


@admin.display(description="Facts")
def facts(translation: Translation) -> SafeString:
    """Show what is not translated: hours, levels, numbers."""
    row: Any = translation.of
    hours = [(label, getattr(row, f"{name}_words", "")) for name, label in _HOURS.items()]
    found = [(label, words) for label, words in hours if words]
    for field in row._meta.concrete_fields:
        is_words = field.name in (*row.translated_fields, *_NO_FACTS) or field.name.endswith(("_from", "_to"))
        if not (is_words or field.is_relation or field.primary_key) and (value := getattr(row, field.attname)):
            shown = getattr(row, f"get_{field.name}_display", lambda value=value: value)()
            found.append((str(field.verbose_name), str(shown)))
    items = format_html_join("", "<dt>{}</dt><dd>{}</dd>", found)
    return format_html('<dl class="facts">{}</dl>', items) if found else SafeString()


_HOURS = {"onset": "begins", "peak": "strongest", "end": "ends"}
_NO_FACTS = NOT_SEEN | {"listed_hours", "listed_days"}
