"""Imports run one way, and no module grows past what one can read in a sitting."""

import ast
import re
from pathlib import Path

import pytest
from django.urls import get_resolver

ROOT = Path(__file__).parents[2]
#: What each room may import of the others.
MAY = {
    "limits": set(),
    "editorial": {"limits"},
    "phases": {"editorial", "limits"},
    "articles": {"editorial", "phases", "limits"},
    "search": {"editorial", "phases", "articles", "limits"},
    "callbacks": {"editorial", "limits"},
    "accounts": {"limits"},
    "detoxsite": {"editorial", "phases", "articles", "search", "callbacks", "accounts", "limits"},
}
LONGEST = 250  # lines


def _modules(room: str) -> list[Path]:
    return [path for path in (ROOT / room).rglob("*.py") if "migrations" not in path.parts]


def _imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, path
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("room", MAY)
def test_imports_run_one_way(room):
    modules = _modules(room)
    assert modules
    for path in modules:
        strangers = _imported(path) & set(MAY) - MAY[room] - {room}
        assert not strangers, (path, strangers)


@pytest.mark.parametrize("room", [*MAY, "bench", "tests"])
def test_modules_are_short(room):
    for path in _modules(room):
        assert len(path.read_text().splitlines()) <= LONGEST, path


def test_only_the_sanitiser_and_one_escaper_mark_text_as_safe():
    marked = {
        path.relative_to(ROOT).as_posix() for room in MAY for path in _modules(room) if "mark_safe(" in path.read_text()
    }
    assert marked == {"editorial/markdown.py", "editorial/structured.py"}
    for path in (path for room in MAY for path in _modules(room)):
        assert not re.search(r"\bMarkup\((?!\))", path.read_text()), path  # an empty one escapes what it joins
    for template in (ROOT / "templates").rglob("*.html"):
        assert not re.search(r"\|\s*safe\b|autoescape", template.read_text()), template


def test_only_pages_without_a_senders_authority_go_without_the_form_check():
    """The contact form, the pages behind its link, and the question where one is now: docs/decisions/0001 has why."""
    patterns = [each for each in _patterns(get_resolver()) if getattr(each.callback, "csrf_exempt", False)]
    assert {each.callback.__name__ for each in patterns} == {
        "contact",
        "sent",
        "correct",
        "withdraw",
        "now",
        "check_in",
    }


def _patterns(resolver):
    for pattern in resolver.url_patterns:
        if hasattr(pattern, "url_patterns"):
            yield from _patterns(pattern)
        else:
            yield pattern
