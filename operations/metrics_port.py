"""The port that Prometheus reads: what the web processes of this host counted, and how things stand now.

The task worker has it, as it is one process; where it is down nothing answers, and Prometheus says that by itself.
"""

import datetime
import logging
import threading
from collections.abc import Iterator

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Count
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult
from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector

from callbacks.models import CallbackRequest
from operations import readiness, worker_status
from operations.models import Look

log = logging.getLogger(__name__)


def serve() -> tuple[object, threading.Thread] | None:
    """Answers on METRICS_HOST and METRICS_PORT; None where that is off, or another worker of this host has it."""
    if not settings.METRICS_PORT:
        return None
    registry = CollectorRegistry()
    settings.METRICS_DIR.mkdir(parents=True, exist_ok=True)
    MultiProcessCollector(registry, path=str(settings.METRICS_DIR))
    registry.register(Now())
    try:
        return start_http_server(settings.METRICS_PORT, settings.METRICS_HOST, registry)
    except OSError as error:
        log.warning("Metrics cannot be read here: port %s is taken (%s).", settings.METRICS_PORT, error.strerror)
        return None


class Now:
    """How things stand at the moment of asking. No gauge names a person, a request or a page."""

    def describe(self) -> list[Metric]:
        return []  # so that registering asks no database

    def collect(self) -> Iterator[Metric]:
        at = timezone.now()
        try:
            found = list(_from_database(at))
            found.append(_gauge("detox_database_up", "Whether the database answers.", 1))
        except DatabaseError:
            found = [_gauge("detox_database_up", "Whether the database answers.", 0)]
        finally:
            connection.close()
        yield from found
        free = GaugeMetricFamily("detox_disk_free_bytes", "Free space.", labels=["folder"])
        for name, megabytes in readiness.free_megabytes().items():
            if megabytes is not None:
                free.add_metric([name], megabytes * 1_000_000)
        yield free
        if newest := readiness.newest_backup():
            yield _gauge("detox_backup_age_seconds", "Age of the newest backup.", (at - newest).total_seconds())


def _from_database(at: datetime.datetime) -> Iterator[Metric]:
    states = GaugeMetricFamily("detox_callbacks", "Callback requests, by state.", labels=["state"])
    counts = dict(CallbackRequest.objects.order_by().values_list("state").annotate(Count("pk")))
    for state in CallbackRequest.State.values:
        states.add_metric([state], counts.get(state, 0))
    yield states
    tally = CallbackRequest.objects.tally(at)
    yield _gauge("detox_callbacks_overdue", "People past the time to be called by.", tally["overdue"])
    unclaimed = CallbackRequest.objects.waiting().filter(claimed_by=None).order_by("received_at")
    oldest = unclaimed.values_list("received_at", flat=True).first()
    yield _gauge("detox_callbacks_oldest_unclaimed_seconds", "How long the longest waits unclaimed.", _age(oldest, at))
    yield _gauge("detox_queue_age_seconds", "How long the oldest task waits.", _age(worker_status.oldest_task(at), at))
    failed = DBTaskResult.objects.filter(status=TaskResultStatus.FAILED, finished_at__gt=at - readiness.DAY).count()
    yield _gauge("detox_tasks_failed", "Tasks that failed within a day.", failed)
    yield _gauge("detox_jobs_failing", "Jobs of the schedule that failed last time.", len(worker_status.failing_jobs()))
    yield _gauge("detox_worker_silent_seconds", "Since a worker was seen.", _age(worker_status.heartbeat(), at))
    drill = Look.objects.filter(name="drill").first()
    if drill:
        yield _gauge("detox_restore_drill_ok", "Whether the last restore drill went well.", int(not drill.problem))


def _age(moment: datetime.datetime | None, at: datetime.datetime) -> float:
    return (at - moment).total_seconds() if moment else 0


def _gauge(name: str, says: str, value: float) -> Metric:
    return GaugeMetricFamily(name, says, value=value)
