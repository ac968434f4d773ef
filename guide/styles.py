"""Puts into each page just the rules of the style sheet that it uses, so that nothing else has to be fetched first.

One sheet stays the source (static/css/site.css). A rule is left out only where one of the classes, ids, tags or
attributes that it needs does not occur in the page; a rule that cannot be judged is kept.
"""

import functools
import re
from dataclasses import dataclass, field
from pathlib import Path

import tinycss2
from django.conf import settings

_STATIC = Path(settings.BASE_DIR) / "static"
SHEET, HANDOUT, WAY_OUT = _STATIC / "css" / "site.css", _STATIC / "css" / "handout.css", _STATIC / "js" / "leave.js"

_TAG = re.compile(rb"<[a-z][^>]*>")
_NAMES = re.compile(rb'\s(?:class|id)="([^"]*)"')
_QUOTED = re.compile(rb'"[^"]*"')
_ATTRIBUTE = re.compile(rb"[a-z][a-z0-9-]*")
_NAME = r"-?[A-Za-z_][\w-]*"
#: What a selector needs: a class, an id, an attribute, or a tag.
_NEEDS = re.compile(rf"([.#])({_NAME})|\[({_NAME})[^\]]*\]|(?<![\w.#:-])({_NAME})")
_VARIABLE = re.compile(r"var\((--[\w-]+)")


@dataclass(frozen=True)
class Rule:
    """One style rule, split into selectors with what each needs, or a block with rules in it (@media)."""

    selectors: tuple[tuple[str, frozenset[str]], ...] = ()
    body: str = ""
    prelude: str = ""
    rules: tuple["Rule", ...] = field(default=())

    def used_by(self, tokens: frozenset[str]) -> str:
        """This rule as far as a page with these tokens uses it; empty where it does not."""
        if self.prelude:
            inner = "".join(rule.used_by(tokens) for rule in self.rules)
            return f"{self.prelude}{{{inner}}}" if inner else ""
        kept = [text for text, needs in self.selectors if needs <= tokens]
        return f"{','.join(kept)}{{{self.body}}}" if kept else ""


def tokens_of(page: bytes, *, is_content: bool = False) -> frozenset[str]:
    """The tags, classes, ids and attributes that occur in a page, as far as any rule needs them.

    `is_content`: nothing in the page was typed or chosen by who asks for it. Only then its parts are remembered: they
    are public, and as many as staff have written.
    """
    look = _remembered_tokens_in if is_content else _tokens_in
    return frozenset().union(*map(look, page.split(b"</section>")))


def _tokens_in(part: bytes) -> frozenset[str]:
    return frozenset().union(*map(_tokens_of_tag, set(_TAG.findall(part))))


#: Many pages have parts in common, and a page that is made anew has most of those that it had before.
_remembered_tokens_in = functools.lru_cache(maxsize=256)(_tokens_in)


def _tokens_of_tag(tag: bytes) -> frozenset[str]:
    found = set(_ATTRIBUTE.findall(_QUOTED.sub(b"", tag)))  # the tag's own name is the first of them
    for names in _NAMES.findall(tag):
        found.update(names.split())
    return _known() & frozenset(token.decode("utf-8", "replace") for token in found)


@functools.lru_cache(maxsize=512)
def style_for(tokens: frozenset[str]) -> str:
    """The part of the sheet that a page with these tokens uses, without the variables that this part does not."""
    used = "".join(rule.used_by(tokens) for rule in _rules())
    variables = set(_VARIABLE.findall(used))
    for _ in range(3):  # a variable may name another one
        variables |= {inner for name in variables for inner in _VARIABLE.findall(_definitions(used, name))}
    return re.sub(r"(--[\w-]+):[^;}]*;?", lambda match: match[0] if match[1] in variables else "", used)


def _definitions(css: str, name: str) -> str:
    return " ".join(re.findall(rf"{re.escape(name)}:([^;}}]*)", css))


@functools.cache
def _known() -> frozenset[str]:
    """All tokens that any selector needs: others make no difference."""

    def needs(rules: tuple[Rule, ...]) -> set[str]:
        return {token for rule in rules for _, each in rule.selectors for token in each} | {
            token for rule in rules if rule.rules for token in needs(rule.rules)
        }

    return frozenset(needs(_rules()))


@functools.cache
def _rules() -> tuple[Rule, ...]:
    return _parse(SHEET)


@functools.cache
def handout() -> str:
    """The rules for a stage, the guide or the plan on paper."""
    rules = "".join(rule.used_by(_everything(rule)) for rule in _parse(HANDOUT))
    return f"@media print{{{rules}}}"


@functools.cache
def way_out() -> str:
    """The few lines of script behind "Leave this page". Waits for the page, as it stands before it."""
    lines = [line.strip() for line in WAY_OUT.read_text().splitlines() if not line.startswith("//")]
    return f"document.addEventListener('DOMContentLoaded',()=>{{{''.join(lines)}}})"


def _everything(rule: Rule) -> frozenset[str]:
    own = {token for _, needs in rule.selectors for token in needs}
    return frozenset(own.union(*(_everything(inner) for inner in rule.rules)))


def _parse(sheet: Path) -> tuple[Rule, ...]:
    return _read(tinycss2.parse_stylesheet(sheet.read_text(), skip_comments=True, skip_whitespace=True))


def _read(nodes: list) -> tuple[Rule, ...]:
    rules = []
    for node in nodes:
        if node.type == "qualified-rule":
            selectors = _split(_tidy(tinycss2.serialize(node.prelude)))
            rules.append(Rule(tuple((text, _needs(text)) for text in selectors), body=_tidy_body(node.content)))
        elif node.type == "at-rule" and node.at_keyword in {"page", "font-face"}:
            head = _tidy(f"@{node.at_keyword} {tinycss2.serialize(node.prelude)}")
            rules.append(Rule(((head, frozenset()),), body=_tidy_body(node.content)))
        elif node.type == "at-rule" and node.content is not None:
            inner = tinycss2.parse_rule_list(node.content, skip_comments=True, skip_whitespace=True)
            prelude = f"@{node.at_keyword} {_tidy(tinycss2.serialize(node.prelude))}"
            rules.append(Rule(prelude=prelude, rules=_read(inner)))
        else:
            raise ValueError(f"The style sheet has something that cannot be read: {node.serialize()[:80]}")
    return tuple(rules)


def _needs(selector: str) -> frozenset[str]:
    """What must occur in a page for this selector to match anything. Alternatives and negations need nothing."""
    while (plain := re.sub(r":[\w-]+\([^()]*\)", "", selector)) != selector:
        selector = plain
    selector = re.sub(r"::?[\w-]+", "", selector)
    return frozenset(name or attribute or tag for _, name, attribute, tag in _NEEDS.findall(selector))


def _split(selectors: str) -> list[str]:
    """Selectors between commas, leaving those inside brackets together."""
    parts, depth = [""], 0
    for character in selectors:
        depth += (character in "([") - (character in ")]")
        if character == "," and not depth:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts]


def _tidy(text: str) -> str:
    return re.sub(r"\s*([>,~+])\s*", r"\1", re.sub(r"\s+", " ", text)).strip()


def _tidy_body(content: list) -> str:
    text = tinycss2.serialize([node for node in content if node.type != "comment"])
    return re.sub(r"\s*([:;,{}])\s*", r"\1", re.sub(r"\s+", " ", text)).strip().rstrip(";")
