"""The processes of a served site: which there are, and how much memory they hold. Linux only."""

import contextlib
from pathlib import Path


def descendants(pid: int) -> list[int]:
    """`pid` and every process that descends from it."""
    children: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(path.parent.name))
    found, open_ends = [], [pid]
    while open_ends:
        found.append(open_ends.pop())
        open_ends += children.get(found[-1], [])
    return found


def command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return ""


def memory(pid: int) -> float:
    """Of `pid` and its descendants: the proportional set size in MB, shared pages counted once."""
    total = 0
    for each in descendants(pid):
        try:
            rollup = Path(f"/proc/{each}/smaps_rollup").read_text()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    return total / 1024


def _name(pid: int) -> str:
    return Path(f"/proc/{pid}/comm").read_text().strip()


def by_role(pid: int) -> dict[str, list[int]]:
    """The site's processes: `master` and `web` (of gunicorn), `worker`."""
    roles: dict[str, list[int]] = {"master": [], "web": [], "worker": []}
    everyone = descendants(pid)
    for each in everyone:
        with contextlib.suppress(OSError):  # it has ended
            if _name(each) == "detox-worker":
                roles["worker"].append(each)
            elif _name(each) == "detox-web":
                parent = int(Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()[1])
                roles["web" if _name(parent) == "detox-web" else "master"].append(each)
    return roles
