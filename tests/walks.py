"""Walks over every page that a reader can reach, as strict about each as a validator. One walk is enough for all tests
of a run: each has the same guide, and only reads."""

import functools
import gc
import re
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import html5lib
from django.test import Client

from privateversion import codes
from tests.prebuilt import once

Walk = dict[str, Element]

#: Not pages of the normal site: staff's, the way out, the private versions.
ELSEWHERE = ("/admin", "/leave/", "/es/salir/", "/n/")
WAYS_OUT = {codes.private("/leave/"), codes.private("/es/salir/")}

#: What changed on a page, and its old versions: no page of the guide, and not in the private version.
HISTORY = re.compile(r"/(changes|corrections|v/\d+)/$")

#: What would tell somebody who looks at the history of a phone.
TELLING = re.compile(
    r"heroin|opioid|opiate|detox|withdraw|drug|dope|addict|overdos|naloxone|narcan|methadone|buprenorphine|suboxone|"
    r"treat|rehab|recover|sober|symptom|stage|phase|clinic|medic|emergenc|suicid|crisis|crav|nausea|vomit|diarrhea|"
    r"contact|callback|article|fentanyl|tolerance|private|secret",
    re.I,
)


@functools.cache
def ordinary() -> Walk:
    """The pages that links lead to from the front page, in each language."""
    return _kept("walk", lambda: _walked("/", _links))


@functools.cache
def private() -> Walk:
    """The same in the private version. Anything that leads out of it fails."""
    return _kept("private-walk", lambda: _walked(codes.private("/"), _private_links))


def _kept(name: str, make: Callable[[], Walk]) -> Walk:
    """Garbage collection would look at each of 100,000 elements again and again, which took half of the time."""
    gc.disable()
    try:
        return once(name, make)
    finally:
        gc.freeze()
        gc.enable()


def read(response) -> Element:
    """A page, parsed; any markup error fails."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    tree = parser.parse(response.content)
    path = response.request["PATH_INFO"]
    assert not parser.errors, (path, [(place, code) for place, code, _ in parser.errors][:5])
    return tree


def _walked(start: str, links: Callable[[Element, str], Iterator[str]]) -> Walk:
    client, pages, seen, waiting = Client(), {}, set(), [start]
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        response = client.get(path)
        assert response.status_code == 200, f"{path} answers {response.status_code}"
        if path.startswith("/n/"):
            assert response["X-Robots-Tag"] == "noindex" and response["Referrer-Policy"] == "no-referrer", path
            assert not TELLING.search(response.get("Content-Disposition", "")), path
        if response["Content-Type"].startswith("text/html") and not response.has_header("Content-Disposition"):
            pages[path] = read(response)
            waiting += links(pages[path], path)
    return pages


def _links(tree: Element, path: str) -> Iterator[str]:
    for link in tree.iter("a"):
        target = urlsplit(link.get("href"))
        if not target.scheme and not target.netloc and target.path and not target.path.startswith(ELSEWHERE):
            yield target.path


def _private_links(tree: Element, path: str) -> Iterator[str]:
    for element in tree.iter():
        for name in ("href", "action"):
            target = urlsplit(element.get(name) or "")
            own = element.tag == "link" or target.path.startswith("/static/") or element.get("data-out") is not None
            if own or target.scheme or target.netloc or not target.path:
                continue
            assert target.path.startswith("/n/"), (path, element.tag, element.get(name))
            if element.tag == "a" and target.path not in WAYS_OUT:
                yield target.path
