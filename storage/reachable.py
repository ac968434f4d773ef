from django.conf import settings
from django.core.management import CommandError
from django.db import OperationalError, connection


def require_database() -> None:
    """Raise CommandError, one line without a password, if the server of the database cannot be reached."""
    if not settings.HAS_SERVER:
        return  # a connection would make SQLite's file
    try:
        connection.ensure_connection()
    except OperationalError as error:
        reason = str(error).partition("\n")[0]
        raise CommandError(f"The database cannot be reached: {reason}. Start it, or check DATABASE_URL.") from error
