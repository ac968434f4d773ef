from django.db import migrations, models

EASES, NO, NOT_KNOWN = ("eases", "Yes"), ("not-its-aim", "No"), ("not-known", "Not known")


class Migration(migrations.Migration):
    dependencies = [("phases", "0008_archived")]

    operations = [
        # The wording alone: the database is left as it is.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    "treatmentoption",
                    "withdrawal",
                    models.CharField(
                        choices=[
                            EASES,
                            ("partly", "One symptom at a time"),
                            ("brings-on", "No: it can bring it on"),
                            NO,
                            NOT_KNOWN,
                        ],
                        db_default="not-known",
                        default="not-known",
                        max_length=20,
                        verbose_name="helps with withdrawal",
                    ),
                ),
                migrations.AlterField(
                    "treatmentoption",
                    "cravings",
                    models.CharField(
                        choices=[EASES, ("may-ease", "Maybe"), NO, NOT_KNOWN],
                        default="not-known",
                        max_length=20,
                        verbose_name="helps with craving",
                    ),
                ),
            ]
        ),
    ]
