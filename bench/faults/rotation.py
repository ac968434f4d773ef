"""The vault's key is changed while people ask for calls: new_vault_key, restart, rotate_keys, and the old key removed.

    .venv/bin/python -m bench.faults.rotation

Goal: all that was confirmed opens with the new key alone.
"""

import os
import re
import signal
import time

from bench import processes
from bench.faults import common


def run(options) -> list[common.Outcome]:
    with common.site() as site:

        def restart() -> None:
            """As SIGHUP does it; returns once no old process is left."""
            old = set(processes.descendants(site.pid))
            os.kill(site.pid, signal.SIGHUP)
            deadline = time.monotonic() + 60
            while old & set(processes.descendants(site.pid)) != {site.pid} and time.monotonic() < deadline:
                time.sleep(0.1)
            time.sleep(3)

        def rotate() -> str:
            time.sleep(3)
            site.manage("new_vault_key")
            restart()
            site.manage("rotate_keys")
            return site.manage("rotate_keys", "--check")

        done = common.under_load(site, rotate)
        keys = site.var / "secrets" / "vault-key"
        keys.write_text("".join(line + "\n" for line in keys.read_text().splitlines() if not line.startswith("1:")))
        found = common.judge("key rotation", done, site, longest=35)
    if not re.search(r"Key 1: (0 [a-z ]+[,.] )+It may be removed", str(done.result)):
        found.missed.append(f"something stayed under the old key: {done.result}")
    return [found]


if __name__ == "__main__":
    common.main(__doc__, run)
