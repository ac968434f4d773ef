"""What a cached page is measured against: the same bytes from a bare program, and from nginx as a file; and wrk itself.

Everything listens on a free port of 127.0.0.1 and ends with the `with` block.
"""

import gzip
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.served import ROOT, free_port

#: A WSGI program that does nothing but return a page. With the site's own worker it may answer from the bytes, too.
BARE = """
import os
from pathlib import Path

BODY = Path(os.environ["BARE_BODY"]).read_bytes()
HEADERS = [("Content-Type", "text/html; charset=utf-8"), ("Content-Encoding", os.environ["BARE_ENCODING"]),
           ("Content-Length", str(len(BODY)))]


def application(environ, start_response):
    start_response("200 OK", HEADERS)
    return [BODY]
"""

NGINX = """
worker_processes auto;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
daemon off;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    default_type text/html;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    keepalive_requests 100000000;
    sendfile on;
    tcp_nopush on;
    server {{
        listen 127.0.0.1:{port};
        root {folder}/root;
        gzip_static on;
    }}
}}
"""


@dataclass(frozen=True)
class Load:
    """What wrk measured: requests a second, latencies in milliseconds, and how many answers were no success."""

    rate: float
    p50: float
    p99: float
    failed: int


def wrk(url: str, seconds: int, *headers: str, connections: int = 16) -> Load:
    """Raises RuntimeError where wrk measured nothing."""
    options = [option for header in headers for option in ("-H", header)]
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", *options, url]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rate = re.search(r"Requests/sec:\s+([\d.]+)", text)
    if not rate:
        raise RuntimeError(text)
    p50, p99 = (_milliseconds(re.search(rf"\s{share}%\s+([\d.]+)(us|ms|s)", text)) for share in (50, 99))
    errors = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    return Load(float(rate[1]), p50, p99, int(errors[1]) if errors else 0)


def _milliseconds(found: re.Match) -> float:
    return float(found[1]) * {"us": 0.001, "ms": 1, "s": 1000}[found[2]]


@contextmanager
def bare_program(body: bytes, encoding: str, *worker: str) -> Iterator[str]:
    """The address of a bare WSGI program on gunicorn: `worker` are its options, empty for the site's own worker."""
    with tempfile.TemporaryDirectory(prefix="bare-") as folder:
        Path(folder, "bare.py").write_text(BARE)
        Path(folder, "body").write_bytes(body)
        port = free_port()
        env = os.environ | {"BARE_BODY": f"{folder}/body", "BARE_ENCODING": encoding, "PORT": str(port)}
        env |= {"PYTHONPATH": f"{ROOT}:{folder}", "HOST": "127.0.0.1", "VAR_DIR": folder}
        command = [sys.executable, "-m", "gunicorn", "--config", str(ROOT / "detoxsite" / "gunicorn.py"), *worker]
        with _running([*command, "bare"], f"http://127.0.0.1:{port}/", env) as url:
            yield url


@contextmanager
def nginx_file(page: bytes) -> Iterator[str]:
    """The address of a page that nginx has as a file, and compressed beside it for who takes gzip."""
    with tempfile.TemporaryDirectory(prefix="nginx-") as folder:
        Path(folder).chmod(0o755)  # its workers may be another account's
        root = Path(folder, "root")
        root.mkdir(mode=0o755)
        (root / "page.html").write_bytes(page)
        (root / "page.html.gz").write_bytes(gzip.compress(page, 9, mtime=0))
        port = free_port()
        config = Path(folder, "nginx.conf")
        config.write_text(NGINX.format(folder=folder, port=port))
        command = ["/usr/sbin/nginx", "-p", folder, "-e", f"{folder}/error.log", "-c", str(config)]
        with _running(command, f"http://127.0.0.1:{port}/page.html", dict(os.environ)) as url:
            yield url


@contextmanager
def _running(command: list[str], url: str, env: dict[str, str]) -> Iterator[str]:
    server = subprocess.Popen(command, cwd=ROOT, env=env)
    try:
        for _ in range(200):
            if server.poll() is not None:
                raise RuntimeError(f"{command[0]} ended with status {server.returncode}.")
            try:
                with urllib.request.urlopen(url, timeout=5):
                    break
            except OSError:
                time.sleep(0.1)
        else:
            raise RuntimeError(f"{command[0]} does not answer.")
        yield url
    finally:
        server.terminate()
        server.wait(30)
