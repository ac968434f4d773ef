"""The entry point of the web server."""

import os

from django.core.wsgi import get_wsgi_application
from django.template import engines
from django.urls import get_resolver

from detoxsite import settings

os.umask(0o077)  # only this account may read the state
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "detoxsite.settings")
if settings.METRICS_PORT:
    settings.METRICS_DIR.mkdir(parents=True, exist_ok=True)
    for counts in settings.METRICS_DIR.glob("*.db"):  # they begin at zero with each start
        counts.unlink()
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(settings.METRICS_DIR)  # prometheus_client reads it when it is imported
django_application = get_wsgi_application()
# Load views and templates before the server forks: once in memory, and no slow first page.
get_resolver().reverse_dict  # noqa: B018
engines["readers"].load_all()  # type: ignore[attr-defined]  # guide.templating.ReadersTemplates

from guide import styles  # noqa: E402 - Django is set up only now
from guide.bare_pages import BUSY_RESPONSE  # noqa: E402
from pagecache.application import CachedPages  # noqa: E402
from server.environ import cleaned  # noqa: E402

styles.load_all()
application = CachedPages(cleaned(django_application))
application.busy_response = BUSY_RESPONSE
