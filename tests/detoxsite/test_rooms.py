"""Imports run one way, and no module grows past what one can read in a sitting."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from django.urls import get_resolver

pytestmark = pytest.mark.any_backend

ROOT = Path(__file__).parents[2]
ROOMS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["root_packages"]
LONGEST = 250  # lines
#: All settings are in one file, in sections, to be read like a table.
LONGER = {ROOT / "detoxsite" / "settings.py": 360}


def _modules(room: str) -> list[Path]:
    return [path for path in (ROOT / room).rglob("*.py") if "migrations" not in path.parts]


def test_imports_run_one_way():
    """pyproject.toml says which room may import which."""
    result = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"], cwd=ROOT, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("room", [*ROOMS, "bench", "tests"])
def test_modules_are_short(room):
    for path in _modules(room):
        assert len(path.read_text().splitlines()) <= LONGER.get(path, LONGEST), path


def test_only_the_sanitizer_and_one_escaper_mark_text_as_safe():
    modules = [path for room in ROOMS for path in _modules(room)]
    marked = {path.relative_to(ROOT).as_posix() for path in modules if "mark_safe(" in path.read_text()}
    assert marked == {"editorial/text/markdown.py", "editorial/pages/structured.py"}
    for path in modules:
        assert not re.search(r"\bMarkup\((?!\))", path.read_text()), path  # an empty one escapes what it joins
    for template in (ROOT / "templates").rglob("*.html"):
        assert not re.search(r"\|\s*safe\b|autoescape", template.read_text()), template


def test_comment_of_staff_templates_ends_in_its_line():
    """Django shows a longer one on the page."""
    for template in (ROOT / "templates" / "staff").rglob("*.html"):
        assert not re.search(r"\{#(?!.*#\})", template.read_text()), template


def test_only_pages_without_a_senders_authority_go_without_the_form_check():
    """The contact form, the pages behind its link, the question where one is now, reports on pages, and
    answers on a draft: docs/decisions/0001 has why."""
    patterns = [each for each in _patterns(get_resolver()) if getattr(each.callback, "csrf_exempt", False)]
    assert {each.callback.__name__ for each in patterns} == {
        "contact",
        "sent",
        "correct",
        "withdraw",
        "now",
        "check_in",
        "feedback",
        "review",
    }


def test_undocumented_parts_are_pinned_and_where_the_list_says():
    pinned = (ROOT / "pyproject.toml").read_text()
    for row in (ROOT / "docs" / "undocumented.md").read_text().splitlines()[7:]:
        _, package, _, places, test, _ = row.split("|")
        assert re.search(rf'"{package.strip()}(\[\w+\])?~=\d+\.\d+\.\d+"', pinned), package
        for path in re.findall(r"`([\w/]+\.py)`", places + test):
            assert any(ROOT.glob(path)) or any((ROOT / room).rglob(path) for room in [*ROOMS, "tests"]), path


def _patterns(resolver):
    for pattern in resolver.url_patterns:
        if hasattr(pattern, "url_patterns"):
            yield from _patterns(pattern)
        else:
            yield pattern


def test_change_lands_only_after_every_check():
    steps = re.findall(r"^make (\w+)$", (ROOT / ".ci" / "run").read_text(), re.M)
    assert steps == ["check", "validate", "test", "servers", "lighthouse"]
