"""PostgreSQL's primary dies under load; its standby takes over at the same address.

    .venv/bin/python -m bench.faults.failover

The standby is synchronous, as docs/operators.md asks for. Goal: all that was confirmed before, while and after is there
whole, and forms are taken again by themselves, without a restart of the site.
"""

import contextlib
import subprocess
import tempfile
import time
from pathlib import Path

from bench.faults import common, network, servers
from tests import backends
from tests.running import Program
from tests.served import free_port


def run(options) -> list[common.Outcome]:
    programs = backends.needed()
    with tempfile.TemporaryDirectory(prefix="failover-") as folder, contextlib.ExitStack() as stack:
        Path(folder).chmod(0o711)
        primary = stack.enter_context(servers.postgres(Path(folder), programs)[0])
        standby = stack.enter_context(_standby(Path(folder), programs, primary.port))
        _sql(primary.port, "ALTER SYSTEM SET synchronous_standby_names = '*'", "SELECT pg_reload_conf()")
        line = network.Line(primary.port)
        with common.site(DATABASE_URL=f"postgres://site@127.0.0.1:{line.port}/postgres") as site:

            def failover() -> None:
                time.sleep(3)
                primary.kill()
                # Its standby must wait for nobody.
                _sql(standby.port, "SELECT pg_promote()")
                alter = "ALTER SYSTEM SET synchronous_standby_names = ''"
                _sql(standby.port, alter, "SELECT pg_reload_conf()")
                line.set("passes", standby.port)
                time.sleep(8)

            done = common.under_load(site, failover, options.seed)
            found = common.judge("failover", done, site)
            after = common.under_load(site, common.pause(2), options.seed + 1)
            found.missed += [] if after.confirmed else ["nothing was taken by the new primary"]
            return [found]


def _standby(parent: Path, programs: dict[str, str], primary: int) -> Program:
    """A copy that follows the primary."""
    folder, port = parent / "standby", free_port()
    _, who = backends.cluster(programs, folder, "site")  # for its folder and account
    subprocess.run(["rm", "-rf", folder / "data"], check=True)
    copy = Path(programs["postgres"]).resolve().with_name("pg_basebackup")
    where = ["-h", "127.0.0.1", "-p", str(primary), "-U", "site", "-D", str(folder / "data")]
    subprocess.run([copy, *where, "--write-recovery-conf", "--checkpoint=fast"], check=True, cwd=folder, **who)
    return backends.postgres(programs, folder / "data", port, "max_connections=200", **who)


def _sql(port: int, *statements: str) -> None:
    import psycopg

    with psycopg.connect(host="127.0.0.1", port=port, user="site", dbname="postgres", autocommit=True) as database:
        for statement in statements:
            database.execute(statement)


if __name__ == "__main__":
    common.main(__doc__, run)
