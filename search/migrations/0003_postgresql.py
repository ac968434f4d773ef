"""The full-text table beside the entries, and how its words are stemmed; PostgreSQL only.

As 0002 is for SQLite: each database makes its own, and the entries are put in when the guide is loaded.
"""

from django.db import migrations

CREATE = [
    "CREATE TEXT SEARCH DICTIONARY search_stem (TEMPLATE = snowball, LANGUAGE = english)",
    "CREATE TEXT SEARCH CONFIGURATION search_english (COPY = pg_catalog.simple)",
    "ALTER TEXT SEARCH CONFIGURATION search_english"
    " ALTER MAPPING FOR asciiword, word, hword_part, hword_asciipart, hword, asciihword, numword, hword_numpart, numhword"
    " WITH search_stem",
    # No foreign key: Django knows nothing of this table and could then not empty the other.
    "CREATE TABLE search_vector (entry_id bigint PRIMARY KEY, words tsvector NOT NULL)",
    "CREATE INDEX search_vector_words ON search_vector USING gin (words) WITH (fastupdate = off)",
]
DROP = [
    "DROP TABLE search_vector",
    "DROP TEXT SEARCH CONFIGURATION search_english",
    "DROP TEXT SEARCH DICTIONARY search_stem",
]


def _run(statements):
    def run(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            for statement in statements:
                schema_editor.execute(statement)

    return run


class Migration(migrations.Migration):
    dependencies = [("search", "0002_fts")]
    operations = [migrations.RunPython(_run(CREATE), _run(DROP))]
