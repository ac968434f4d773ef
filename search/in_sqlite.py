"""The full-text index in SQLite: FTS5, which stems English words and ignores accents."""

from django.db import connection
from django.db.models.expressions import RawSQL
from django.utils import timezone

from editorial.publishing import ReviewedPage
from search.models import EXCERPT_WORDS, KIND_WEIGHT, MARK, UNMARK, WEIGHTS, Match, SearchEntry

#: Matching entries that readers may see, by the rule of SearchEntryQuerySet.live: matches first, then the row of each.
_LIVE = (
    "search_fts CROSS JOIN search_searchentry AS entry ON entry.id = search_fts.rowid"
    f" WHERE search_fts MATCH %s AND entry.status = '{ReviewedPage.Status.PUBLISHED}' AND entry.published_at <= %s"
)

#: Scoring every use of a common word takes long. So at most this many entries are scored of those with the words in
#: their name, of the first ones (the guide's own pages) and of the last ones.
MAX_SCORED = 500
#: bm25 scores are negative, the best lowest.
_SCORED = f"SELECT entry.id, entry.title, entry.kind, entry.url, bm25(search_fts, %s, %s, %s) * {KIND_WEIGHT} AS score"
_CANDIDATES = " UNION ALL ".join(
    f"SELECT * FROM ({_SCORED}, {whole} AS whole FROM {_LIVE} ORDER BY search_fts.rowid {order} LIMIT %s)"  # noqa: S608
    for whole, order in ((False, ""), (True, ""), (True, "DESC"))
)


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
    named = f"{{title also_called}} : ({query})"
    now = timezone.now()
    scored = [(words, now, MAX_SCORED) for words in (named, query, query)]
    with connection.cursor() as cursor:
        cursor.execute(
            # Excerpts cost most, so only the entries shown get one.
            "SELECT best.id, best.title, best.kind, best.url, also_called,"  # noqa: S608
            " snippet(search_fts, 2, %s, %s, '…', %s)"
            " FROM (SELECT id, title, kind, url, coalesce(min(CASE WHEN whole THEN score END), min(score)) AS score"
            f" FROM ({_CANDIDATES}) GROUP BY id ORDER BY score LIMIT %s) AS best"
            " CROSS JOIN search_fts ON search_fts.rowid = best.id WHERE search_fts MATCH %s ORDER BY best.score",
            (MARK, UNMARK, EXCERPT_WORDS)
            + tuple(value for candidates in scored for value in (*WEIGHTS, *candidates))
            + (limit, query),
        )
        return [Match(*row) for row in cursor.fetchall()]


def having(words: list[str]) -> RawSQL:
    query = " AND ".join(f'("{word}" OR "{word}" *)' for word in words)  # what begins like it is not stemmed
    return RawSQL("SELECT rowid FROM search_fts WHERE search_fts MATCH %s", [query])


def holds(word: str, *, in_text: bool) -> bool:
    query = f'{{title text}} : "{word}"' if in_text else f'"{word}"'
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {_LIVE} LIMIT 1", [query, timezone.now()])  # noqa: S608 - our own SQL
        return cursor.fetchone() is not None
