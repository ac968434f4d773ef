"""Programs from npm, installed by its ordinary client into a folder that keeps them."""

import functools
import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]
#: Pinned, so that a new release changes no verdict by itself.
VERSIONS = {"lighthouse": "12.8.2", "vnu-jar": "26.9.27"}


def cache() -> Path:
    """Where measurements and checks keep what they install: the environment's BENCH_CACHE, or var/bench."""
    return Path(os.environ.get("BENCH_CACHE") or ROOT / "var" / "bench").resolve()


def needed(program: str, package: str) -> str:
    """Its path. Raises SystemExit, which says how to get it, where it is missing: a check never passes unmade."""
    if path := shutil.which(program):
        return path
    raise SystemExit(f"{program} is needed and not on the path. On Debian: apt-get install {package}")


@functools.cache
def installed(name: str) -> Path:
    """The folder of a package of VERSIONS. Raises SystemExit where npm is missing or cannot install it."""
    folder = cache() / f"{name}-{VERSIONS[name]}"
    package = folder / "node_modules" / name
    if not (package / "package.json").exists():
        folder.mkdir(parents=True, exist_ok=True)
        command = [needed("npm", "npm"), "install", "--prefix", str(folder), "--no-audit", "--no-fund", "--silent"]
        result = subprocess.run(
            [*command, f"{name}@{VERSIONS[name]}"], cwd=folder, capture_output=True, text=True, check=False
        )
        if result.returncode:
            raise SystemExit(f"npm could not install {name}: {result.stdout}{result.stderr}")
    return package
