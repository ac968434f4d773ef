"""Keep the site running: backups and restores, system status, alerts, metrics, the task worker and its schedule."""
