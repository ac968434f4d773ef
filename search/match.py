"""What an index finds, and what counts how much, whichever database holds it."""

from dataclasses import dataclass

#: How much a word counts in the title, in the other names and in the text.
WEIGHTS = (12.0, 8.0, 1.0)
#: A stage answers more of what people ask than a page that only names it.
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
    also_called: str
    excerpt: str
