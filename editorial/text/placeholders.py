"""Fill the placeholders of a converted text: links by name, with the pages' current URLs, and drawings."""

import re
from html import unescape
from typing import Any

from django.template.loader import get_template
from django.utils.html import escape
from django.utils.translation import gettext

from editorial.text import snapshot
from editorial.text.blocks import DRAWINGS
from editorial.text.link_targets import LinkTarget, name_or_path
from editorial.values import languages

#: A placeholder as editorial.text.blocks.Names writes it; a drawing replaces the whole paragraph. A pattern that begins
#: with what must be there, as `<`, is found 20 times as fast as one that begins with what may be.
_PLACEHOLDER = re.compile(r'<(p>\s*<)?a class="named" title="([^"]*)">([^<]*)</a>(\s*</p>)?')

_OWN_LINK = re.compile(r'(<a href=")(/[^"?#/][^"?#]*/)((?:[?#][^"]*)?")>(.*?)</a>', re.S)


def fill_in(html: str, content: snapshot.ContentSnapshot | None = None, marks_doubts: bool = False) -> str:
    """Link each name to its page, currently published without `content`. Other names become plain words."""
    if languages.active() != languages.ENGLISH:
        html = _in_language(html, content)
    names = [match[2] for match in _PLACEHOLDER.finditer(html)]
    if not names:
        return html
    found = (content or snapshot.current_or_last()).link_targets(names)

    def fill(match: re.Match[str]) -> str:
        opened, name, words, after = match.groups("")
        before = opened and f"<{opened[:-1]}"  # the group lacks the bracket of its <p>, and ends with the link's
        kind, _, drawing = name.partition(":")
        if kind == "picture" and drawing in DRAWINGS:
            return render_drawing(drawing, unescape(words)) if before and after else f"{before}{after}"
        page = found[name]
        words = words or (escape(page.title) if page else "")
        if page and page.is_live():
            return f"{before}{_link(page, words=words)}{after}"
        doubt = f" <strong>[{'not published' if page else 'nothing has this name'}: {name}]</strong>"
        return f"{before}{words}{doubt if marks_doubts else ''}{after}"

    return _PLACEHOLDER.sub(fill, html)


def render_drawing(name: str, alt: str) -> str:
    """Return a drawing with its alternative text."""
    template: Any = get_template("pictures/picture.html")
    return str(template.template.module.picture(name, alt))


def _in_language(html: str, content: snapshot.ContentSnapshot | None) -> str:
    """Point the links of a translated text, which has the English paths, to pages in its language."""
    there = {match[2]: name_or_path(match[2]) for match in _OWN_LINK.finditer(html)}
    names = [name for name, _ in there.values() if name]
    found = (content or snapshot.current_or_last()).link_targets(names) if names else {}

    def lead(match: re.Match[str]) -> str:
        name, path = there[match[2]]
        page = found.get(name)
        if page is None:
            return f"{match[1]}{path}{match[3]}>{match[4]}</a>"
        return _link(page, match[3], match[4])

    return _OWN_LINK.sub(lead, html)


def _link(page: LinkTarget, fragment: str = '"', words: str = "") -> str:
    """Return a link to a page, marked if the page is in another language."""
    if page.language == languages.active():
        return f'<a href="{page.path}{fragment}>{words}</a>'
    note = gettext("(in English)")
    return f'<a href="{page.path}{fragment} hreflang="{page.language}">{words}</a> {note}'
