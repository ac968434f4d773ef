"""All faults, one after the other, in one table.

.venv/bin/python -m bench.faults [--seconds 15]
"""

from bench.faults import away, clock, common, disk_full, kills, restored, rotation, upgrade

if __name__ == "__main__":
    common.main(__doc__, kills.run, away.run, disk_full.run, clock.run, rotation.run, restored.run, upgrade.run)
