"""Boxes, links by name and drawings (docs/editors.md). pymdown-extensions would silently close blocks left open."""

import re
from typing import NamedTuple
from xml.etree.ElementTree import Element, SubElement

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from markdown.inlinepatterns import InlineProcessor
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

PICTURES = settings.BASE_DIR / "templates/readers/pictures"
DRAWINGS = tuple(sorted(path.stem for path in PICTURES.glob("*.svg")))


class Box(NamedTuple):
    label: Promise
    classes: str
    usual_words: str | Promise = ""


BOXES = {
    "emergency": Box(_("Emergency"), "card card--emergency", _("call 911")),
    "urgent": Box(_("Urgent"), "card card--urgent", _("get help today")),
    "do not": Box(_("Do not"), "card"),
    "do": Box(_("Do"), "card card--good"),
}
FENCE = re.compile(r":::[ \t]*(.*)", re.S)
_OPENING = re.compile(rf"({'|'.join(BOXES)})(?![\w'’])[ \t:]*(.*)", re.I | re.S)
#: A name in double brackets, and optional words to show instead.
NAME = r"\[\[([^\[\]|\n]*?)(?:\\?\|([^\[\]\n]*))?\]\](?!\()"
_PICTURE_LINE = re.compile(rf"{NAME}[ \t]*")


def box_of(words: str) -> tuple[str, str] | None:
    """Return the kind of box that a fence opens and its title, or None for an unknown kind."""
    match = _OPENING.match(words)
    return (match[1].lower(), match[2]) if match else None


class Fences(Preprocessor):
    """Separate fences, and pictures on their own line, from the lines around them."""

    def run(self, lines: list[str]) -> list[str]:
        apart: list[str] = []
        for line in lines:
            own = FENCE.match(line) or (line.startswith("[[picture:") and _PICTURE_LINE.fullmatch(line))
            apart += ["", line, ""] if own else [line]
        return apart


class Names(InlineProcessor):
    """Replace a name by a placeholder, which each page fills in (editorial.text.placeholders)."""

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[Element, int, int]:  # type: ignore[override]
        mark = Element("a", {"class": "named", "title": re.sub(r"\s", "", m[1]).lower()})
        mark.text = AtomicString((m[2] or "").strip())
        return mark, m.start(), m.end()


class Boxes(Treeprocessor):
    """Put the content between two fences into a box. An unclosed one ends before the next section or box."""

    def run(self, root: Element) -> None:
        box, level = None, "h2"
        for block in list(root):
            fence = FENCE.match(block.text or "") if block.tag == "p" else None
            if fence:
                box = _opened(root, block, fence[1], level)
            elif block.tag in {"h1", "h2"}:
                box, level = None, "h3"
            elif box is not None:
                root.remove(block)
                box.append(block)
        for quoted in root.iter("p"):
            quoted.text = re.sub(r"^:::.*\n?", "", quoted.text or "", flags=re.M)


def _opened(root: Element, fence: Element, words: str, level: str) -> Element | None:
    """Replace an opening fence by an empty box; remove a closing one."""
    place = list(root).index(fence)
    root.remove(fence)
    if not words.strip() and not len(fence):
        return None
    found = box_of(words)
    if found is None:
        error = Element("p")
        SubElement(error, "strong").text = AtomicString(f"[unknown block: {words.strip()}]")
        root.insert(place, error)
        return None
    kind, title = BOXES[found[0]], found[1]
    box = Element("section", {"class": kind.classes})
    heading = SubElement(box, level)
    label = SubElement(heading, "span", {"class": "level"})
    label.text = AtomicString(str(kind.label))
    if title or len(fence) or kind.usual_words:
        label.text = AtomicString(f"{kind.label}:")
        label.tail = f" {title if title or len(fence) else kind.usual_words}"
        heading.extend(fence)
    root.insert(place, box)
    return box
