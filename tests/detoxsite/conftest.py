"""A walk over every page a reader can reach, as strict about each as a validator."""

from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import html5lib
import pytest

from tests.prebuilt import once

#: Not pages of the normal site: staff's, the way out, the private versions (which have a walk of their own).
ELSEWHERE = ("/admin", "/leave/", "/es/salir/", "/n/")


_walked: dict[str, Element] = {}


@pytest.fixture
def site(client, guide) -> dict[str, Element]:
    """Every page reachable from the front page, in each language, parsed; any markup error fails. One walk is enough
    for all tests of a run: each has the same guide, and only reads."""
    if not _walked:
        _walked.update(once("walk", lambda: _walk(client)))
    return _walked


def _walk(client) -> dict[str, Element]:
    pages, waiting = {}, ["/"]
    while waiting:
        path = waiting.pop()
        if path in pages:
            continue
        response = client.get(path)
        assert response.status_code == 200, f"{path} answers {response.status_code}"
        if not response["Content-Type"].startswith("text/html") or response.has_header("Content-Disposition"):
            pages[path] = None
            continue
        parser = html5lib.HTMLParser(namespaceHTMLElements=False)
        tree = parser.parse(response.content)
        assert not parser.errors, (path, [(place, code) for place, code, _ in parser.errors][:5])
        pages[path] = tree
        for link in tree.iter("a"):
            target = urlsplit(link.get("href"))
            if not target.scheme and not target.netloc and target.path and not target.path.startswith(ELSEWHERE):
                waiting.append(target.path)
    return {path: tree for path, tree in pages.items() if tree is not None}
