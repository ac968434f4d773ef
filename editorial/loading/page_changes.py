"""Record what a release or an import changes in pages as revisions and public changes, like those of staff."""

from typing import Any

import reversion
from django.db import models

from editorial.models.changes import ChangeRecord
from editorial.text.digests import page_digest
from editorial.text.snapshot import ContentSnapshot
from editorial.workflow import change_kinds, revisions
from editorial.workflow.change_kinds import record
from editorial.workflow.publishing import ReviewedPage


class PageChange:
    """Loads one page with its rows, inside a transaction. Unsigned texts are not refused: the page says so.

    A change of a live page is recorded with `kind` and the public `note`, of any other with a `comment` for staff.
    """

    def __init__(self, kind: str, note: str, comment: str, content: ContentSnapshot | None = None) -> None:
        self._kind, self._note, self._comment, self._content = kind, note, comment, content
        self.page: Any = None
        self._before = change_kinds.PublicState()

    def before_change(self, row: models.Model) -> None:
        """Keep the first version of a row's page, or of a row without a page, before the row is added or changed."""
        if self.page is None:
            self.page = page = getattr(row, "page", row)
            if page.pk and (stored := type(page)._default_manager.filter(pk=page.pk).first()):
                revisions.ensure_first_version(stored)
                if isinstance(page, ReviewedPage):
                    self._before = change_kinds.public_state(stored)

    def record(self) -> None:
        """Keep the page as it is now and, if its public text changed, record the change."""
        if self.page is None:
            return
        page = type(self.page)._default_manager.get(pk=self.page.pk)
        with reversion.create_revision(manage_manually=True):
            reversion.add_to_revision(page)
            reversion.set_comment((self._before.is_live and self._note) or self._comment)
            if kind := self._kind_of(page):
                note = self._note if kind == self._kind else ""
                record(page, kind, note=note, before=self._before.digest, content=self._content)

    def _kind_of(self, page: Any) -> str:
        if not isinstance(page, ReviewedPage) or not page.is_published():
            return ChangeRecord.Kind.ARCHIVED if self._before.is_live else ""
        if not self._before.is_live:
            return ChangeRecord.Kind.NEW
        return self._kind if page_digest(page, self._content) != self._before.digest else ""
