"""Asks a server as fast as it answers, over 16 connections that stay open, with Debian's wrk."""

import re
import subprocess
from dataclasses import dataclass

CONNECTIONS = 16
UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


@dataclass(frozen=True)
class Sample:
    """Requests a second, and the milliseconds that 99 of 100 did not exceed."""

    rate: float
    p99: float


def load(url: str, headers: dict[str, str], seconds: float) -> Sample:
    """Raises RuntimeError where wrk cannot connect, or an answer was an error or did not come."""
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds:g}s", "--latency", "--timeout", "20s"]
    for name, value in headers.items():
        command += ["-H", f"{name}: {value}"]
    result = subprocess.run([*command, url], capture_output=True, text=True, check=False)
    if result.returncode or "Non-2xx" in result.stdout or "Socket errors" in result.stdout:
        raise RuntimeError(f"{url}: {result.stdout}{result.stderr}")
    return parsed(result.stdout)


def parsed(output: str) -> Sample:
    """What wrk printed, in numbers. Raises RuntimeError where it got no answer in its time."""
    rate = re.search(r"^Requests/sec:\s+([\d.]+)", output, re.MULTILINE)
    p99 = re.search(r"^\s+99%\s+([\d.]+)(us|ms|s|m)\s*$", output, re.MULTILINE)
    if not rate or not p99:
        raise RuntimeError(f"wrk measured nothing: {output}")
    return Sample(float(rate[1]), float(p99[1]) * UNITS[p99[2]])


def best(samples: list[Sample]) -> Sample:
    """The one with the most requests a second."""
    return max(samples, key=lambda sample: sample.rate)
