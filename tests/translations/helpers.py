"""Translations for tests."""

import reversion
from django.utils import timezone

from editorial.models.changes import type_of
from editorial.workflow import change_kinds
from tests.factories import DATES
from translations.models import Translation

SUMMARY = "Lo que dice, en una frase que es bastante larga para mostrarse."


def translate(row, **values) -> Translation:
    """Publish a row's Spanish words, which are up to date with the English ones."""
    columns = row.columns_in_translation()
    words = {column: f"Palabras de {column}." for field, column in columns.items() if getattr(row, field)}
    words |= {column: f"Texto.[@a-source] {column}" for column in ("body", "what_helps") if column in words}
    words |= {"title": "Una página", "summary": SUMMARY if "summary" in words else "", "slug": "una-pagina"}
    dates = {"published_at": timezone.now() - timezone.timedelta(days=1), "status": "published", **DATES}
    made = Translation(page_type=type_of(row), page_id=row.pk, language="es", **(dates | words | values))
    made.confirm()
    made.save()
    return made


def correct(page, kind: str = "safety-correction", *, row=None, **words) -> None:
    """Change the English words of a page, or of a row of it, as a save in the admin does."""
    with reversion.create_revision():
        before = change_kinds.public_state(page)
        for name, text in words.items():
            setattr(row or page, name, text)
        (row or page).save()
        page.save()
        change_kinds.record_save(page, before, kind, note="It was wrong.")
