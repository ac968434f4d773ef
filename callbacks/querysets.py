"""The questions asked of callback requests and their attachments."""

from datetime import datetime

from django.db.models import Count, Q, QuerySet


class CallbackRequestQuerySet(QuerySet):
    def due_for_erasure(self, at: datetime) -> QuerySet:
        """Requests whose time is over at `at`."""
        return self.filter(erase_after__lte=at)

    def with_file_count(self) -> QuerySet:
        """Adds `file_count`: the files that arrived."""
        return self.annotate(file_count=Count("attachments", filter=~Q(attachments__object_name="")))


class AttachmentQuerySet(QuerySet):
    def stored(self) -> QuerySet:
        """Files that arrived and can be opened."""
        return self.filter(state=self.model.State.STORED)

    def object_names(self) -> set[str]:
        """The objects that these rows point to."""
        return set(self.stored().values_list("object_name", flat=True))
