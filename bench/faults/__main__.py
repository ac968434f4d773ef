"""All faults, one after the other, in one table.

.venv/bin/python -m bench.faults [--seconds 15]
"""

from bench.faults import (
    away,
    clock,
    common,
    cut_off,
    disk_full,
    failover,
    hung_worker,
    kills,
    long_reader,
    read_only_disk,
    restored,
    rotation,
    upgrade,
    wrong_store,
)

FAULTS = (
    *(kills, away, disk_full, clock, rotation, restored, upgrade),
    *(hung_worker, read_only_disk, long_reader, failover, wrong_store, cut_off),
)

if __name__ == "__main__":
    common.main(__doc__, *(fault.run for fault in FAULTS))
