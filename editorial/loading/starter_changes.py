"""Record a release's changes to pages as revisions and public changes, like those of staff."""

from typing import Any

import reversion
from django.db import models

from editorial.models.changes import ChangeRecord
from editorial.text.digests import page_digest
from editorial.text.snapshot import ContentSnapshot
from editorial.workflow import change_kinds, revisions
from editorial.workflow.change_kinds import record
from editorial.workflow.publishing import ReviewedPage

RELEASE_NOTE = "Updated with a release of this guide."


class PageChange:
    """The load of one page with its rows, inside a transaction. Unsigned texts are not refused: the page says so."""

    def __init__(self, note: str, content: ContentSnapshot) -> None:
        self._note, self._content = note or RELEASE_NOTE, content
        self._page: Any = None
        self._before = change_kinds.PublicState()

    def begins(self, row: models.Model) -> None:
        """Keep the page of a row before it is added or changed; does nothing for rows without a page."""
        page: Any = getattr(row, "page", row)
        if self._page is None and isinstance(page, ReviewedPage):
            self._page = page
            if page.pk:
                page = type(page)._default_manager.get(pk=page.pk)
                revisions.keep(page)
                self._before = change_kinds.public_state(page)

    def record(self) -> None:
        """Keep the page as it is now and, if its public text changed, record the change."""
        if self._page is None:
            return
        page = type(self._page)._default_manager.get(pk=self._page.pk)
        with reversion.create_revision(manage_manually=True):
            reversion.add_to_revision(page)
            reversion.set_comment(self._note if self._before.is_live else "Loaded with a release.")
            if kind := self._kind(page):
                note = self._note if kind == ChangeRecord.Kind.UPDATE else ""
                record(page, kind, note=note, before=self._before.digest, content=self._content)

    def _kind(self, page: Any) -> str:
        if not page.is_published():
            return ChangeRecord.Kind.ARCHIVED if self._before.is_live else ""
        if not self._before.is_live:
            return ChangeRecord.Kind.NEW
        return ChangeRecord.Kind.UPDATE if page_digest(page, self._content) != self._before.digest else ""
