"""Keep the site running: backups and restores, system status, alerts, metrics, the worker and its schedule."""
