"""The rules for lists and tables, whose lines Markdown reads as something else."""

import re
from collections.abc import Iterator
from itertools import pairwise

from editorial.text.check_rules import Remark
from editorial.text.doses import blocks

_LIST = re.compile(r" {0,3}(?:[-*+]|\d{1,3}\.)[ \t]+\S")
_NO_LIST = re.compile(
    r"^ {0,3}(?:(?:[•◦▪●·§\uf0b7–—→➢☐☑□✓✔]|\(?\d{1,2}\)|[a-h][.)]|\[[ x]?\])[ \t]+(?=\S)"
    r"|o\t+(?=\S)|(?:-|\d{1,2}\.)(?=[^\W\d]))",
    re.M,
)
#: A row of a table as Word pastes it, or one with bars.
_ROW = re.compile(r"[^\n]*\S\t[^\n]*\S|\s*\|[^\n]*\|\s*")
_TABLE_RULE = re.compile(r"\s*(?:\|\s*)?:?-{2,}:?\s*\|[\s|:-]*")
CUT_SHORT = "Readers do not see the last cells of this row. Within a cell write \\| for |, in a link by name too."
_CELL_END = re.compile(r"(?<!\\)\|")


def unformatted_lists(text: str) -> Iterator[Remark]:
    """Yield lines that look like a list or table but are shown as a paragraph."""
    for line in _NO_LIST.finditer(text):
        yield "Begin each line of a list with - or 1. and a space: this shows as one paragraph.", *line.span()
    for block in blocks(text):
        lines = list(re.finditer(r"[^\n]+", block[0]))
        if _LIST.match(block[0]) or _NO_LIST.match(block[0]):
            continue
        rows = [line[0].strip() for line in lines]  # else spaces take the square of their number
        if len(rows) > 1 and all(_ROW.fullmatch(row) and not _TABLE_RULE.fullmatch(row) for row in rows):
            yield (
                "Write | a | b | for a row, and |---|---| below the first: this shows as one paragraph.",
                *block.span(),
            )
        if re.match(r" {4,}|\t|>|\|", block[0]):
            continue
        for before, line, after in zip(lines, lines[1:], [*lines[2:], None], strict=False):
            if _LIST.match(before[0]):
                break  # it is read as one, right below a heading or the first line of a box
            if re.match(r"#|:::", before[0]):
                continue
            if _LIST.match(line[0]):
                message = "Leave a blank line above this list: without one it shows as one paragraph."
            elif after and "|" in line[0] and "|" not in before[0] and _TABLE_RULE.fullmatch(after[0]):
                message = "Leave a blank line above this table: without one it shows as one paragraph."
            else:
                continue
            yield message, block.start() + line.start(), block.start() + line.end()
            break


def lists_and_tables_cut_short(text: str) -> Iterator[Remark]:
    """Yield lines of a list within a list that are not read as one, and rows of a table with cells that are dropped."""
    for block in blocks(text):
        columns = 0
        for before, line in pairwise(re.finditer(r"[^\n]+", block[0])):
            place = block.start() + line.start(), block.start() + line.end()
            if _TABLE_RULE.fullmatch(line[0]):
                columns = _cells(before[0])
            elif columns and _cells(line[0]) > columns:
                yield CUT_SHORT, *place
            elif _LIST.match(before[0]) and _LIST.match(line[0]) and _indent(line[0]) > _indent(before[0]):
                yield "Indent a list within a list by four spaces: with less it is not one.", *place


def _cells(row: str) -> int:
    return len(_CELL_END.split(re.sub(r"`[^`]*`", "", row).strip().strip("|")))


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
