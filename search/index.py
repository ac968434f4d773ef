"""The full-text index: SQLite's FTS5, which stems English words and ignores accents."""

from dataclasses import dataclass

from django.db import connection

from search.models import SearchEntry

#: How much a word counts in the title, in the other names and in the text.
WEIGHTS = (12.0, 8.0, 1.0)
#: A stage answers more of what people ask than a page that only names it; the index's own score is below zero.
KIND_WEIGHT = "CASE entry.kind WHEN 'Stage' THEN 2.0 WHEN 'Symptom' THEN 1.3 ELSE 1.0 END"
EXCERPT_WORDS = 28
MARK, UNMARK = "\x02", "\x03"  # stand round a found word; no text can hold them


@dataclass(frozen=True)
class Match:
    """A found entry, best first, with an excerpt in which MARK and UNMARK stand round the words found."""

    entry_id: int
    title: str
    kind: str
    url: str
    excerpt: str


def put(entry: SearchEntry) -> None:
    """Adds the entry's words, or replaces what was there."""
    remove(entry)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO search_fts (rowid, title, also_called, text) VALUES (%s, %s, %s, %s)",
            [entry.pk, entry.title, entry.also_called, entry.text],
        )


def remove(entry: SearchEntry) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM search_fts WHERE rowid = %s", [entry.pk])


def clear() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM search_fts")


def find(terms: list[list[str]], *, all_of_them: bool, limit: int) -> list[Match]:
    """Live entries, best first, that hold all terms or any; of each term one spelling is enough.

    Spellings are letters and digits only, so no operator of the query language gets in.
    """
    if not terms:
        return []
    groups = [" OR ".join(f'"{spelling}"' for spelling in spellings) for spellings in terms]
    groups[-1] += f' OR "{terms[-1][-1]}" *'  # the last word may still be half typed
    query = (" AND " if all_of_them else " OR ").join(f"({group})" for group in groups)
    sql, parameters = SearchEntry.objects.live().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT entry.id, entry.title, entry.kind, entry.url,"  # noqa: S608 - our own SQL
            " snippet(search_fts, 2, %s, %s, '…', %s) FROM search_fts"
            " JOIN search_searchentry AS entry ON entry.id = search_fts.rowid"
            f" WHERE search_fts MATCH %s AND entry.id IN ({sql})"
            f" ORDER BY bm25(search_fts, %s, %s, %s) * {KIND_WEIGHT} LIMIT %s",
            [MARK, UNMARK, EXCERPT_WORDS, query, *parameters, *WEIGHTS, limit],
        )
        return [Match(*row) for row in cursor.fetchall()]


def holds(word: str, *, in_text: bool) -> bool:
    """Whether a live entry holds the word, in any form English gives it; `in_text`: not only as another name."""
    query = f'{{title text}} : "{word}"' if in_text else f'"{word}"'
    sql, parameters = SearchEntry.objects.live().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT 1 FROM search_fts WHERE search_fts MATCH %s AND rowid IN ({sql}) LIMIT 1",  # noqa: S608 - our own SQL
            [query, *parameters],
        )
        return cursor.fetchone() is not None
