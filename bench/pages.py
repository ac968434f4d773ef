"""What each kind of page costs: bytes on the wire, files asked for, database queries.

    .venv/bin/python bench/pages.py

Makes a throwaway site, reads each page as a phone on a new connection would (gzip for pages, brotli for static
files), and prints one table. HTML and CSS are counted compressed, in bytes.
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
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from tests.pages import MISSING, READING

    client = Client(headers={"accept-encoding": "br, gzip", "host": "127.0.0.1"})
    print(f"| {'page':34} | {'HTML':>6} | {'CSS':>6} | {'script':>6} | {'total':>6} | requests | queries |")
    print(f"|{'-' * 36}|{'-' * 7}:|{'-' * 7}:|{'-' * 7}:|{'-' * 7}:|{'-' * 9}:|{'-' * 8}:|")
    for path in [*READING, MISSING]:
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            response = client.get(path)
        asked = len(queries)  # now: the next request empties the log
        html = len(response.content)
        text = client.get(path, headers={"accept-encoding": "identity"}).content.decode()
        sheets = re.findall(r'<link rel="stylesheet" href="/static/([^"]+)"', text)  # not what only a printer needs
        css = sum(_static_size(settings.STATIC_ROOT, name) for name in sheets)
        js = sum(_static_size(settings.STATIC_ROOT, name) for name in re.findall(r'src="/static/([^"]+\.js)"', text))
        files = 1 + len(sheets) + text.count('src="/static/')
        print(f"| {path:34} | {html:6} | {css:6} | {js:6} | {html + css + js:6} | {files:8} | {asked:7} |")


def _static_size(root: Path, name: str) -> int:
    return (root / f"{name}.br").stat().st_size


if __name__ == "__main__":
    main()
