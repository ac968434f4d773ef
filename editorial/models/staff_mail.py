"""Staff's choice of mail, and the mail about pages that waits to be sent."""

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils import timezone


class MailChoice(models.Model):
    """One colleague's choice; without a row, all mail."""

    is_content = False  # editorial.models.versions: no page of readers changes with it

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="mail_choice"
    )
    wants_digest = models.BooleanField("once a week: what needs me", default=True)
    wants_changes = models.BooleanField("when a page that concerns me changes its state", default=True)
    digest_sent_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.user)


class PageNotice(models.Model):
    """A mail to one colleague about a page that changed its state; deleted once it is sent."""

    class Event(models.TextChoices):
        """What happened to the page, as the mail says it."""

        IN_REVIEW = "in-review", "was sent to review"
        SIGNED = "signed", "was signed by a medical reviewer"
        ANSWERED = "answered", "was answered by someone who has its review link"
        PUBLISHED = "published", "was published"
        SCHEDULED = "scheduled", "was scheduled to be published"
        ARCHIVED = "archived", "was taken down"
        DRAFT = "draft", "was taken back to draft"

    is_content = False

    event = models.CharField(max_length=20, choices=Event.choices)
    page_type = models.ForeignKey(ContentType, on_delete=models.CASCADE)
    page_id = models.PositiveBigIntegerField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    created_at = models.DateTimeField(default=timezone.now)
    next_try_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.page_type} {self.page_id} {self.get_event_display()}"
