"""Anybody can take the published guide as data, and prove what it said. Nothing in it is a draft or about a person."""

import hashlib
import json
import re
import subprocess

import pytest
import reversion
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from articles.models import Article
from editorial.models import HelpLine, Source
from editorial.models.page_reports import PageReport
from editorial.workflow.change_kinds import record
from guide.data_files import CSL_TYPES
from phases.models import Phase, TreatmentOption
from tests.factories import make_article, make_staff
from tests.pagecache.cached_site import CachedSite

pytestmark = pytest.mark.django_db

#: Of the CSL-JSON schema, which allows no other.
CSL_FIELDS = {"id", "type", "title", "author", "URL", "DOI", "PMID", "PMCID", "ISBN", "issued", "accessed", "custom"}


def test_guide_as_data_has_every_published_page_and_nothing_else(client, guide):
    editor = make_staff("xyzzyeditor", superuser=True)
    with reversion.create_revision():
        reversion.set_user(editor)
        article = make_article(title="Signed text", slug="signed", medical_reviewer="")
        record(article, "new", note="xyzzynote")
    make_article(title="xyzzydraft", slug="xyzzydraft", status="draft", body="xyzzydraft")
    make_article(title="xyzzylater", slug="xyzzylater", published_at="2099-01-01T00:00:00Z")
    make_article(title="xyzzygone", slug="xyzzygone", status="archived")
    Source.objects.update(note="xyzzynote")
    text = client.get("/data/guide.json").content.decode()
    data = json.loads(text)
    for kind, model in (("stages", Phase), ("treatments", TreatmentOption), ("articles", Article)):
        assert {page["url"] for page in data[kind]} == {page.get_absolute_url() for page in model.objects.published()}
    assert len(data["help_lines"]) == HelpLine.objects.count()
    assert "xyzzy" not in text and "xyzzy" not in client.get("/data/sources.csl.json").content.decode()

    stage = next(page for page in data["stages"] if page["url"] == "/phases/peak-withdrawal/")
    shown = client.get("/phases/peak-withdrawal/").content.decode()
    assert stage["hours"]["peak"] and stage["text"]["what_helps"]["html"].split("[1]")[0][:60] in shown
    assert stage["symptoms"][0]["hours"]["onset"] and {"level", "note"} == stage["evidence"].keys()
    known = {source["id"] for source in json.loads(client.get("/data/sources.csl.json").content)}
    for page in (*data["stages"], *data["treatments"], *data["articles"], *data["words"]):
        assert set(page["sources"]) <= known
        marks = re.findall(r'href="#source-(\d+)"', json.dumps(page).replace('\\"', '"'))
        assert {int(number) for number in marks} == set(range(1, len(page["sources"]) + 1)), page.get("url")
    assert next(page for page in data["articles"] if page["url"] == "/articles/signed/")["version"] == 1
    assert not any(page["signed_by_a_clinician"] for page in data["articles"])
    assert not PageReport.objects.exists()

    page = client.get("/phases/peak-withdrawal/")
    twin = page.headers["Link"].split(";")[0].strip("<>")
    assert client.get(twin).json() == stage and client.get("/articles/xyzzydraft/data.json").status_code == 404
    assert "Link" not in client.get("/phases/")


def test_articles_beyond_those_of_one_file_are_in_the_next(client, monkeypatch):
    monkeypatch.setattr("guide.data_files.MAX_ARTICLES", 2)
    for number in range(5):
        make_article(title=f"Page {number}", slug=f"page-{number}")
    found, address = [], "/data/guide.json"
    while address:
        part = client.get(address).json()
        found += [page["url"] for page in part["articles"]]
        address = part.get("next")
    assert len(found) == len(set(found)) == 5
    listed = client.get("/.well-known/guide-manifest.json").json()
    assert set(listed["pages"]) == set(found) and "/data/articles-3.json" in listed["files"]
    for part in (0, 1, 4, 10**30):
        assert client.get(f"/data/articles-{part}.json").status_code == 404


def test_changes_as_data_are_a_line_for_each_that_readers_saw(client, monkeypatch):
    monkeypatch.setattr("guide.open_data.CHUNK", 2)
    article, draft = make_article(title="Sleep", slug="sleep"), make_article(slug="d", title="xyzzy", status="draft")
    for kind in ("new", "wording", "correction", "draft"):
        for page in (article, draft):
            with reversion.create_revision():
                reversion.set_user(make_staff(f"{kind}-{page.slug}"))
                page.save()
                record(page, kind, note="It was wrong." if kind == "correction" else "")
    response = client.get("/data/changes.ndjson")
    text = b"".join(response.streaming_content).decode()
    lines = [json.loads(line) for line in text.splitlines()]
    assert [(line["kind"], line["number"]) for line in lines] == [("new", 1), ("wording", 2), ("correction", 3)]
    assert lines[2]["note"] == "It was wrong." and lines[2]["text_then"] == "/articles/sleep/v/3/"
    assert len({line["id"] for line in lines}) == 3 and "xyzzy" not in text and "draft-" not in text


def test_sources_as_data_are_csl_json(client, guide):
    Source.objects.filter(key="acog-711").update(published_on="2017-08-01", accessed_on="2026-01-02", status="gone")
    sources = {source["id"]: source for source in client.get("/data/sources.csl.json").json()}
    assert len(sources) > 120
    for source in sources.values():
        assert source.keys() <= CSL_FIELDS and source["type"] in {*CSL_TYPES.values(), "document"}
        assert [list(author) for author in source["author"]] == [["literal"]]
    assert sources["santo-2021"]["PMCID"] == "PMC8173472" and sources["santo-2021"]["issued"] == {
        "date-parts": [[2021]]
    }
    assert sources["acog-711"]["issued"] == {"date-parts": [[2017, 8, 1]]} and "URL" not in sources["acog-711"]
    assert sources["acog-711"]["accessed"] == {"date-parts": [[2026, 1, 2]]}
    Source.objects.filter(key="santo-2021").update(title="50% of {A} & B_c\\")
    bib = client.get("/data/sources.bib").content.decode()
    assert set(re.findall(r"^@\w+{(.+),$", bib, re.M)) == set(sources)
    assert "  title = {{50\\% of \\{A\\} \\& B\\_c }},\n" in bib and "  pmcid = {PMC8173472},\n" in bib
    assert "note = {No longer at its address}" in bib


def test_manifest_proves_what_the_guide_said(client, guide, settings, tmp_path):
    settings.SIGNING_KEY = b"k" * 32
    site = CachedSite()

    def get(path: str) -> bytes:
        status, _, body = site.get(path)
        assert status == "200 OK", path
        return body

    listed = json.loads(get("/.well-known/guide-manifest.json"))
    assert set(listed["files"]) == {"/data/guide.json", "/data/sources.csl.json", "/data/sources.bib"}
    for path, known in listed["files"].items():
        assert hashlib.sha256(get(path)).hexdigest() == known["sha256"]
    assert listed["pages"]["/phases/peak-withdrawal/"]["digest"]
    parts = {
        name: get(f"/.well-known/{name}") for name in ("guide-manifest.json", "guide-manifest.sig", "guide-key.pem")
    }
    key = load_pem_public_key(parts["guide-key.pem"])
    key.verify(parts["guide-manifest.sig"], parts["guide-manifest.json"])

    command = re.search(r"<code>(openssl .*?)</code>", get("/data/").decode(), re.S)[1].replace("\\\n", "")
    for name, content in parts.items():
        (tmp_path / name).write_bytes(content)
    said = subprocess.run(command.split(), cwd=tmp_path, capture_output=True, text=True, timeout=20)
    assert "Verified Successfully" in said.stdout + said.stderr

    make_article(title="New", slug="new")
    with pytest.raises(InvalidSignature):
        key.verify(parts["guide-manifest.sig"], client.get("/.well-known/guide-manifest.json").content)


def test_data_without_a_key_is_served_as_unsigned(client, guide, settings):
    settings.SIGNING_KEY = b""
    assert client.get("/.well-known/guide-manifest.json").json()["files"]
    for name in ("guide-manifest.sig", "guide-key.pem"):
        assert client.get(f"/.well-known/{name}").status_code == 404
    assert "does not sign its data" in client.get("/data/").content.decode()
