"""Compress responses: quickly in the middleware, with brotli's best quality for cached pages (pagecache.entries)."""

import functools

import brotli
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.deprecation import MiddlewareMixin
from zlib_ng import gzip_ng

MIN_BYTES = 400  # compressing less gains nothing
_TEXT = ("text/", "application/json", "application/xml", "application/atom+xml", "image/svg+xml")
#: Brotli levels: the best makes a long page a ninth smaller and takes fifty times as long.
_BEST, _QUICK = 11, 6


class CompressionMiddleware(MiddlewareMixin):
    """Compress with brotli if the browser accepts it, otherwise gzip; leave streamed or encoded responses alone."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if response.streaming or len(response.content) < MIN_BYTES or response.has_header("Content-Encoding"):
            return response
        if not is_text(response.get("Content-Type", "")):
            return response
        patch_vary_headers(response, ("Accept-Encoding",))
        encoding = accepted(request.headers.get("Accept-Encoding", ""))
        if encoding:
            response.content = compress(response.content, encoding)
            response.headers["Content-Encoding"] = encoding
            response.headers["Content-Length"] = str(len(response.content))
            if etag := response.get("ETag"):
                response.headers["ETag"] = f'{etag[:-1]}-{encoding}"'
        return response


@functools.lru_cache(maxsize=256)
def accepted(header: str) -> str:
    """Return the better of the two encodings that the browser accepts, or ""."""
    offers = {}
    for offer in header.lower().split(","):
        name, _, weight = offer.partition(";")
        offers[name.strip()] = weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return next((name for name in ("br", "gzip") if offers.get(name)), "")


def is_text(content_type: str) -> bool:
    """Return whether to compress this type: images are compressed already."""
    return content_type.startswith(_TEXT)


def compress(body: bytes, encoding: str, best: bool = False) -> bytes:
    """Compress a body; `best` is for responses that are sent many times."""
    if encoding == "br":
        return brotli.compress(body, quality=_BEST if best else _QUICK, mode=brotli.MODE_TEXT)
    return gzip_ng.compress(body, compresslevel=8 if best else 5, mtime=0)
