"""Rename models and fields in Python only; tables and columns keep their names for older code."""

from django.db import migrations, models


def rename_permission(apps, schema_editor):
    permissions = apps.get_model("auth", "Permission").objects.using(schema_editor.connection.alias)
    permissions.filter(content_type__app_label="detoxsite", codename="view_readiness").update(
        name="Can view the system status"
    )


class Migration(migrations.Migration):
    dependencies = [
        ("detoxsite", "0004_known_keys"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RenameModel("Look", "ProbeResult"),
                migrations.AlterModelTable("ProbeResult", "detoxsite_look"),
                migrations.RenameField("ProbeResult", "says", "summary"),
                migrations.AlterField(
                    "ProbeResult",
                    "summary",
                    models.TextField(blank=True, help_text="A sentence about what was found.", db_column="says"),
                ),
                migrations.AlterField(
                    "ProbeResult",
                    "problem",
                    models.TextField(blank=True, help_text="A sentence; empty if there is no problem."),
                ),
                migrations.RenameModel("Matter", "Incident"),
                migrations.AlterModelTable("Incident", "detoxsite_matter"),
                migrations.RenameField("Incident", "told_at", "alerted_at"),
                migrations.AlterField("Incident", "alerted_at", models.DateTimeField(null=True, db_column="told_at")),
                migrations.RenameField("ScheduledJob", "begun_at", "started_at"),
                migrations.AlterField(
                    "ScheduledJob", "started_at", models.DateTimeField(null=True, db_column="begun_at")
                ),
                migrations.AlterModelOptions(
                    "scheduledjob",
                    {
                        "default_permissions": (),
                        "permissions": [("view_readiness", "Can view the system status")],
                    },
                ),
            ]
        ),
        migrations.RunPython(rename_permission, migrations.RunPython.noop),
    ]
