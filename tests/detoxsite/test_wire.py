"""A reading page is whole in the first flight of a new connection: ten segments of 1,460 bytes (RFC 6928)."""

import base64
import gzip
import hashlib
import re
from xml.etree import ElementTree

import brotli
import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory

from bench.pages import wire
from pagecache.compression import CompressionMiddleware, compress
from phases.now_form import SINCE
from tests.detoxsite.test_ten_lines import pages_of_the_site
from tests.pagecache.cached_site import CachedSite
from tests.pages import READING

pytestmark = pytest.mark.any_backend

FIRST_FLIGHT = 14_600  # bytes
DATES = 60  # bytes kept free: a page compresses to a different size with other dates
SPARE = 300  # bytes: headers and markup of one page differ by less from those of another and of its parsed form
SERVER = 110  # bytes: the status line and the server's own headers
SCRIPTS = 4096  # bytes, compressed


@pytest.mark.parametrize("path", READING)
@pytest.mark.django_db
def test_page_fits_the_first_round_trip_and_needs_at_most_one_more_file(guide, path):
    status, headers, body = CachedSite().get(path, HTTP_ACCEPT_ENCODING="br")
    assert headers["content-encoding"] == "br"
    assert wire(status, headers, body) <= FIRST_FLIGHT - DATES
    page = brotli.decompress(body).decode()
    assert "<style>" in page and "<!--style" not in page
    asked = re.findall(r'<link rel="(?:stylesheet|preload|icon)[^>]*>|<(?:script|img)[^>]* src="[^"]*"[^>]*>', page)
    deferred = [tag for tag in asked if tag.startswith('<script type="module"')]
    assert len(asked) - len(deferred) <= 1 and all('rel="icon"' in tag for tag in set(asked) - set(deferred)), asked
    assert len(deferred) <= (path == "/contact/")


@pytest.mark.django_db
def test_every_page_of_the_site_fits_the_first_flight(client, walk):
    """What fits with room to spare, as it was parsed and compressed in a hurry, fits as it is sent."""
    site, paths = CachedSite(), pages_of_the_site(client)
    status, headers, _ = site.get("/")
    room = FIRST_FLIGHT - DATES - wire(status, headers, b"") - SPARE
    large = [path for path in paths if len(compress(ElementTree.tostring(walk[path], "utf-8", "html"), "br")) > room]
    assert len(paths) > 70 and large
    sizes = {path: wire(*site.get(path, HTTP_ACCEPT_ENCODING="br")) for path in large}
    assert {path: size for path, size in sizes.items() if size > FIRST_FLIGHT - DATES} == {}


@pytest.mark.parametrize("path", ["/phases/now/", "/es/etapas/ahora/"])
@pytest.mark.django_db
def test_answer_fits_the_first_flight_compressed_in_a_hurry(client, guide, path):
    for since in SINCE:
        response = client.post(path, {"since": since, "substance": "heroin"}, headers={"accept-encoding": "br"})
        head = sum(len(name) + len(value) + 4 for name, value in response.items())
        assert head + SERVER + len(response.content) <= FIRST_FLIGHT, since


@pytest.mark.parametrize("path", ["/", "/contact/", "/phases/peak-withdrawal/"])
@pytest.mark.django_db
def test_page_allows_its_own_style_and_script_by_hash_and_no_other(client, guide, path):
    response = client.get(path)
    page, policy = response.content.decode(), response["Content-Security-Policy"]
    for tag, directive in (("style", "style-src"), ("script", "script-src")):
        (text,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.S)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{directive} 'self' 'sha256-{digest}';" in policy
    assert "unsafe" not in policy
    assert not re.search(r'\sstyle="|\son\w+="', page)


def test_scripts_are_small(static_files, settings):
    import json

    names = json.loads((settings.STATIC_ROOT / "staticfiles.json").read_text())["paths"]
    ours = [name for name in names if name.startswith("js/") and "admin" not in name]
    assert ours
    assert sum(len(brotli.compress((settings.STATIC_ROOT / names[name]).read_bytes())) for name in ours) <= SCRIPTS


TEXT = b"<p>the same words over and over</p>" * 50


def answer(content: bytes = TEXT, encoding: str = "br, gzip", **headers: str) -> HttpResponse:
    request = RequestFactory().get("/", headers={"accept-encoding": encoding})
    return CompressionMiddleware(lambda _: HttpResponse(content, headers=headers))(request)


@pytest.mark.parametrize(
    ("accepted", "used"),
    [
        ("br", "br"),
        ("gzip, br;q=0.1", "br"),
        ("gzip, br;q=0", "gzip"),
        ("gzip;q=0", None),
        ("", None),
        ("zstd, *", None),
        ("BR", "br"),
    ],
)
def test_answer_comes_in_an_encoding_that_the_browser_takes(accepted, used):
    response = answer(encoding=accepted)
    assert response.get("Content-Encoding") == used
    plain = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[used](response.content)
    assert plain == TEXT
    assert "Accept-Encoding" in response["Vary"]
    if used:
        assert response["Content-Length"] == str(len(response.content))


def test_short_encoded_or_binary_response_is_not_compressed():
    assert "Content-Encoding" not in answer(b"short")
    assert answer(**{"Content-Encoding": "identity"}).content == TEXT
    assert "Content-Encoding" not in answer(**{"Content-Type": "image/png"})
    request = RequestFactory().get("/", headers={"accept-encoding": "br"})
    streamed = CompressionMiddleware(lambda _: StreamingHttpResponse([TEXT]))(request)
    assert "Content-Encoding" not in streamed


def test_encodings_of_one_page_have_different_etags():
    assert answer(ETag='"a"')["ETag"] == '"a-br"'
    assert answer(encoding="gzip", ETag='"a"')["ETag"] == '"a-gzip"'
