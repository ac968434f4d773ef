"""The full-text index in PostgreSQL: a tsvector for each entry, stemmed as English, without stop words.

Words are split and lose their accents here, as in FTS5, so that no extension has to be installed. PostgreSQL's rank
ignores how rare a word is, so each term's rank is multiplied by its inverse document frequency, as in SQLite's bm25.
"""

import math
import re
from typing import Any

from django.db import connection
from django.db.models.expressions import RawSQL

from editorial.values import languages
from search import vocabulary
from search.models import EXCERPT_WORDS, KIND_WEIGHT, MARK, UNMARK, WEIGHTS, Entry, Match, SearchEntry, tables

TABLE, KEY = "search_vector", "entry_id"
#: Created by migration 0003: Snowball's English stemmer without stop words.
CONFIGURATION = "search_english"
#: For other languages, where words are matched by prefix.
WITHOUT_STEMS = "simple"
_MAX_CHARS = 600_000  # indexed of a text: a tsvector holds at most 1 MB
_TITLE, _ALSO_CALLED, _TEXT = (weight / WEIGHTS[0] for weight in WEIGHTS)
_RANKS = [_TEXT, 0.0, _ALSO_CALLED, _TITLE]  # of the labels D, C, B, A
_SHARED = f"StartSel={MARK}, StopSel={UNMARK}, MaxWords={EXCERPT_WORDS}, MinWords={EXCERPT_WORDS - 8}"


def put(entry: Entry) -> None:
    parts = [_plain(entry.title), _plain(entry.also_called), _plain(entry.text)]
    words = CONFIGURATION if isinstance(entry, SearchEntry) else WITHOUT_STEMS
    vector = " || ".join(f"setweight(to_tsvector('{words}', %s), '{label}')" for label in "ABD")
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {TABLE}{entry.suffix} (entry_id, words) VALUES (%s, {vector})"  # noqa: S608 - our own SQL
            " ON CONFLICT (entry_id) DO UPDATE SET words = EXCLUDED.words",
            [entry.pk, *parts],
        )


def find(terms: list[list[str]], *, all_of_them: bool, limit: int) -> list[Match]:
    groups = [" | ".join(map(_quoted, spellings)) for spellings in terms]
    groups[-1] += f" | '{_plain(terms[-1][-1])}':*"  # the last word may still be half typed
    whole = (" & " if all_of_them else " | ").join(f"({group})" for group in groups)
    here, words = tables(), _configuration()
    index, entries = f"search_vector{here.entries.suffix}", here.entries._meta.db_table
    rank = " + ".join([f"%s * ts_rank(%s::real[], words, to_tsquery('{words}', %s), 1)"] * len(groups))
    ranked = [part for group, weight in zip(groups, _rarity(groups), strict=True) for part in (weight, _RANKS, group)]
    live, parameters = _live()
    is_english = words == CONFIGURATION
    excerpt = f"ts_headline('{words}', text, to_tsquery('{words}', %s), %s) || '…'" if is_english else "text"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, title, kind, url, also_called, {excerpt}"  # noqa: S608 - our own SQL
            f" FROM (SELECT entry.*, ({rank}) * {KIND_WEIGHT} AS score FROM {index}"
            f" JOIN {entries} AS entry ON entry.id = entry_id"
            f" WHERE words @@ to_tsquery('{words}', %s) AND entry.id IN ({live})"
            " ORDER BY score DESC, entry.id LIMIT %s) AS best ORDER BY score DESC, id",
            [*([whole, _SHARED] if is_english else []), *ranked, whole, *parameters, limit],
        )
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    if not is_english:
        rows = [(*row[:-1], _excerpt(row[-1], terms)) for row in rows]
    return [Match(*row) for row in rows]


def _excerpt(text: str, terms: list[list[str]]) -> str:
    """Return the words around the first match, as ts_headline does, but ignoring accents."""
    sought = tuple(vocabulary.prefix_of(word) or f"{word} " for spellings in terms for word in spellings)
    words = text.split()
    found = [f"{_plain(word.casefold())} ".startswith(sought) for word in words]
    start = max(0, found.index(True) - 5) if True in found else 0
    shown = zip(words[start : start + EXCERPT_WORDS], found[start:], strict=False)
    return " ".join(f"{MARK}{word}{UNMARK}" if is_found else word for word, is_found in shown) + "…"


def having(words: list[str]) -> RawSQL:
    query = " & ".join(f"'{_plain(word)}':*" for word in words)
    return RawSQL(f"SELECT entry_id FROM search_vector WHERE words @@ to_tsquery('{CONFIGURATION}', %s)", [query])  # noqa: S608, S611


def holds(word: str, *, in_text: bool) -> bool:
    query = _quoted(word, "AD" if in_text else "")
    live, parameters = _live()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT EXISTS (SELECT FROM search_vector{tables().entries.suffix}"  # noqa: S608 - our own SQL
            f" WHERE words @@ to_tsquery('{_configuration()}', %s) AND entry_id IN ({live}))",
            [query, *parameters],
        )
        return cursor.fetchone()[0]


def _configuration() -> str:
    return CONFIGURATION if tables().entries is SearchEntry else WITHOUT_STEMS


def _quoted(word: str, labels: str = "") -> str:
    if prefix := vocabulary.prefix_of(word):
        return f"'{_plain(prefix)}':*{labels}"
    return f"'{_plain(word)}'" + (f":{labels}" if labels else "")


def _live() -> tuple[str, tuple]:
    here = tables()
    return here.entries.objects.filter(**here.own).live().values("pk").query.sql_with_params()


def _rarity(groups: list[str]) -> list[float]:
    """Return the inverse document frequency of each term, as in bm25."""
    if len(groups) == 1:  # a single weight changes no order
        return [1.0]
    counts = ", ".join([f"count(*) FILTER (WHERE words @@ to_tsquery('{_configuration()}', %s))"] * len(groups))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*), {counts} FROM search_vector{tables().entries.suffix}", groups)  # noqa: S608 - our own SQL
        everything, *found = cursor.fetchone()
    return [max(0.01, math.log(1 + (everything - count + 0.5) / (count + 0.5))) for count in found]


def _plain(text: str) -> str:
    """Return words of letters and digits with single spaces, without accents."""
    return " ".join(re.findall(r"[^\W_]+", languages.without_accents(text[:_MAX_CHARS])))
