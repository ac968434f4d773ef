"""The full-text index: SQLite's FTS5, which stems English words and ignores accents."""

from django.db import connection

from search.match import EXCERPT_WORDS, KIND_WEIGHT, MARK, UNMARK, WEIGHTS, Match
from search.models import SearchEntry


def put(entry: SearchEntry) -> None:
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
            # The index's own score is below zero, best first.
            f" ORDER BY bm25(search_fts, %s, %s, %s) * {KIND_WEIGHT} LIMIT %s",
            [MARK, UNMARK, EXCERPT_WORDS, query, *parameters, *WEIGHTS, limit],
        )
        return [Match(*row) for row in cursor.fetchall()]


def holds(word: str, *, in_text: bool) -> bool:
    query = f'{{title text}} : "{word}"' if in_text else f'"{word}"'
    sql, parameters = SearchEntry.objects.live().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT 1 FROM search_fts WHERE search_fts MATCH %s AND rowid IN ({sql}) LIMIT 1",  # noqa: S608 - our own SQL
            [query, *parameters],
        )
        return cursor.fetchone() is not None
