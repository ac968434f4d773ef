"""Staff's choice of mail."""

from django.conf import settings
from django.db import models


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
