import markdownx.models
from django.db import migrations

HELP = (
    "Markdown. ## begins a section. Cite a source right after the statement as [@key]; the keys are under Sources. "
    "Add a picture with the button, or drop or paste it into the text."
)


class Migration(migrations.Migration):
    dependencies = [("phases", "0008_archived")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField("treatmentoption", "body", markdownx.models.MarkdownxField(help_text=HELP)),
            ]
        )
    ]
