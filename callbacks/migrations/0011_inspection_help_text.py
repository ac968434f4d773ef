from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("callbacks", "0010_plainer_names")]

    operations = [
        # The wording alone: the database is left as it is.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="attachment",
                    name="found",
                    field=models.CharField(
                        blank=True,
                        db_default="",
                        help_text=(
                            "Codes of values.marks.Mark for what an inspection found; "
                            "for a rejected file, of values.unsupported_kinds."
                        ),
                        max_length=80,
                    ),
                )
            ]
        )
    ]
