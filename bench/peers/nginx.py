"""nginx, from Debian's package, with a configuration and a folder of its own. It writes no access log."""

import contextlib
import gzip
from collections.abc import Iterator
from pathlib import Path

from bench.peers.started import Peer, answers, hand_over, unprivileged
from tests.running import Program
from tests.served import free_port

CONFIGURATION = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
worker_processes 2;
events {{ worker_connections 512; }}
http {{
    include /etc/nginx/mime.types;
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 1000000;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {http}
}}
"""
FILE = """
    server {{
        listen 127.0.0.1:{port};
        root {folder}/files;
        gzip_static on;
        open_file_cache max=100;
    }}
"""


def run(folder: Path, http: str, url: str) -> Program:
    """nginx with `http` as the inside of its http block, once it answers at `url`."""
    configuration, log = folder / "nginx.conf", folder / "nginx.log"
    configuration.write_text(CONFIGURATION.format(folder=folder, http=http))
    log.touch()
    hand_over(folder)
    command = ["/usr/sbin/nginx", "-c", str(configuration), "-e", str(log)]
    return Program(command, log, lambda: answers(url), **unprivileged())


@contextlib.contextmanager
def start(body: bytes, folder: Path) -> Iterator[Peer]:
    """`body`, a page, as a file with its compressed copy beside it."""
    port, files = free_port(), folder / "files"
    files.mkdir()
    (files / "page.html").write_bytes(body)
    (files / "page.html.gz").write_bytes(gzip.compress(body, 9))
    url = f"http://127.0.0.1:{port}/page.html"
    with run(folder, FILE.format(port=port, folder=folder), url) as process:
        yield Peer({"file": url}, [process])
