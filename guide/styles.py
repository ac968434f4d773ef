"""The CSS of readers' pages, in parts that templates name, minified (docs/decisions/0020-style-in-parts.md)."""

import functools

import lightningcss
from django.conf import settings

PARTS = "css/parts"
#: The oldest browsers to minify for. Without them the minifier writes `(width >= 48rem)`.
BROWSERS = ["chrome 100", "firefox 100", "ios_saf 15.4", "safari 15.4"]


def minified(css: str) -> str:
    """Minify a style sheet. Raises ValueError for a rule that a browser would drop."""
    return lightningcss.process_stylesheet(css, filename="", browsers_list=BROWSERS, minify=True)


def style(*parts: str) -> str:
    """Concatenate these parts: of two rules with the same specificity, the later one wins."""
    return "".join(map(_source if settings.DEBUG else _minified, parts))


def _source(part: str) -> str:
    return (settings.BASE_DIR / "static" / PARTS / f"{part}.css").read_text()


@functools.cache
def _minified(part: str) -> str:
    """Read this release's own file: collected static files may be another release's."""
    return minified(_source(part))


def load_all() -> None:
    """Minify every part now, so that no reader waits for it."""
    for path in (settings.BASE_DIR / "static" / PARTS).glob("*.css"):
        _minified(path.stem)


@functools.cache
def leave_script() -> str:
    """Return the script of "Leave this page", which is placed before the body and waits for it."""
    lines = (settings.BASE_DIR / "static/js/leave.js").read_text().splitlines()
    code = "".join(line.strip() for line in lines if not line.startswith("//"))
    return f"document.addEventListener('DOMContentLoaded',()=>{{{code}}})"
