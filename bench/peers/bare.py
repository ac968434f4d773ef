"""The least a program can do: answer each request with the same bytes from memory.

`application` is that program; BARE_PAGE names the file that it answers with. `start` serves it with this site's own
server and settings, or with gunicorn as it comes.
"""

import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.load import Answer
from bench.peers.started import Peer, answers
from tests.running import Program
from tests.served import ROOT, free_port

HOP_BY_HOP = {"connection", "date", "server", "transfer-encoding"}  # the server's own
COMMANDS = {
    "ours": ["--config", "server/gunicorn_conf.py"],
    "stock": ["--bind", "127.0.0.1:{port}", "--workers", "2", "--threads", "8", "--no-control-socket"],
}


def _application() -> Callable:
    page = json.loads(Path(os.environ["BARE_PAGE"]).read_text())
    headers, body = [tuple(pair) for pair in page["headers"]], [bytes.fromhex(page["body"])]

    def respond(environ: dict, start_response: Callable) -> list[bytes]:
        start_response("200 OK", headers)
        return body

    return respond


if "BARE_PAGE" in os.environ:
    application = _application()


@contextlib.contextmanager
def start(server: str, answer: Answer, folder: Path) -> Iterator[Peer]:
    """Serves `answer`, headers and all, with the `server` of COMMANDS."""
    port, page, log = free_port(), folder / f"{server}.json", folder / f"{server}.log"
    headers = [pair for pair in answer.headers.items() if pair[0] not in HOP_BY_HOP]
    page.write_text(json.dumps({"headers": headers, "body": answer.body.hex()}))
    command = [sys.executable, "-m", "gunicorn", *[word.format(port=port) for word in COMMANDS[server]]]
    env = os.environ | {"BARE_PAGE": str(page), "HOST": "127.0.0.1", "PORT": str(port)}
    url = f"http://127.0.0.1:{port}/"
    command += ["bench.peers.bare:application"]
    with Program(command, log, lambda: answers(url), cwd=ROOT, env=env) as process:
        yield Peer({server: url}, [process])
