"""Open data: the guide as files, with a signed manifest and nothing private (tests/guide/test_open_data.py)."""

import hashlib
import json
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, TypeVar

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.views.decorators.http import require_safe

from editorial.models.changes import ChangeRecord
from editorial.pages.reading import reading_page
from editorial.text.snapshot import ContentSnapshot
from editorial.workflow.publishing import ReviewedPage
from guide import data_files
from guide.history import PAGES, public_changes

Response = TypeVar("Response", bound=HttpResponseBase)
CHUNK = 500  # changes per query

MANIFEST = ".well-known/guide-manifest.json"
#: Files in the manifest, besides further parts of the articles.
FILES: dict[str, Callable[[ContentSnapshot], bytes]] = {
    "/data/guide.json": data_files.guide_json,
    "/data/sources.csl.json": data_files.sources_json,
    "/data/sources.bib": data_files.sources_bib,
}


def manifest(content: ContentSnapshot) -> bytes:
    """Return the digests of the files and of the exact text of each page."""
    files = {name: make(content) for name, make in FILES.items()}
    read = [json.loads(files["/data/guide.json"])]
    while further := read[-1].get("next"):
        files[further] = data_files.articles_json(content, len(read) + 1)
        read.append(json.loads(files[further]))
    pages = [page for kind in ("stages", "treatments", "articles") for data in read for page in data.get(kind, ())]
    changes = [model.objects.published().order_by().aggregate(at=Max("updated_at"))["at"] for model in PAGES]
    return data_files.as_json(
        {
            "site": settings.SITE_URL,
            "files": {name: {"sha256": hashlib.sha256(text).hexdigest()} for name, text in files.items()},
            "pages": {page["url"]: {"version": page["version"], "digest": page["digest"]} for page in pages},
            "changed_at": max(filter(None, changes), default=None),
        }
    )


def _file(make: Callable[..., bytes], kind: str = "application/json") -> Callable[[HttpRequest], HttpResponse]:
    """Make a view for a file. It reads all content anew, as the snapshots of two processes may differ."""

    @reading_page()
    def file(request: HttpRequest, **asked: Any) -> HttpResponse:
        return _cross_origin(HttpResponse(make(ContentSnapshot(), **asked), content_type=kind))

    return file


def _cross_origin(response: Response) -> Response:
    """Allow cross-origin reads."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def page_json(content: ContentSnapshot, slug: str, model: type[ReviewedPage]) -> bytes:
    """Return one page as it is in guide.json. Raises Http404."""
    page = get_object_or_404(model.objects.published(), slug=slug)
    return data_files.as_json(data_files.PageSerializer(content).page(page))


@require_safe
def changes_ndjson(request: HttpRequest) -> StreamingHttpResponse:
    """Stream all public changes, oldest first, one JSON line each."""
    return _cross_origin(StreamingHttpResponse(_lines(), content_type="application/x-ndjson"))


def _lines() -> Iterator[bytes]:
    rows = ChangeRecord.objects.live().defer("typed").order_by("pk").iterator(CHUNK)
    while chunk := list(islice(rows, CHUNK)):
        for each in public_changes(chunk):
            page = {"page": each.page.get_absolute_url(), "title": str(each.page), "text_then": each.old_version_path}
            names = ("kind", "number", "note", "digest")
            change = {"id": each.change.pk, "at": each.at, **{name: getattr(each.change, name) for name in names}}
            yield json.dumps(change | page, ensure_ascii=False, cls=DjangoJSONEncoder).encode() + b"\n"


def _signing_key() -> Ed25519PrivateKey:
    """Return the key of settings. Raises Http404 if the site does not sign."""
    if not settings.SIGNING_KEY:
        raise Http404
    return Ed25519PrivateKey.from_private_bytes(settings.SIGNING_KEY)


def _signature(content: ContentSnapshot) -> bytes:
    return _signing_key().sign(manifest(content))


def _public_key(content: ContentSnapshot) -> bytes:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return _signing_key().public_key().public_bytes(serialization.Encoding.PEM, form)


@reading_page()
def about_data(request: HttpRequest) -> HttpResponse:
    """Explain the files, their licenses, and how to check the signature."""
    context = {"is_signed": bool(settings.SIGNING_KEY), "max_articles": data_files.MAX_ARTICLES}
    return render(request, "pages/data.html", context)


urlpatterns = [
    path("data/", about_data, name="data"),
    path("data/guide.json", _file(data_files.guide_json), name="guide-json"),
    path("data/articles-<int:part>.json", _file(data_files.articles_json), name="articles-json"),
    path("data/changes.ndjson", changes_ndjson, name="changes-ndjson"),
    path("data/sources.bib", _file(data_files.sources_bib, "application/x-bibtex; charset=utf-8"), name="sources-bib"),
    path("data/sources.csl.json", _file(data_files.sources_json), name="sources-json"),
    path(MANIFEST, _file(manifest), name="guide-manifest"),
    path(".well-known/guide-manifest.sig", _file(_signature, "application/octet-stream"), name="guide-signature"),
    path(".well-known/guide-key.pem", _file(_public_key, "application/x-pem-file"), name="guide-key"),
    *(
        path(f"{name}/<slug:slug>/data.json", _file(page_json), {"model": model}, name=f"{name}-data")
        for model, (name, _section) in PAGES.items()
    ),
]
