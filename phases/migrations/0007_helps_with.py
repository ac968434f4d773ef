from django.db import migrations, models

NOT_KNOWN = ("not-known", "Not known")
EASES, NO = ("eases", "Yes"), ("not-its-aim", "Not made for that")


class Migration(migrations.Migration):
    dependencies = [("phases", "0006_spelling")]

    operations = [
        migrations.AddField(
            "treatmentoption",
            "withdrawal",
            models.CharField(
                choices=[EASES, ("partly", "One symptom at a time"), ("brings-on", "No: it can bring it on"), NO, NOT_KNOWN],
                db_default="not-known",
                default="not-known",
                max_length=20,
                verbose_name="helps with withdrawal",
            ),
        ),
        # The wording alone: the database is left as it is.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    "treatmentoption",
                    "how_to_get_it",
                    models.CharField(
                        help_text="Tonight, then tomorrow. "
                        "With the summary at most 40 words: both are the first screen of a phone.",
                        max_length=400,
                    ),
                ),
                migrations.AlterField(
                    "treatmentoption",
                    "medicine",
                    models.CharField(
                        choices=[("is", "Yes"), ("can-have", "Can be added"), ("none", "No"), NOT_KNOWN],
                        default="not-known",
                        max_length=20,
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
                migrations.AlterField(
                    "treatmentoption",
                    "overdose_risk",
                    models.CharField(
                        choices=[
                            ("lower", "Yes: linked to fewer deaths"),
                            ("reverses", "Yes: reverses an overdose"),
                            ("not-shown", "Not shown"),
                            ("higher-after", "No: more danger afterward"),
                            NOT_KNOWN,
                        ],
                        default="not-known",
                        max_length=20,
                        verbose_name="helps with staying alive",
                    ),
                ),
                migrations.AlterField(
                    "treatmentoption",
                    "compare_note",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="The facts behind these choices, with their sources. "
                        "Where no source says it, it is “Not known”.",
                        max_length=400,
                        verbose_name="what these rest on",
                    ),
                ),
            ]
        ),
    ]
