"""The style of readers' pages: parts in static/css/parts that templates name, minified when static files are collected.

docs/decisions/0020-style-in-parts.md explains why.
"""

import functools
from pathlib import Path

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.templatetags.static import static
from whitenoise.storage import CompressedManifestStaticFilesStorage

PARTS = "css/parts"
#: The oldest browsers that the minifier must write for. Without them it writes `(width >= 48rem)`.
BROWSERS = ["chrome 100", "firefox 100", "ios_saf 15.4", "safari 15.4"]


class Storage(CompressedManifestStaticFilesStorage):
    """Static files, hashed and compressed, with the parts of the style minified."""

    def _save(self, name: str, content: File) -> str:
        """Called for each file, under its own name and its hashed one."""
        if name.startswith(f"{PARTS}/"):
            content = ContentFile(minified(b"".join(content.chunks()).decode()).encode())
        return super()._save(name, content)


def minified(css: str) -> str:
    """Minify a style sheet. Raises ValueError for a rule that a browser would drop."""
    import lightningcss  # needed by collectstatic alone

    return lightningcss.process_stylesheet(css, filename="", browsers_list=BROWSERS, minify=True)


def style(*parts: str) -> str:
    """Concatenate these parts: of two rules with the same specificity, the later one wins."""
    return "".join(map(_source if settings.DEBUG else _collected, parts))


def _source(part: str) -> str:
    return (settings.BASE_DIR / "static" / PARTS / f"{part}.css").read_text()


@functools.cache
def _collected(part: str) -> str:
    return Path(settings.STATIC_ROOT, static(f"{PARTS}/{part}.css").removeprefix(settings.STATIC_URL)).read_text()


@functools.cache
def way_out() -> str:
    """Return the script of "Leave this page". It waits for the page, as it is placed before it."""
    lines = (settings.BASE_DIR / "static/js/leave.js").read_text().splitlines()
    code = "".join(line.strip() for line in lines if not line.startswith("//"))
    return f"document.addEventListener('DOMContentLoaded',()=>{{{code}}})"
