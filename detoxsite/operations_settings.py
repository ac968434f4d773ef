"""Backups, metrics and alerts: docs/decisions/0010-backups.md. Part of detoxsite.settings."""

from detoxsite import env

#: How many backups are kept: the newest of so many days, weeks and months.
BACKUPS_DAILY = env.whole_number("BACKUPS_DAILY", 7, 1, 1000)
BACKUPS_WEEKLY = env.whole_number("BACKUPS_WEEKLY", 4, 0, 1000)
BACKUPS_MONTHLY = env.whole_number("BACKUPS_MONTHLY", 6, 0, 1000)
#: Days after which any backup is deleted, whatever the numbers above say. What was erased is gone from all copies then,
#: and the privacy page says so.
BACKUP_DAYS = env.whole_number("BACKUP_DAYS", 35, 1, 365)
#: Megabytes that should stay free where state and backups are.
DISK_LOW_MB = env.whole_number("DISK_LOW_MB", 1024, 1, 1_000_000)
#: Who is told when something is not as it should be; without it, those who get notices.
ALERT_EMAILS = env.addresses("ALERT_EMAILS") or env.addresses("NOTICE_EMAILS")
#: Where Prometheus may read; 0: nowhere, and nothing is counted.
METRICS_PORT = env.whole_number("METRICS_PORT", 0, 0, 65535)
METRICS_HOST = env.names("METRICS_HOST", ["127.0.0.1"])[0]
