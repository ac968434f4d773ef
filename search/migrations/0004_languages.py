"""The pages and words of other languages, in tables of their own: old code and English searches read none of them."""

from django.db import migrations, models

SQLITE = """
CREATE VIRTUAL TABLE search_fts_translated USING fts5(
    title, also_called, text, tokenize = 'unicode61 remove_diacritics 2'
)
"""
POSTGRESQL = [
    "CREATE TABLE search_vector_translated (entry_id bigint PRIMARY KEY, words tsvector NOT NULL)",
    "CREATE INDEX search_vector_translated_words ON search_vector_translated USING gin (words) WITH (fastupdate = off)",
]


def create(apps, schema_editor):
    for statement in [SQLITE] if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement)


def drop(apps, schema_editor):
    kind = "fts" if schema_editor.connection.vendor == "sqlite" else "vector"
    schema_editor.execute(f"DROP TABLE search_{kind}_translated")


class Migration(migrations.Migration):
    dependencies = [("search", "0003_postgresql")]
    operations = [
        migrations.CreateModel(
            name="TranslatedEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=20)),
                ("object_id", models.PositiveBigIntegerField()),
                ("title", models.CharField(max_length=200)),
                ("also_called", models.TextField(blank=True)),
                ("text", models.TextField()),
                ("url", models.CharField(max_length=300)),
                ("status", models.CharField(max_length=10)),
                ("published_at", models.DateTimeField(null=True)),
                ("language", models.CharField(max_length=10)),
            ],
            options={
                "verbose_name_plural": "translated entries",
                "constraints": [
                    models.UniqueConstraint(
                        fields=["kind", "object_id", "language"], name="translated_entry_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TranslatedWord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("word", models.CharField(max_length=40)),
                ("language", models.CharField(max_length=10)),
                ("in_text", models.BooleanField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=["word", "language"], name="translated_word_once")
                ],
            },
        ),
        migrations.RunPython(create, drop),
    ]
