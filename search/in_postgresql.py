"""The full-text index in PostgreSQL: a tsvector for each entry, stemmed as English, without stop words.

Words are split and lose their accents here, as in FTS5, so that no extension has to be installed. PostgreSQL's rank
ignores how rare a word is, so each term's rank is multiplied by its inverse document frequency, as in SQLite's bm25.
"""

import math
import re
import unicodedata

from django.db import connection
from django.db.models.expressions import RawSQL

from search.models import EXCERPT_WORDS, KIND_WEIGHT, MARK, UNMARK, WEIGHTS, Match, SearchEntry

#: Created by migration 0003: Snowball's English stemmer without stop words.
CONFIGURATION = "search_english"
_MAX_CHARS = 600_000  # indexed of a text: a tsvector holds at most 1 MB
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
    live, parameters = _live()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, title, kind, url, also_called,"  # noqa: S608 - our own SQL
            f" ts_headline('{CONFIGURATION}', text, to_tsquery('{CONFIGURATION}', %s), %s) || '…'"
            f" FROM (SELECT entry.*, ({rank}) * {KIND_WEIGHT} AS score FROM search_vector"
            " JOIN search_searchentry AS entry ON entry.id = entry_id"
            f" WHERE words @@ to_tsquery('{CONFIGURATION}', %s) AND entry.id IN ({live})"
            " ORDER BY score DESC, entry.id LIMIT %s) AS best ORDER BY score DESC, id",
            [whole, _SHARED, *ranked, whole, *parameters, limit],
        )
        return [Match(*row) for row in cursor.fetchall()]


def having(words: list[str]) -> RawSQL:
    query = " & ".join(f"'{_plain(word)}':*" for word in words)
    return RawSQL(f"SELECT entry_id FROM search_vector WHERE words @@ to_tsquery('{CONFIGURATION}', %s)", [query])  # noqa: S608, S611


def holds(word: str, *, in_text: bool) -> bool:
    query = f"'{_plain(word)}'" + (":AD" if in_text else "")
    live, parameters = _live()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT EXISTS (SELECT FROM search_vector WHERE words @@ to_tsquery('{CONFIGURATION}', %s)"  # noqa: S608
            f" AND entry_id IN ({live}))",
            [query, *parameters],
        )
        return cursor.fetchone()[0]


def _live() -> tuple[str, tuple]:
    return SearchEntry.objects.live().values("pk").query.sql_with_params()


def _rarity(groups: list[str]) -> list[float]:
    """Return the inverse document frequency of each term, as in bm25."""
    if len(groups) == 1:  # a single weight changes no order
        return [1.0]
    counts = ", ".join([f"count(*) FILTER (WHERE words @@ to_tsquery('{CONFIGURATION}', %s))"] * len(groups))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*), {counts} FROM search_vector", groups)  # noqa: S608 - our own SQL
        everything, *found = cursor.fetchone()
    return [max(0.01, math.log(1 + (everything - count + 0.5) / (count + 0.5))) for count in found]


def _plain(text: str) -> str:
    """Return words of letters and digits with single spaces, without accents."""
    bare = "".join(mark for mark in unicodedata.normalize("NFKD", text[:_MAX_CHARS]) if not unicodedata.combining(mark))
    return " ".join(re.findall(r"[^\W_]+", bare))
