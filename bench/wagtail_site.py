"""A stock Wagtail site with our articles in it, to measure the guide next to.

    .venv/bin/python -m bench.wagtail_site        # sets it up where that is not done yet, serves it until Ctrl-C

What it is: `wagtail start`, its production settings, its base template and search page. An article has a title, an
introduction and one rich text, and the front page lists articles, both as in Wagtail's own tutorial, without its
style sheet. WhiteNoise serves its static files, gunicorn its pages, with as many processes and threads as ours.

The environment stays out of this repository's own: `BENCH_CACHE` (var/bench) keeps it and the filled site. The first
run installs Wagtail from the package index and takes a minute or two; a change of this file or of an article fills
the site again.
"""

import contextlib
import hashlib
import json
import os
import re
import shutil
import subprocess
import urllib.parse
import venv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml
from markdown import markdown

from bench.peers.started import answers
from tests.node import cache
from tests.running import Program
from tests.served import ROOT, free_port

ARTICLES = sorted((ROOT / "articles" / "starter").glob("*.md"))
PACKAGES = ["wagtail>=8.0,<8.1", "Django>=5.2,<5.3", "gunicorn~=27.0", "whitenoise[brotli]~=6.12"]
PROJECT = "peer"
SLUG = "the-first-72-hours"

MODELS = """
from django.db import models
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField
from wagtail.models import Page
from wagtail.search import index


class HomePage(Page):
    def get_context(self, request):
        articles = ArticlePage.objects.child_of(self).live().order_by("-first_published_at")
        return super().get_context(request) | {"articles": articles}


class ArticlePage(Page):
    intro = models.CharField(max_length=500)
    body = RichTextField()
    search_fields = [*Page.search_fields, index.SearchField("intro"), index.SearchField("body")]
    content_panels = [*Page.content_panels, FieldPanel("intro"), FieldPanel("body")]
"""
TEMPLATES = {
    "home_page.html": """{% extends "base.html" %}{% load wagtailcore_tags %}
{% block content %}<h1>{{ page.title }}</h1>
{% for article in articles %}<h2><a href="{% pageurl article %}">{{ article.title }}</a></h2>
<p>{{ article.intro }}</p>
{% endfor %}{% endblock content %}
""",
    "article_page.html": """{% extends "base.html" %}{% load wagtailcore_tags %}
{% block content %}<h1>{{ page.title }}</h1>
<p>{{ page.intro }}</p>
{{ page.body|richtext }}
<p><a href="{{ page.get_parent.url }}">All articles</a></p>
{% endblock content %}
""",
}
LOCAL = """
import os
from .base import MIDDLEWARE
SECRET_KEY = os.environ["PEER_SECRET"]
ALLOWED_HOSTS = ["127.0.0.1"]
MIDDLEWARE = [MIDDLEWARE[0], "whitenoise.middleware.WhiteNoiseMiddleware", *MIDDLEWARE[1:]]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
if "gzip" in os.environ["PEER_OPTIONS"]:
    MIDDLEWARE.insert(0, "django.middleware.gzip.GZipMiddleware")
if "cache" in os.environ["PEER_OPTIONS"]:  # outermost, as Django advises: what it keeps is compressed already
    MIDDLEWARE.insert(0, "django.middleware.cache.UpdateCacheMiddleware")
    MIDDLEWARE.append("django.middleware.cache.FetchFromCacheMiddleware")
"""
FILL = """
import json, sys
from home.models import ArticlePage, HomePage
from wagtail.models import Site
home = HomePage.objects.get()
Site.objects.update(hostname="127.0.0.1", site_name="Detox Guide")
home.title = home.draft_title = "Heroin withdrawal: what happens, what helps, who to call"
home.save_revision().publish()
for article in json.load(open(os.environ["PEER_ARTICLES"])):
    page = home.add_child(instance=ArticlePage(**article))
    page.save_revision().publish()
"""


@dataclass(frozen=True)
class Peer:
    """A served Wagtail: its address, its three kinds of page, and the number of its first process."""

    url: str
    pid: int
    home: str = "/"
    article: str = f"/{SLUG}/"
    search: str = "/search/?query=withdrawal"


@contextlib.contextmanager
def running(workers: int = 2, threads: int = 8, options: str = "") -> Iterator[Peer]:
    """Serves the site on a free port of this machine, and stops it in the end.

    `options`: "gzip" compresses pages, "gzip cache" keeps them so in Django's per-site cache, in memory.
    """
    folder, url = set_up(), f"http://127.0.0.1:{free_port()}"
    command = [folder / "env/bin/gunicorn", "--bind", url.removeprefix("http://"), "--workers", str(workers)]
    command += ["--threads", str(threads), f"{PROJECT}.wsgi"]
    where = {"cwd": folder / PROJECT, "env": environment(PEER_OPTIONS=options)}
    with Program(command, folder / "server.log", lambda: answers(url), **where) as server:
        yield Peer(url, server.pid)


def environment(**extra: str) -> dict[str, str]:
    """Ours without what would lead its Django to our settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DJANGO_", "PYTHON"))}
    settings = f"{PROJECT}.settings.production"
    return (
        kept
        | {"DJANGO_SETTINGS_MODULE": settings, "PEER_SECRET": "x" * 50, "WAGTAIL_ENABLE_UPDATE_CHECK": "0"}
        | {"PEER_OPTIONS": ""}
        | extra
    )


def set_up() -> Path:
    """The folder with the environment in `env` and the filled site in `peer`; made where it is missing or old."""
    folder = cache() / "wagtail"
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in [Path(__file__), *ARTICLES])).hexdigest()
    stamp = folder / "stamp"
    if stamp.exists() and stamp.read_text() == digest:
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    stamp.unlink(missing_ok=True)
    env = folder / "env" / "bin"
    if not (env / "wagtail").exists():
        venv.create(folder / "env", with_pip=True, clear=True)
    run(env / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES, cwd=folder)
    project = folder / PROJECT
    shutil.rmtree(project, ignore_errors=True)
    run(env / "wagtail", "start", PROJECT, cwd=folder)
    (project / "home" / "models.py").write_text(MODELS)
    for name, text in TEMPLATES.items():
        (project / "home" / "templates" / "home" / name).write_text(text)
    (project / PROJECT / "settings" / "local.py").write_text(LOCAL)
    (folder / "articles.json").write_text(json.dumps([article(path) for path in ARTICLES]))
    for arguments in (
        ["makemigrations"],
        ["migrate"],
        ["shell", "-c", f"import os\n{FILL}"],
        ["collectstatic", "--noinput"],
    ):
        run(env / "python", "manage.py", *arguments, cwd=project, PEER_ARTICLES=str(folder / "articles.json"))
    stamp.write_text(digest)
    return folder


def article(path: Path) -> dict[str, str]:
    """A starter article as Wagtail's page holds it: the same words, without the numbers of sources."""
    _, head, body = path.read_text(encoding="utf-8").split("---\n", 2)
    about = yaml.safe_load(head)
    return {
        "title": about["title"],
        "slug": about["slug"],
        "intro": about["summary"],
        "search_description": about["summary"],
        "body": markdown(re.sub(r"\[@[^\]]+\]", "", body), extensions=["extra", "toc"]),
    }


def run(*command: object, cwd: Path, **extra: str) -> None:
    """Raises SystemExit with what it said where a step of the set-up fails."""
    result = subprocess.run(
        [str(word) for word in command], cwd=cwd, env=environment(**extra), capture_output=True, text=True, check=False
    )
    if result.returncode:
        raise SystemExit(f"{' '.join(map(str, command[:3]))} failed:\n{result.stdout}{result.stderr}")


if __name__ == "__main__":
    with running() as peer, contextlib.suppress(KeyboardInterrupt):
        for path in (peer.home, peer.article, peer.search):
            print(urllib.parse.urljoin(peer.url, path), flush=True)
        os.waitpid(peer.pid, 0)
