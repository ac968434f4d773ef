"""From what a reader typed to results. What they typed is kept nowhere."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

from search import index
from search.doses import asks_for_a_dose
from search.models import SearchWord
from search.spelling import may_be_misspelt, nearest
from search.standing import StandingPage, meant_by, nearest_to
from search.words import SYNONYMS, in_our_words

LONGEST = 80  # characters read of a query
MOST_WORDS = 8
LIMIT = 30
FEW = 3  # with fewer results than this, pages that hold only some of the words are shown too
#: Words that stand in every text and so say nothing of what is sought.
COMMON = frozenset(
    "a an and are as at be by can do does for from how i im in is it its me much my of on or should so that the this "
    "to was what when why will with you your".split()
)

#: What may mean that somebody is in danger: then urgent help stands above the results.
URGENT = re.compile(
    r"\b(overdos\w*|od|od'?d|suicid\w*|kill\w*|die|dying|dead|breath\w*|unconscious|unresponsive|chok\w*|seizures?|blue)\b"
    r"|\b(emergenc\w*|911|988|narcan|naloxone|convuls\w*|gurgl\w*|snoring|nodd(ing|ed)|hopeless|fainted)\b"
    r"|\b(lethal|fatal|deadly|painless|collapsed|slumped|pinpoint|hallucinat\w*)\b"
    r"|(took|take|taken|ate|swallowed) too many|too many pills|heart (has )?stopp|(not|isn.?t|won.?t) mov(e|ing)"
    r"|\b(purple|gr[ae]y) (lips|skin|face)|lips (are |look )?(purple|gr[ae]y)|hang(ing)? (my|him|her)self|can.?t go on"
    r"|wak(e|ing) up|(can.?t|cannot|won.?t|not|isn.?t) (be )?(wak|respond|get ((him|her|them) )?(up|awake))"
    r"|out cold|fell out|passed out|no pulse|took too much|too much (dope|heroin|fent)"
    r"|turn\w* (purple|gr[ae]y|blue)|chest (pain|hurts)"
    r"|(blood|bleeding).{0,12}(vomit|puke|stool|poop)|(vomit|puk|throwing up).{0,10}blood"
    r"|(keep|hold) .{0,12}(water|fluids?|anything|nothing|food) down"
    r"|self.?harm|(hurt|harm|cut)(ting)? (my|him|her)self|^cutting$|end (it|my life)"
    r"|want to (live|be here)|(reason|point) (to|in) liv|wish i was(n.?t)? (here|alive|dead)"
)


@dataclass(frozen=True)
class Result:
    """One found page; `excerpt` is its text in parts, each with whether it is a found word."""

    title: str
    kind: str
    url: str
    excerpt: list[tuple[str, bool]]


@dataclass(frozen=True)
class Results:
    """What was found. `corrected` is the query as searched where the typed one had no match, else empty;
    `is_urgent`: what was typed may mean that somebody is in danger now; `asks_for_a_dose`: it seeks an amount to take;
    `nearest`: where to look if nothing was found."""

    query: str
    corrected: str
    was_cut: bool
    found: list[Result]
    is_urgent: bool
    asks_for_a_dose: bool
    nearest: list[StandingPage]


def search(typed: str) -> Results:
    """Never raises, whatever is typed: operators, quotes and control characters are not words."""
    query = re.sub(r"\s+", " ", _printable(unicodedata.normalize("NFKC", typed))).strip()
    was_cut = len(query) > LONGEST
    query = query[:LONGEST]
    words = _words(query)
    dictionary = _Dictionary()
    terms = [dictionary.spellings(word) for word in words]
    matches = index.find(terms, all_of_them=True, limit=LIMIT)
    if len(matches) < FEW and len(terms) > 1:
        seen = {match.entry_id for match in matches}
        some = index.find(terms, all_of_them=False, limit=LIMIT)
        matches += [match for match in some if match.entry_id not in seen][: LIMIT - len(matches)]
    matches.sort(key=lambda match: not _is_named(match.title, terms))
    spelt = [
        word if word in SYNONYMS or index.holds(word, in_text=False) else meant[-1]
        for word, meant in zip(words, terms, strict=True)
    ]
    found = [Result(page.title, "Page", page.url, [(page.words, False)]) for page in meant_by(query, " ".join(spelt))]
    found += [Result(match.title, match.kind, match.url, _parts(match.excerpt)) for match in matches]
    meaning = f"{query.casefold()} {' '.join(spelt)}".replace("’", "'")
    return Results(
        query=query,
        corrected=" ".join(spelt) if spelt != words and found else "",
        was_cut=was_cut,
        found=found,
        is_urgent=bool(URGENT.search(meaning)),
        asks_for_a_dose=asks_for_a_dose(meaning),
        nearest=[] if found else nearest_to(query),
    )


def _printable(text: str) -> str:
    return "".join(" " if unicodedata.category(character).startswith(("C", "Z")) else character for character in text)


def _words(query: str) -> list[str]:
    words = re.findall(r"[^\W_]+", in_our_words(query.casefold().replace("'", "").replace("’", "")))
    telling = [word for word in words if word not in COMMON]
    return (telling or words)[:MOST_WORDS]


def _is_named(title: str, terms: list[list[str]]) -> bool:
    """Whether a title has all that was typed, or what people mean by it."""
    named = set(_words(title))
    return bool(terms) and all(named & set(spellings) for spellings in terms)


class _Dictionary:
    """Finds the words that a typed one may stand for. Reads the known words once, and only where one is unknown."""

    def spellings(self, word: str) -> list[str]:
        """The word, what people also mean by it, and where no text holds it the nearest word that one does."""
        meant = [word, *SYNONYMS.get(word, [])]
        if len(meant) > 1 or not may_be_misspelt(word) or index.holds(word, in_text=True):
            return meant
        if URGENT.search(word):  # "dead" is no misspelt "dread"
            return meant
        for known in (self._in_text, self._other):
            # Words of drafts are known too; only what readers can find may be offered.
            for candidate in nearest(word, known):
                if index.holds(candidate, in_text=False):
                    return [word, candidate]
        return [word]

    @cached_property
    def _in_text(self) -> list[str]:
        return list(SearchWord.objects.filter(in_text=True).values_list("word", flat=True))

    @cached_property
    def _other(self) -> list[str]:
        return list(SearchWord.objects.filter(in_text=False).values_list("word", flat=True))


def _parts(excerpt: str) -> list[tuple[str, bool]]:
    parts = []
    for piece in re.split(f"({index.MARK}.*?{index.UNMARK})", excerpt, flags=re.S):
        if piece.startswith(index.MARK):
            parts.append((piece[1:-1], True))
        elif piece:
            parts.append((piece, False))
    return parts
