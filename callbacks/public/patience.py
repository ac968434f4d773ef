"""While a file arrives, perhaps for an hour, its thread needs no database."""

from django.db import connection


def let_go_of_database() -> None:
    """On a server, gives the connection back: it has places for a hundred, and as many may be sending at once.

    The next query opens another. Inside a transaction nothing happens. SQLite's is a file of ours and stays.
    """
    if connection.vendor != "sqlite" and not connection.in_atomic_block:
        connection.close()
