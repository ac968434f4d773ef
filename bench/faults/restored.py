"""A backup is made while people ask for calls; then the machine is gone, and a new one is restored from it.

    .venv/bin/python -m bench.faults.restored

Goal: all that was confirmed before the backup began is there whole on the new machine, which has the keys from
elsewhere, and it serves.
"""

import shutil
import tempfile
import time
from pathlib import Path

from bench.faults import common
from tests.served import Site


def run(options) -> list[common.Outcome]:
    with tempfile.TemporaryDirectory(prefix="fault-") as folder:
        backups, kept, new = (Path(folder, name) for name in ("backups", "kept", "new"))
        with common.site(BACKUP_DIR=str(backups)) as site:
            before = common.under_load(site, common.pause(5), 1)
            meanwhile = common.under_load(site, lambda: site.manage("backup"), 2)
            shutil.copytree(site.var / "secrets", kept)
        (backup,) = [path for path in backups.iterdir() if path.is_dir() and not path.name.startswith(".")]
        shutil.copytree(kept, new / "secrets")
        begin = time.monotonic()
        machine = Site("", new, Path(folder, "log"), site.env | {"VAR_DIR": str(new)})
        machine.manage("restore", str(backup))
        seconds = time.monotonic() - begin
        with common.site(new) as again:
            after = common.under_load(again, common.pause(2), 3)
            both = common.Load(before.sent + after.sent, max(before.away, meanwhile.away, after.away))
            print(f"Restored in {seconds:.1f} s.", flush=True)
            return [common.judge("restore from backup", both, again)]


if __name__ == "__main__":
    common.main(__doc__, run)
