"""Django's connection settings for each kind of database; settings.py reads what differs between machines."""

from pathlib import Path

from detoxsite import env


def sqlite(path: Path) -> dict[str, object]:
    """Return the settings of the embedded default."""
    return {
        "ENGINE": "storage.sqlite",
        "NAME": path,
        "CONN_MAX_AGE": 600,
        "OPTIONS": {
            "timeout": 20,
            # Writers queue instead of failing when a read turns into a write.
            "transaction_mode": "IMMEDIATE",
            # FULL: a confirmed request survives a power cut. secure_delete: erased rows are overwritten.
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA foreign_keys=ON;"
                "PRAGMA journal_size_limit=67108864;"  # a log that grew during a long read shrinks again
            ),
        },
    }


def postgresql(server: env.Server, timeout: int) -> dict[str, object]:
    """Return the settings of a server, which must have a valid certificate unless it is local. `timeout`: seconds."""
    ssl_mode = "prefer" if server.host in {"localhost", "127.0.0.1", "::1"} else "verify-full"  # stays on this host
    options = {"sslmode": ssl_mode} | server.options
    if options["sslmode"] == "verify-full":
        options = {"sslrootcert": "system"} | options
    return {
        "ENGINE": "storage.postgresql",
        "HOST": server.host,
        "PORT": server.port,
        "NAME": server.path,
        "USER": server.user,
        "PASSWORD": server.password,
        # For the few threads that answer pages; those of uploads close theirs (server/worker.py).
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            **options,
            "connect_timeout": timeout,
            "tcp_user_timeout": 20_000,  # milliseconds
            "application_name": "detoxsite",
            # A confirmed request survives a power cut, whatever the server's default is. A migration that does not get
            # its lock in time fails, and queries that wait behind it go on.
            "options": "-c synchronous_commit=on -c lock_timeout=10s -c statement_timeout=30s "
            "-c idle_in_transaction_session_timeout=60s",
        },
    }
