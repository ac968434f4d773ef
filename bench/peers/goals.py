"""What bench.compare found, and whether it is enough."""

from dataclasses import dataclass, field

from bench.peers.wrk import Sample


@dataclass
class Results:
    """`samples` and `memory` (MB) by the names of report.TITLES; `start`: seconds until this site answered."""

    samples: dict[str, Sample] = field(default_factory=dict)
    memory: dict[str, float] = field(default_factory=dict)
    start: float = 0.0
    versions: str = ""


@dataclass(frozen=True)
class Goal:
    what: str
    wanted: str
    found: str
    is_met: bool


#: Requests a second: at least this multiple of the other's.
RATES = [
    ("cached page, to a bare program on the same server", "cached", "bare ours", 0.9),
    ("cached page, to nginx's file", "cached", "file", 0.6),
    ("cached page, to WordPress with a page cache", "cached", "wordpress cached", 5),
    ("cached page, to Wagtail with a per-site cache", "cached", "wagtail cached", 10),
    ("page rendered, to Wagtail's", "cold", "wagtail", 3),
    ("304, to the cached page", "not modified", "cached", 1),
]
#: Those of RATES that need neither Wagtail nor WordPress.
NEAR = {"bare ours", "file", "cached"}
MAX_P99_RATIO = 1.5  # times that of the bare program
MAX_MEMORY = 200  # MB
MAX_START = 2.0  # seconds


def judged(results: Results, *, near: bool = False) -> list[Goal]:
    """All goals, or with `near` those that this site, the bare program and nginx's file decide."""
    goals = []
    for what, name, other, least in [rate for rate in RATES if not near or rate[2] in NEAR]:
        if name not in results.samples:
            goals.append(Goal(what, f"at least {least:g} ×", "no such answer", False))
            continue
        ratio = results.samples[name].rate / results.samples[other].rate
        goals.append(Goal(what, f"at least {least:g} ×", f"{ratio:.2f} ×", ratio >= least))
    p99 = results.samples["cached"].p99 / results.samples["bare ours"].p99
    for what, found, most, unit in [
        ("p99 of the cached page, to the bare program's", p99, MAX_P99_RATIO, "×"),
        ("memory of the whole site at rest", results.memory["cached"], MAX_MEMORY, "MB"),
        ("from start to serving", results.start, MAX_START, "s"),
    ]:
        goals.append(Goal(what, f"at most {most:g} {unit}", f"{found:.3g} {unit}", found <= most))
    return goals
