from django.db import migrations, models

ALSO_CALLED = models.CharField(
    blank=True, help_text="Other names, also misspelled ones, split by commas. For search only.", max_length=400
)


class Migration(migrations.Migration):
    dependencies = [("phases", "0005_confidence_words")]

    operations = [
        # The wording alone: the database is left as it is.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField("symptom", "also_called", ALSO_CALLED),
                migrations.AlterField("treatmentoption", "also_called", ALSO_CALLED),
            ]
        )
    ]
