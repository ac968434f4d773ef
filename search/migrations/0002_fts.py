"""The full-text table beside the entries; SQLite only."""

from django.db import migrations

CREATE = """
CREATE VIRTUAL TABLE search_fts USING fts5(
    title, also_called, text, tokenize = 'porter unicode61 remove_diacritics 2'
)
"""


def create(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(CREATE)


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TABLE search_fts")


class Migration(migrations.Migration):
    dependencies = [("search", "0001_initial")]
    operations = [migrations.RunPython(create, drop)]
