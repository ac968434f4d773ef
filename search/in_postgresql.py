"""The full-text index in PostgreSQL: a tsvector beside each entry, stemmed as English, no word left out.

The words are cut here, as FTS5 cuts them, and lose their accents here, so that no extension has to be installed.
PostgreSQL's rank does not know that a rare word says more than a common one, so each term's rank is weighed by how few
entries hold it, as SQLite's bm25 does.
"""

import math
import re
import unicodedata

from django.db import connection

from search.match import EXCERPT_WORDS, KIND_WEIGHT, MARK, UNMARK, WEIGHTS, Match
from search.models import SearchEntry

#: Made by migration 0003: Snowball's English, without its list of words to leave out.
CONFIGURATION = "search_english"
_MOST = 600_000  # characters of a text that are read: a tsvector holds at most 1 MB
_TITLE, _ALSO_CALLED, _TEXT = (weight / WEIGHTS[0] for weight in WEIGHTS)
_RANKS = [_TEXT, 0.0, _ALSO_CALLED, _TITLE]  # of the labels D, C, B, A
_SHARED = f"StartSel={MARK}, StopSel={UNMARK}, MaxWords={EXCERPT_WORDS}, MinWords={EXCERPT_WORDS - 8}"


def put(entry: SearchEntry) -> None:
    parts = [_plain(entry.title), _plain(entry.also_called), _plain(entry.text)]
    vector = " || ".join(f"setweight(to_tsvector('{CONFIGURATION}', %s), '{label}')" for label in "ABD")
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO search_vector (entry_id, words) VALUES (%s, {vector})"  # noqa: S608 - our own SQL
            " ON CONFLICT (entry_id) DO UPDATE SET words = EXCLUDED.words",
            [entry.pk, *parts],
        )


def remove(entry: SearchEntry) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM search_vector WHERE entry_id = %s", [entry.pk])


def clear() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM search_vector")


def find(terms: list[list[str]], *, all_of_them: bool, limit: int) -> list[Match]:
    groups = [" | ".join(f"'{_plain(spelling)}'" for spelling in spellings) for spellings in terms]
    groups[-1] += f" | '{_plain(terms[-1][-1])}':*"  # the last word may still be half typed
    whole = (" & " if all_of_them else " | ").join(f"({group})" for group in groups)
    rank = " + ".join([f"%s * ts_rank(%s::real[], words, to_tsquery('{CONFIGURATION}', %s), 1)"] * len(groups))
    ranked = [part for group, weight in zip(groups, _rarity(groups), strict=True) for part in (weight, _RANKS, group)]
    sql, parameters = SearchEntry.objects.live().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, title, kind, url, also_called,"  # noqa: S608 - our own SQL
            f" ts_headline('{CONFIGURATION}', text, to_tsquery('{CONFIGURATION}', %s), %s)"
            f" FROM (SELECT entry.*, ({rank}) * {KIND_WEIGHT} AS score FROM search_vector"
            " JOIN search_searchentry AS entry ON entry.id = entry_id"
            f" WHERE words @@ to_tsquery('{CONFIGURATION}', %s) AND entry.id IN ({sql})"
            " ORDER BY score DESC, entry.id LIMIT %s) AS best ORDER BY score DESC, id",
            [whole, _SHARED, *ranked, whole, *parameters, limit],
        )
        return [Match(*row[:5], _shown(row[5])) for row in cursor.fetchall()]


def holds(word: str, *, in_text: bool) -> bool:
    query = f"'{_plain(word)}'" + (":AD" if in_text else "")
    sql, parameters = SearchEntry.objects.live().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT EXISTS (SELECT FROM search_vector WHERE words @@ to_tsquery('{CONFIGURATION}', %s)"  # noqa: S608
            f" AND entry_id IN ({sql}))",
            [query, *parameters],
        )
        return cursor.fetchone()[0]


def _rarity(groups: list[str]) -> list[float]:
    """bm25's weight of each term: the fewer entries hold it, the more it says."""
    if len(groups) == 1:  # a single weight changes no order
        return [1.0]
    counts = ", ".join([f"count(*) FILTER (WHERE words @@ to_tsquery('{CONFIGURATION}', %s))"] * len(groups))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*), {counts} FROM search_vector", groups)  # noqa: S608 - our own SQL
        everything, *found = cursor.fetchone()
    return [max(0.01, math.log(1 + (everything - count + 0.5) / (count + 0.5))) for count in found]


def _plain(text: str) -> str:
    """Words of letters and digits with single spaces, without accents."""
    bare = "".join(mark for mark in unicodedata.normalize("NFKD", text[:_MOST]) if not unicodedata.combining(mark))
    return " ".join(re.findall(r"[^\W_]+", bare))


def _shown(excerpt: str) -> str:
    return f"{excerpt}…"
