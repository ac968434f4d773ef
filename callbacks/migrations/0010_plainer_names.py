import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

KEPT = models.CharField(help_text="Kept when the account is deleted.", max_length=150)
WHO = models.ForeignKey(
    null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
)
REASONS = [("due", "Retention period ended"), ("withdrawn", "Withdrawn by the person"), ("staff", "Erased by staff")]


def notified(old: str, new: str) -> list:
    field = models.DateTimeField(db_column=old, editable=False, null=True)
    return [
        migrations.RenameField("callbackrequest", old, new),
        migrations.AlterField("callbackrequest", new, field),
    ]


class Migration(migrations.Migration):
    dependencies = [("callbacks", "0009_safe_hours_index")]

    operations = [
        # Names in Python and wording alone: the database is left as it is.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                *notified("staff_told_at", "staff_notified_at"),
                *notified("overdue_told_at", "overdue_notified_at"),
                *notified("correction_told_at", "correction_notified_at"),
                *(
                    migrations.AlterField(model, name, field)
                    for model in ("callattempt", "note", "accessrecord")
                    for name, field in (("who", WHO), ("username", KEPT))
                ),
                migrations.AlterField("erasure", "reason", models.CharField(choices=REASONS, max_length=10)),
            ]
        )
    ]
