"""Keep a page's links, forms and ids inside the private version. Works on this site's own HTML, with double quotes."""

import json
import re
from urllib.parse import urlsplit

from django.conf import settings

from privateversion.codes import private, short

#: Paths that are not pages and must not be rewritten.
FILES = ("/static/", "/media/", "/admin/")
#: Ids that scripts and styles use.
UNCHANGED_IDS = {"", "main"}
ID_LENGTH = 5
#: Ends the address of a search form that is posted, so that the words are not in the history.
SEARCH_SUFFIX = "q/"

#: Marks a link to the ordinary version, right before its href.
OUT = "data-out"
#: The attributes with an address or with ids; tests/detoxsite/test_crawl.py fails on any other.
WITH_ADDRESS = ("action", "formaction", "href", "xlink:href")
WITH_IDS = ("aria-controls", "aria-describedby", "aria-labelledby", "for", "form", "headers", "id")
REWRITTEN = WITH_ADDRESS + WITH_IDS
_ATTRIBUTE = re.compile(rf'(?<=\s)(?<! {OUT} )({"|".join(REWRITTEN)})="([^"]*)"')
_ACTION = re.compile(r'(?<=\s)action="([^"?#]*)[^"]*"')
_FORM = re.compile(r"<form\b[^>]*>")


def html(text: str) -> str:
    """Replace every address and id in a page with a neutral one."""
    text = _FORM.sub(_form, text)
    text = _ATTRIBUTE.sub(_attribute, text)
    return re.sub(rf'{re.escape(settings.SITE_URL)}(/[^"<\s]*)', lambda m: settings.SITE_URL + address(m[1]), text)


def json_response(text: str) -> str:
    """Rewrite a JSON response, which may contain the next address."""
    data = json.loads(text)
    if isinstance(data, dict) and "address" in data:
        data["address"] = address(data["address"])
    return json.dumps(data)


def address(url: str) -> str:
    """Return an address inside the private version, or unchanged if it is not a page of this site."""
    try:
        parts = urlsplit(url)
    except ValueError:  # malformed, in echoed input
        return url
    if parts.scheme or parts.netloc or parts.path.startswith((*FILES, "/n/")):
        return url
    path = private(parts.path) if parts.path else ""
    query = f"?{parts.query}" if parts.query else ""
    fragment = f"#{_id(parts.fragment)}" if parts.fragment else ""
    return f"{path}{query}{fragment}"


def _id(name: str) -> str:
    return name if name in UNCHANGED_IDS else f"a{short(name, ID_LENGTH)}"


def _attribute(match: re.Match) -> str:
    name, value = match.groups()
    if name in WITH_ADDRESS:
        return f'{name}="{address(value)}"'
    return f'{name}="{" ".join(_id(part) for part in value.split())}"'


def _form(match: re.Match) -> str:
    """Make a GET form post instead, which keeps its words out of the address."""
    tag = match[0]
    if 'method="get"' not in tag:
        return tag
    tag = tag.replace(' method="get"', "").replace("<form", '<form method="post"', 1)
    return _ACTION.sub(lambda action: f'action="{address(action[1])}{SEARCH_SUFFIX}"', tag)
