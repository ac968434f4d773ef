"""Open data: the guide as files that anybody may use, and a signed list of their digests.

tests/guide/test_open_data.py holds that nothing in them is a draft, or about staff or readers.
"""

import datetime
import hashlib
import json
from collections.abc import Callable

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from articles.models import Article
from editorial import versions
from editorial.publishing import ReviewedPage
from editorial.reading import reading_page
from editorial.snapshot import ContentSnapshot
from guide.data_files import MAX_ARTICLES, as_json, guide_json, sources_json
from phases.models import Phase, TreatmentOption

Make = Callable[[ContentSnapshot], bytes]

MANIFEST = ".well-known/guide-manifest.json"
#: What the manifest lists.
FILES: dict[str, Make] = {
    "/data/guide.json": guide_json,
    "/data/sources.csl.json": sources_json,
}


def manifest(content: ContentSnapshot) -> bytes:
    """Return the digests of the files and of the exact text of each page."""
    files = {name: make(content) for name, make in FILES.items()}
    guide = json.loads(files["/data/guide.json"])
    pages = [page for kind in ("stages", "treatments", "articles") for page in guide[kind]]
    return as_json(
        {
            "site": settings.SITE_URL,
            "files": {name: {"sha256": hashlib.sha256(text).hexdigest()} for name, text in files.items()},
            "pages": {page["url"]: {"version": page["version"], "digest": page["digest"]} for page in pages},
            "changed_at": max(filter(None, map(_changed_at, (Article, Phase, TreatmentOption))), default=None),
        }
    )


def _changed_at(model: type[ReviewedPage]) -> datetime.datetime | None:
    return model.objects.published().aggregate(at=Max("updated_at"))["at"]


def signing_key() -> Ed25519PrivateKey | None:
    return Ed25519PrivateKey.from_private_bytes(settings.SIGNING_KEY) if settings.SIGNING_KEY else None


def _file(make: Make, kind: str = "application/json") -> Callable[[HttpRequest], HttpResponse]:
    """Make a view for a file. It reads all anew: what processes keep can be older in one than in another."""

    @reading_page()
    @require_safe
    def file(request: HttpRequest) -> HttpResponse:
        response = HttpResponse(make(ContentSnapshot(versions.number())), content_type=kind)
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response

    return file


def _signature(content: ContentSnapshot) -> bytes:
    key = signing_key()
    if key is None:
        raise Http404
    return key.sign(manifest(content))


def _public_key(content: ContentSnapshot) -> bytes:
    key = signing_key()
    if key is None:
        raise Http404
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, form)


@reading_page()
@require_safe
def about_data(request: HttpRequest) -> HttpResponse:
    """Explain the files, their licenses, and how to check the signature."""
    return render(request, "pages/data.html", {"is_signed": bool(settings.SIGNING_KEY), "max_articles": MAX_ARTICLES})


urlpatterns = [
    path("data/", about_data, name="data"),
    path("data/guide.json", _file(guide_json), name="guide-json"),
    path("data/sources.csl.json", _file(sources_json), name="sources-json"),
    path(MANIFEST, _file(manifest), name="guide-manifest"),
    path(".well-known/guide-manifest.sig", _file(_signature, "application/octet-stream"), name="guide-signature"),
    path(".well-known/guide-key.pem", _file(_public_key, "application/x-pem-file"), name="guide-key"),
]
