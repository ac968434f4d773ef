"""What each kind of page costs: bytes on the wire, headers included, files asked for besides, database queries.

    .venv/bin/python -m bench.pages

Makes a throwaway site, reads each page as a phone on a new connection would, and prints one table. A page carries its
own style; what it asks for besides is its icon, and on the contact pages one deferred script. The first flight of a
new connection is 14,600 bytes (RFC 6928: ten segments of 1,460).
"""

import logging
import os
import re
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]


def main() -> None:
    sys.path.insert(0, str(ROOT))
    os.environ["DJANGO_SETTINGS_MODULE"] = "detoxsite.settings"
    with tempfile.TemporaryDirectory() as folder:
        os.environ["VAR_DIR"] = folder
        import django

        django.setup()
        from django.core.management import call_command

        logging.disable()
        call_command("prepare", stdout=open(os.devnull, "w"))  # noqa: SIM115
        measure()


def measure() -> None:
    from django.conf import settings
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from tests.pagecache.cached_site import CachedSite
    from tests.pages import MISSING, READING

    site = CachedSite()
    columns = ("brotli", "gzip", "of it CSS", "script", "files", "queries")
    print(f"| {'page':32} |", " | ".join(columns), "|")
    print(f"|{'-' * 34}|{'|'.join('-' * (len(name) + 1) + ':' for name in columns)}|")
    for path in [*READING, MISSING]:
        site.get(path, HTTP_COOKIE="not=kept")
        with CaptureQueriesContext(connection) as queries:
            site.get(path, HTTP_COOKIE="not=kept")
        asked = len(queries)  # now: the next request empties the log
        sizes = [wire(*site.get(path, HTTP_ACCEPT_ENCODING=encoding)) for encoding in ("br", "gzip")]
        text = site.get(path)[2].decode()
        css = sum(map(len, re.findall(r"<style>(.*?)</style>", text, re.S)))
        scripts = re.findall(r'src="/static/([^"]+\.js)"', text)
        size = sum((settings.STATIC_ROOT / f"{name}.br").stat().st_size for name in scripts)
        files = len(scripts) + len(re.findall(r'<link rel="(?:icon|stylesheet)"', text)) + text.count("<img")
        cells = (*sizes, css, size, files, asked)
        print(
            f"| {path:32} |", " | ".join(f"{cell:{len(name)}}" for cell, name in zip(cells, columns, strict=True)), "|"
        )


def wire(status: str, headers: dict[str, str], body: bytes) -> int:
    """Bytes of an answer as HTTP/1.1 sends it, status line and headers included."""
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers.items()), ""]
    return len("\r\n".join([*lines, ""])) + len(body)


if __name__ == "__main__":
    main()
