"""How the site is served. docs/decisions/0002-app-server.md has why."""

import os

bind = f"{os.environ.get('HOST') or '127.0.0.1'}:{os.environ.get('PORT') or '8000'}"
workers = int(os.environ.get("WEB_WORKERS") or 2)
worker_class = "gthread"
# A slow upload holds a thread for minutes while it is encrypted as it arrives, so there are many.
threads = int(os.environ.get("WEB_THREADS") or 64)
timeout = 60
graceful_timeout = 30
keepalive = 5
# Nothing is written down about who asked for what.
accesslog = None
errorlog = "-"
loglevel = "warning"
control_socket_disable = True
