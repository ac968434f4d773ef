"""This site's own server for a program that is no site: it has no task worker that its processes would watch."""

from detoxsite.gunicorn import *  # noqa: F403


def post_worker_init(worker) -> None:
    pass
