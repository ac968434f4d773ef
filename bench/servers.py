"""Starts the real site under its own server, or under another one to compare with.

`gthread:THREADS` is stock gunicorn. `granian:THREADS` and `waitress:THREADS` must be installed first; they are not
among this project's dependencies: `pip install granian waitress`.
"""

import argparse
import importlib.util
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.load import ENVIRONMENT, running_site
from tests.served import Site, serve


def add_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--server", default="", help="gthread:N, granian:N or waitress:N, in place of the site's own")


@contextmanager
def running(server: str) -> Iterator[Site]:
    """Raises SystemExit with a sentence where the server is unknown or not installed."""
    if not server:
        with running_site() as site:
            yield site
        return
    name, _, threads = server.partition(":")
    commands = {
        "gthread": [
            "gunicorn",
            "-c",
            "server/gunicorn_conf.py",
            "-k",
            "gthread",
            "--threads",
            threads,
            "detoxsite.wsgi",
        ],
        "granian": ["granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", "{port}", "--workers", "2"]
        + ["--blocking-threads", threads, "--backpressure", threads, "--no-ws", "detoxsite.wsgi:application"],
        "waitress": ["waitress", "--listen=127.0.0.1:{port}", f"--threads={threads}", "--connection-limit=1000"]
        + ["--asyncore-use-poll", "--max-request-body-size=134217728", "detoxsite.wsgi:application"],
    }
    if name not in commands or not threads.isdigit():
        raise SystemExit(f"There is no server {server!r}: gthread:N, granian:N or waitress:N.")
    if not importlib.util.find_spec(name if name != "gthread" else "gunicorn"):
        raise SystemExit(f"{name} is not installed here, and not needed by the site: pip install {name}.")
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        serve(Path(folder) / "var", command=commands[name], **ENVIRONMENT) as site,
    ):
        yield site
