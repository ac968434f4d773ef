"""What the search knows of each page. Rebuilt from the pages at any time; holds nothing of its own."""

from django.db import models
from django.utils import timezone

from editorial.publishing import ReviewedPage


class SearchEntryQuerySet(models.QuerySet):
    def live(self):
        """Entries whose page readers may see now. The page's own rule, on columns copied from it."""
        return self.filter(status=ReviewedPage.Status.PUBLISHED, published_at__lte=timezone.now())


class SearchEntry(models.Model):
    """One page, or one symptom on a page, with the words that find it."""

    kind = models.CharField(max_length=20)
    object_id = models.PositiveBigIntegerField()
    title = models.CharField(max_length=200)
    also_called = models.TextField(blank=True)
    text = models.TextField()
    url = models.CharField(max_length=300)
    status = models.CharField(max_length=10)
    published_at = models.DateTimeField(null=True)

    objects = SearchEntryQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "object_id"], name="search_entry_once")]
        verbose_name_plural = "search entries"

    def __str__(self) -> str:
        return self.title


class SearchWord(models.Model):
    """A word that stands in some page, so that a misspelt one can be led to it."""

    word = models.CharField(max_length=40, primary_key=True)
    in_text = models.BooleanField(help_text="Stands in a title or text, not only among other names.")

    def __str__(self) -> str:
        return self.word
