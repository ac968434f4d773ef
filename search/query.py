"""Turn a reader's query into results. The query is never stored."""

import functools
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext
from rapidfuzz import process

from editorial.text import snapshot
from search import vocabulary
from search.danger import SIMILARITY, SUICIDE, asks_for_a_dose, dangers, is_danger, respelled, without_other_deaths
from search.index import index
from search.models import MARK, UNMARK, Match, tables
from search.static_pages import EMERGENCY, meant_by

MAX_CHARS = 80  # of a query that are searched for; the rest is heard for danger only
MAX_HEARD = 400  # characters, as people dictate a whole story and end with what is wrong
MAX_WORDS = 8
MAX_RESULTS = 30
THIRD = 2  # results come before it
MIN_RESULTS = 3  # with fewer, pages with only some of the words are shown too

#: Similarity from 0 to 1: "buprenorfine" to "buprenorphine" is 0.85, "withdrawl" to "withdrawal" 0.9, "diarea" to
#: "diarrhea" 0.75; but "purple" to "purpose" 0.71, and of short words "paws" to "pass" 0.75, "meth" to "met" 0.75.
MIN_SIMILARITY, MIN_SIMILARITY_SHORT, SHORT = 0.75, 0.8, 5
MIN_LETTERS = 4  # a shorter word is similar to too many

Terms = list[list[str]]  # for each typed word, its possible spellings


@dataclass(frozen=True)
class Result:
    """One result; `excerpt` is a list of (text, is_match) pairs."""

    title: str
    kind: str
    url: str
    excerpt: list[tuple[str, bool]]


@dataclass(frozen=True)
class Results:
    """The results of a query.

    `corrected`: the query as searched, if a typed word had no match, otherwise empty. `is_urgent`: it may mean that
    somebody is in danger now. `is_despair`: of suicide and nothing else. `asks_for_a_dose`: it asks for an amount.
    """

    query: str
    corrected: str
    was_cut: bool
    found: list[Result]
    is_urgent: bool
    is_despair: bool
    asks_for_a_dose: bool


def search(typed: str) -> Results:
    """Search for any text. Never raises: operators, quotes and control characters are not words."""
    letters = unicodedata.normalize("NFKC", typed)
    printable = (" " if unicodedata.category(letter).startswith(("C", "Z")) else letter for letter in letters)
    whole = re.sub(r"\s+", " ", "".join(printable)).strip()
    query = whole[:MAX_CHARS]
    words = _words(query)
    terms = [_spellings(word) for word in words]
    corrected_words = [_corrected(word, spellings) for word, spellings in zip(words, terms, strict=True)]
    corrected = " ".join(corrected_words)
    story = whole[:MAX_HEARD]
    alarming = without_other_deaths(story)
    danger = dangers(alarming, corrected if alarming == story else "", respelled(alarming, _plain_words()))
    found = _ranked(query, corrected, terms, is_urgent=bool(danger))
    return Results(
        query=query,
        corrected=corrected if corrected_words != words and found else "",
        was_cut=len(whole) > MAX_CHARS,
        found=found,
        is_urgent=bool(danger),
        is_despair=danger == {SUICIDE},
        asks_for_a_dose=asks_for_a_dose(f"{story.casefold()} {corrected}".replace("’", "'")),
    )


def _words(query: str) -> list[str]:
    known = vocabulary.current()
    plain = re.sub("['’¿¡]", "", known.plain(query))
    words = re.findall(r"[^\W_]+", known.in_our_words(plain))
    keywords = [word for word in words if word not in known.common]
    return (keywords or words)[:MAX_WORDS]


def _corrected(word: str, spellings: list[str]) -> str:
    """Return the word itself if the guide knows it, otherwise the nearest known one."""
    return word if vocabulary.current().synonyms(word) or index().holds(word, in_text=False) else spellings[-1]


def _ranked(query: str, corrected: str, terms: Terms, *, is_urgent: bool) -> list[Result]:
    """Return static pages by exact name, pages by name, other static pages, then everything else by score.

    An urgent query that means no static page leads to the emergency page.
    """
    static = meant_by(query, corrected) or [(EMERGENCY, False)] * is_urgent
    with_some = functools.cache(lambda: _with_some(terms))
    matches = sorted(_matches(terms, with_some), key=lambda match: not _is_in_title(match.title, terms))
    named = [match for match in matches if _is_name_of(match, terms)]
    typed = vocabulary.current().plain(query)
    named.sort(key=lambda match: typed not in _names(match))  # exact names before synonyms
    others = [match for match in matches if match not in named]
    if not named:
        others = _with_named_third(others, terms, with_some(), third=max(0, THIRD - len(static)))
    pages = [Result(str(page.title), gettext("Page"), page.url, [(str(page.words), False)]) for page, _ in static]
    first = sum(is_whole_name for _, is_whole_name in static)
    return [*pages[:first], *map(_result, named), *pages[first:], *map(_result, others)]


def _with_named_third(matches: list[Match], terms: Terms, some: list[Match], *, third: int) -> list[Match]:
    """Move pages up to the third place if some words are their name, as in "how do i get on methadone"."""
    named = [match for match in some if _longest_name(match, terms)]
    named.sort(key=lambda match: -_longest_name(match, terms))
    return list({match.entry_id: match for match in [*matches[:third], *named, *matches[third:]]}.values())


def _matches(terms: Terms, with_some: Callable[[], list[Match]]) -> list[Match]:
    """Return entries with all terms; if there are few, add entries with some."""
    matches = index().find(terms, all_of_them=True, limit=MAX_RESULTS) if terms else []
    if len(matches) < MIN_RESULTS:
        seen = {match.entry_id for match in matches}
        matches += [match for match in with_some() if match.entry_id not in seen][: MAX_RESULTS - len(matches)]
    return matches


def _with_some(terms: Terms) -> list[Match]:
    return index().find(terms, all_of_them=False, limit=MAX_RESULTS) if len(terms) > 1 else []


def _is_in_title(title: str, terms: Terms) -> bool:
    """Return whether a title has each typed word or a synonym."""
    named = set(_words(title))
    return bool(terms) and all(named & set(spellings) for spellings in terms)


def _is_name_of(match: Match, terms: Terms) -> bool:
    """Return whether the typed words, or their synonyms, are exactly one of the page's names."""
    stem = vocabulary.current().stem
    stems = [{stem(spelling) for spelling in spellings} for spellings in terms]
    for named in _stems_of_names(match):
        if named and named <= set().union(*stems) and all(named & spellings for spellings in stems):
            return True
    return False


def _longest_name(match: Match, terms: Terms) -> int:
    """Return the words in the page's longest name that is among those typed and their synonyms."""
    stem = vocabulary.current().stem
    typed = {stem(spelling) for spellings in terms for spelling in spellings}
    return max((len(name) for name in _stems_of_names(match) if name <= typed), default=0)


def _stems_of_names(match: Match) -> list[frozenset[str]]:
    known = vocabulary.current()
    return [_stems_of(name, known) for name in _names(match)]


@functools.lru_cache(maxsize=4096)
def _stems_of(name: str, known: vocabulary.Vocabulary) -> frozenset[str]:
    """Return the stems of a name's words; `known`: the active vocabulary."""
    return frozenset(map(known.stem, _words(name)))


def _names(match: Match) -> list[str]:
    plain = vocabulary.current().plain
    return [plain(name.strip()) for name in (match.title, *match.also_called.split(","))]


def _result(match: Match) -> Result:
    pieces = re.split(f"({MARK}.*?{UNMARK})", match.excerpt, flags=re.S)
    excerpt = [(piece.strip(MARK + UNMARK), piece.startswith(MARK)) for piece in pieces if piece]
    return Result(match.title, gettext(match.kind), match.url, excerpt)


def _spellings(word: str) -> list[str]:
    """Return the word and its synonyms or, if it is in no text, the nearest that is or that readers type, last."""
    known = vocabulary.current()
    meant = [word, *known.synonyms(word)]
    may_be_misspelled = len(word) >= MIN_LETTERS and not word.isdigit()
    if len(meant) > 1 or not may_be_misspelled or index().holds(word, in_text=True):
        return meant
    if is_danger(word):  # "dead" is not a misspelling of "dread"
        return meant
    cutoff = MIN_SIMILARITY_SHORT if len(word) <= SHORT else MIN_SIMILARITY
    for in_text in (True, False):
        # Words of drafts are known too; offer only those that readers can find.
        words = {**known.with_synonyms, **_known(in_text=in_text)}
        near = process.extract(word, words, scorer=SIMILARITY, score_cutoff=cutoff, limit=5)
        for *_, candidate in near:
            meant = [*known.synonyms(candidate), candidate]
            if any(index().holds(each, in_text=False) for each in meant):
                return [word, *meant]
    return [word]


def _known(*, in_text: bool) -> dict[str, str]:
    """Return the words of the guide, by their form as typed, without accents where people omit them."""
    here, plain = tables(), vocabulary.current().plain

    def read() -> dict[str, str]:
        words = here.words.objects.filter(in_text=in_text, **here.own).values_list("word", flat=True)
        return {word: plain(word) for word in words}

    return snapshot.current().cached(read, (_known, in_text))


def _plain_words() -> set[str]:
    """Return the words that are no misspelling: those of the guide and of its vocabulary, as they are typed."""
    words, content = vocabulary.current(), snapshot.current()
    return content.cached(lambda: {*_known(in_text=True).values(), *words.common, *words.typed}, _plain_words)
