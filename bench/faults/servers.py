"""PostgreSQL and an S3 store on free ports of this machine, which may be killed and started again."""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests import backends
from tests.running import Program
from tests.served import free_port


def postgres(parent: Path, programs: dict[str, str]) -> tuple[Program, dict[str, str]]:
    """As it comes: it syncs to disk before it confirms."""
    port = free_port()
    data, who = backends.cluster(programs, parent / "postgres", "site")
    server = backends.postgres(programs, data, port, "max_connections=200", **who)
    return server, {"DATABASE_URL": f"postgres://site@127.0.0.1:{port}/postgres"}


def store(parent: Path, programs: dict[str, str]) -> tuple[Program, dict[str, str]]:
    folder, port = parent / "store", free_port()
    folder.mkdir(mode=0o700)
    server = backends.store(programs["rclone"], folder / "objects", port, "bench,bench-secret")
    keys = {"S3_ACCESS_KEY": "bench", "S3_SECRET_KEY": "bench-secret"}
    return server, {"S3_ENDPOINT": f"http://127.0.0.1:{port}", "S3_BUCKET": "detox"} | keys


@contextlib.contextmanager
def running(*kinds) -> Iterator[tuple[list[Program], dict[str, str]]]:
    """Servers of these kinds, and the environment that leads the site to them."""
    programs = backends.needed()
    with tempfile.TemporaryDirectory(prefix="servers-") as folder, contextlib.ExitStack() as stack:
        Path(folder).chmod(0o711)
        started, environment = [], {}
        for kind in kinds:
            server, variables = kind(Path(folder), programs)
            started.append(stack.enter_context(server))
            environment |= variables
        yield started, environment
