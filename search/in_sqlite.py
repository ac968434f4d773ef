"""The full-text index in SQLite: FTS5, which stems English words and ignores accents in any language."""

from django.db import connection
from django.db.models.expressions import RawSQL
from django.utils import timezone

from editorial.workflow.publishing import ReviewedPage
from search import vocabulary
from search.models import EXCERPT_WORDS, KIND_WEIGHT, MARK, UNMARK, WEIGHTS, Entry, Match, tables

TABLE, KEY = "search_fts", "rowid"
#: Scoring every match of a common word is slow. Score at most this many of the matches by name, of the first entries
#: (the guide's own pages) and of the last ones.
MAX_SCORED = 500


def put(entry: Entry) -> None:
    """Add or replace the entry's words."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT OR REPLACE INTO {TABLE}{entry.suffix} (rowid, title, also_called, text) VALUES (%s, %s, %s, %s)",  # noqa: S608
            [entry.pk, entry.title, entry.also_called, entry.text],
        )


def find(terms: list[list[str]], *, all_of_them: bool, limit: int) -> list[Match]:
    """Return live entries, best first, that hold all terms or any; one spelling of each term is enough.

    Spellings are letters and digits only, so no operator of the query language gets in.
    """
    groups = [" OR ".join(map(_quoted, spellings)) for spellings in terms]
    groups[-1] += f' OR "{terms[-1][-1]}" *'  # the last word may still be half typed
    query = (" AND " if all_of_them else " OR ").join(f"({group})" for group in groups)
    named = f"{{title also_called}} : ({query})"
    index, live, own = _live()
    scored = [(words, *own, MAX_SCORED) for words in (named, query, query)]
    # bm25 scores are negative, the best lowest.
    score = f"SELECT entry.id, entry.title, entry.kind, entry.url, bm25({index}, %s, %s, %s) * {KIND_WEIGHT} AS score"
    candidates = " UNION ALL ".join(
        f"SELECT * FROM ({score}, {whole} AS whole FROM {live} ORDER BY {index}.rowid {order} LIMIT %s)"  # noqa: S608
        for whole, order in ((False, ""), (True, ""), (True, "DESC"))
    )
    with connection.cursor() as cursor:
        cursor.execute(
            # Excerpts are expensive: make them only for the entries shown.
            "SELECT best.id, best.title, best.kind, best.url, also_called,"  # noqa: S608
            f" snippet({index}, 2, %s, %s, '…', %s)"
            " FROM (SELECT id, title, kind, url, coalesce(min(CASE WHEN whole THEN score END), min(score)) AS score"
            f" FROM ({candidates}) GROUP BY id ORDER BY score LIMIT %s) AS best"
            f" CROSS JOIN {index} ON {index}.rowid = best.id WHERE {index} MATCH %s ORDER BY best.score",
            (MARK, UNMARK, EXCERPT_WORDS)
            + tuple(value for own in scored for value in (*WEIGHTS, *own))
            + (limit, query),
        )
        return [Match(*row) for row in cursor.fetchall()]


def having(words: list[str]) -> RawSQL:
    """Return the keys of entries, live or not, that match each of these words by prefix."""
    query = " AND ".join(f'("{word}" OR "{word}" *)' for word in words)  # prefixes are not stemmed
    return RawSQL("SELECT rowid FROM search_fts WHERE search_fts MATCH %s", [query])


def holds(word: str, *, in_text: bool) -> bool:
    """Return whether a live entry holds the word, in any inflection; `in_text`: in its title or text."""
    query = f"{{title text}} : {_quoted(word)}" if in_text else _quoted(word)
    _, live, own = _live()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {live} LIMIT 1", [query, *own])  # noqa: S608 - our own SQL
        return cursor.fetchone() is not None


def _quoted(word: str) -> str:
    prefix = vocabulary.prefix_of(word)
    return f'"{prefix}" *' if prefix else f'"{word}"'


def _live() -> tuple[str, str, tuple]:
    """Return the full-text table, and matching entries that readers may see, by the rule of SearchEntryQuerySet.live:
    matches first, then the row of each; and the parameters after the query."""
    here = tables()
    index, entries = f"search_fts{here.entries.suffix}", here.entries._meta.db_table
    own = "".join(f" AND entry.{column} = %s" for column in here.own)
    live = (
        f"{index} CROSS JOIN {entries} AS entry ON entry.id = {index}.rowid"
        f" WHERE {index} MATCH %s AND entry.status = '{ReviewedPage.Status.PUBLISHED}'"
        f" AND entry.published_at <= %s{own}"
    )
    return index, live, (timezone.now(), *here.own.values())
