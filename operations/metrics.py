"""Serve one host's metrics: the counts of web processes (pagecache/metrics.py), and the state of mail, jobs, disk."""

import datetime
import logging
from collections.abc import Iterator, Mapping

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Count
from django.utils import timezone
from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector

from callbacks.casework import notices
from callbacks.models import CallbackRequest
from editorial.workflow import notices as page_notices
from operations import readiness, worker_status
from operations.models import ProbeResult

log = logging.getLogger(__name__)


def serve() -> None:
    """Listen on METRICS_HOST and METRICS_PORT, unless that is off or another worker of this host does."""
    if not settings.METRICS_PORT:
        return
    registry = CollectorRegistry()
    settings.METRICS_DIR.mkdir(parents=True, exist_ok=True)
    MultiProcessCollector(registry, path=str(settings.METRICS_DIR))
    registry.register(CurrentState())
    try:
        start_http_server(settings.METRICS_PORT, settings.METRICS_HOST, registry)
    except OSError as error:
        where = (settings.METRICS_HOST, settings.METRICS_PORT)
        log.warning("Metrics cannot be read at %s, port %s (METRICS_HOST, METRICS_PORT): %s.", *where, error.strerror)


class CurrentState:
    """Gauges, computed at each scrape. None identifies a person, a request or a page."""

    def collect(self) -> Iterator[Metric]:
        at = timezone.now()
        try:
            gauges = [*_from_database(at), _gauge("detox_database_up", "Whether the database responds.", 1)]
        except DatabaseError:
            gauges = [_gauge("detox_database_up", "Whether the database responds.", 0)]
        finally:
            connection.close()
        yield from gauges
        free = {name: megabytes * 1_000_000 for name, megabytes in readiness.free_megabytes().items()}
        yield _labeled("detox_disk_free_bytes", "Free space.", "folder", free)
        if newest := readiness.newest_backup():
            yield _gauge("detox_backup_age_seconds", "Age of the newest backup.", _age(newest, at))


def _from_database(at: datetime.datetime) -> Iterator[Metric]:
    counts = dict(CallbackRequest.objects.order_by().values_list("state").annotate(Count("pk")))
    states = {state: counts.get(state, 0) for state in CallbackRequest.State.values}
    yield _labeled("detox_callbacks", "Callback requests, by state.", "state", states)
    overdue = CallbackRequest.objects.tally(at)["overdue"]
    yield _gauge("detox_callbacks_overdue", "People past the time to be called by.", overdue)
    unclaimed = CallbackRequest.objects.waiting().filter(claimed_by=None).order_by("received_at")
    oldest = unclaimed.values_list("received_at", flat=True).first()
    yield _gauge("detox_callbacks_oldest_unclaimed_seconds", "Longest wait without a claim.", _age(oldest, at))
    first = min(filter(None, [page_notices.oldest_unsent(), notices.oldest_unsent(at)]), default=None)
    yield _gauge("detox_queue_age_seconds", "Longest wait of a mail to staff.", _age(first, at))
    yield _gauge("detox_jobs_failing", "Scheduled jobs whose last run failed.", len(worker_status.failing_jobs()))
    yield _gauge("detox_worker_silent_seconds", "Since the last heartbeat.", _age(worker_status.heartbeat(), at))
    probes = {probe.name: probe for probe in ProbeResult.objects.all()}
    succeeded = {name: int(not probe.problem) for name, probe in probes.items()}
    yield _labeled("detox_probe_ok", "Whether the last probe, backup or drill succeeded.", "probe", succeeded)
    if (certificate := probes.get("certificate")) and certificate.good_until:
        left = -_age(certificate.good_until, at)
        yield _gauge("detox_certificate_left_seconds", "Until the certificate expires.", left)


def _age(moment: datetime.datetime | None, at: datetime.datetime) -> float:
    return (at - moment).total_seconds() if moment else 0


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=value)


def _labeled(name: str, text: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family
