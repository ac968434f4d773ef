"""Makes answers small. A page that many readers get is compressed once, as well as brotli can, and then remembered."""

import functools
import gzip
from collections.abc import Callable

import brotli
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

#: Bytes. Less than that gains nothing.
WORTH_IT = 400
_TEXT = ("text/", "application/json", "application/xml", "application/atom+xml", "image/svg+xml")
#: brotli's quality: the best costs some 50 milliseconds for a long page, so only what is remembered gets it.
_BEST, _QUICK = 11, 4
#: Pages of up to 60 KB, kept as they are and compressed: some 8 MB at the most.
_REMEMBERED = 128


class CompressionMiddleware:
    """brotli where the browser takes it, gzip elsewhere; nothing that streams or is encoded already."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.streaming or len(response.content) < WORTH_IT or response.has_header("Content-Encoding"):
            return response
        if not is_text(response.get("Content-Type", "")):
            return response
        patch_vary_headers(response, ("Accept-Encoding",))
        encoding = accepted(request.headers.get("Accept-Encoding", ""))
        if encoding:
            keep = _is_for_everybody(request, response)
            squeeze = _remembered if keep else compress
            response.content = squeeze(response.content, encoding)
            response.headers["Content-Encoding"] = encoding
            response.headers["Content-Length"] = str(len(response.content))
            if etag := response.get("ETag"):
                response.headers["ETag"] = f'{etag[:-1]}-{encoding}"'
        return response


@functools.lru_cache(maxsize=256)
def accepted(header: str) -> str:
    """The better of the two encodings that the browser takes, or none."""
    offers = {}
    for offer in header.lower().split(","):
        name, _, weight = offer.partition(";")
        offers[name.strip()] = weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return next((name for name in ("br", "gzip") if offers.get(name)), "")


def is_text(content_type: str) -> bool:
    """Whether compressing gains anything; pictures and the like are compressed already."""
    return content_type.startswith(_TEXT)


def _is_for_everybody(request: HttpRequest, response: HttpResponse) -> bool:
    """A reading page, the same for all: no form, no staff, nothing that must not be kept."""
    kept = "no-store" in response.get("Cache-Control", "")
    return request.method in {"GET", "HEAD"} and response.status_code == 200 and not kept and not response.cookies


@functools.lru_cache(maxsize=_REMEMBERED)
def _remembered(body: bytes, encoding: str) -> bytes:
    return compress(body, encoding, best=True)


def compress(body: bytes, encoding: str, best: bool = False) -> bytes:
    """`best` is for what many will get."""
    if encoding == "br":
        return brotli.compress(body, quality=_BEST if best else _QUICK, mode=brotli.MODE_TEXT)
    return gzip.compress(body, compresslevel=9 if best else 5, mtime=0)
