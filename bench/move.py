"""How long does a move take, and how much of it is the site read-only?

    .venv/bin/python -m bench.move [--requests 10000] [--files 5000] [--kb 200]

Makes a throwaway site with these requests and sealed files on SQLite and a folder, starts PostgreSQL and an S3 store
on this machine, runs `manage.py move`, kills it halfway and runs it again. Goal: status 0, all rows and files the same.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.faults import servers
from tests.served import ROOT

FILL = """
import os
from django.db import transaction
from callbacks.casework import submission
from callbacks.values.details import Details
from callbacks.values.upload_rules import Kind, Received, Slot
from vault import sealed_files
from vault.streams import EncryptingWriter

def stored(size):
    name = sealed_files.new_name()
    with sealed_files.create(name) as file:
        writer = EncryptingWriter(file, name)
        writer.write(os.urandom(size))
        writer.finish()
    slot = next(iter(Slot))
    return {{slot: Received(slot, "card.jpg", name, Kind.JPEG, size)}}

for start in range(0, {requests}, 500):
    with transaction.atomic():
        for number in range(start, min(start + 500, {requests})):
            files = stored({kb} * 1024) if number < {files} else {{}}
            details = Details(name=f"Person {{number}}", phone="+12125550123", message="Call me. " * 20)
            submission.submit(details=details, nonce=f"move-{{number}}", received=files)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--files", type=int, default=5_000)
    parser.add_argument("--kb", type=int, default=200)
    options = parser.parse_args()
    kinds = servers.postgres, servers.store
    with tempfile.TemporaryDirectory(prefix="move-") as folder, servers.running(*kinds) as (_, environment):
        env = os.environ | {"VAR_DIR": f"{folder}/var"}
        new = Path(folder, "new.env")
        new.write_text("".join(f"{name}={value}\n" for name, value in environment.items()))
        _manage(env, "prepare")
        begin = time.monotonic()
        _manage(env, "shell", "--no-imports", "-c", FILL.format(**vars(options)))
        print(
            f"Filled in {time.monotonic() - begin:.0f} s. Moving, killed once half of the files are there:", flush=True
        )
        _move(env, new, kill_at=f"attachments: {options.files // 2}")
        print("And again:", flush=True)
        sys.exit(_move(env, new))


def _manage(env: dict[str, str], *arguments: str) -> None:
    subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=env, stdout=subprocess.DEVNULL, check=True)


def _move(env: dict[str, str], new: Path, kill_at: str = "") -> int:
    command = [sys.executable, "-u", "manage.py", "move", str(new)]
    with subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True) as process:
        begin = time.monotonic()
        for line in process.stdout:
            print(f"{time.monotonic() - begin:6.1f} s  {line}", end="", flush=True)
            if kill_at and kill_at in line:
                process.send_signal(signal.SIGKILL)
    return process.returncode


if __name__ == "__main__":
    main()
