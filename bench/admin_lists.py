"""Does the admin stay fast as content and requests grow?

    .venv/bin/python -m bench.admin_lists [--articles 10000] [--requests 100000] [--rounds 3] [--keep FOLDER]

Makes a throwaway site with the starter guide and a few generated rows, and another with as many as asked for, one
request in five of them waiting. For lists, filters, searches, change pages and confirmations: the median time of the
processor and the number of queries. Goals: none takes more than 300 ms, or queries for each row. At full size it takes
three minutes of the processor. `--keep` leaves the large site in a folder, and measures it again without filling it.
"""

import argparse
import json
import logging
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator

from bench import growth, load
from tests.served import ROOT

SLOWEST = 300  # milliseconds of processor
MORE_QUERIES = 3  # for what only the large site has, as a neighbor of the newest article; a list has 50 rows or more
FEW = (300, 1000)  # articles, requests: more than one page of each
ARTICLES, REQUESTS = "/admin/articles/article/", "/admin/callbacks/callbackrequest/"
ZONES = ["America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"]
TIMES = ["", "morning", "afternoon", "evening", "morning,evening", "afternoon,evening"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--keep", help="a folder for the large site")
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)  # in a process of its own
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(options.articles, options.requests, options.rounds)))
        return
    few = _in_a_site_of(*FEW, options.rounds)
    many = _in_a_site_of(options.articles, options.requests, options.rounds, options.keep)
    load.finish(list(report(few, many)))


def _in_a_site_of(articles: int, requests: int, rounds: int, keep: str | None = None) -> dict:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        env = os.environ | {"VAR_DIR": keep or folder, "DJANGO_SETTINGS_MODULE": "detoxsite.settings"}
        numbers = ["--articles", str(articles), "--requests", str(requests), "--rounds", str(rounds)]
        command = [sys.executable, "-m", "bench.admin_lists", "--measure", *numbers]
        result = subprocess.run(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True, check=True)
        return json.loads(result.stdout)


def report(few: dict, many: dict) -> Iterator[str]:
    """Prints the table and yields what misses a goal."""
    rows = [
        [page, f"{few[page][0]:.0f}", f"{took:.0f}", few[page][1], queries] for page, (took, queries) in many.items()
    ]
    load.table(["page", "ms, few", "ms, many", "queries, few", "queries, many"], rows)
    for page, (took, queries) in many.items():
        if took > SLOWEST:
            yield f"{page}: {took:.0f} ms"
        if queries > few[page][1] + MORE_QUERIES:
            yield f"{page}: {few[page][1]} queries, then {queries}"


def measure(articles: int, requests: int, rounds: int) -> dict[str, list]:
    """Return milliseconds of processor and queries of each page, in the site of the environment."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from articles.models import Article
    from callbacks.models import CallbackRequest

    logging.disable()
    call_command("prepare", stdout=open(os.devnull, "w"))  # noqa: SIM115
    if Article.objects.count() < articles:
        growth.fill(articles)
        age_articles()
        fill_requests(requests)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(administrator())
    found = {}
    for page, (address, posted) in pages(CallbackRequest.objects.latest("received_at"), administrator()).items():
        took = []
        for _ in range(rounds + 1):  # the first one loads templates
            began = time.process_time()
            with CaptureQueriesContext(connection) as queries:
                answer = client.get(address) if posted is None else client.post(address, posted)
            took.append((time.process_time() - began) * 1000)
            if answer.status_code not in (200, 303):
                raise RuntimeError(f"{address} answered {answer.status_code}.")
        found[page] = [statistics.median(took[1:]), len(queries)]
    return found


def administrator():
    from django.contrib.auth.models import User

    from tests.factories import make_staff

    return User.objects.filter(username="bench").first() or make_staff("bench", superuser=True)


def age_articles() -> None:
    """Spread the articles over states, reviews and years, and make them as long as the starter's are."""
    import datetime

    from django.db.models import F, TextField, Value
    from django.db.models.functions import Concat
    from django.utils import timezone

    from articles.models import Article

    today, generated = timezone.localdate(), Article.objects.filter(slug__startswith="generated")
    for share, values in {
        1: {"body": Concat("body", Value("\n\n"), "body", output_field=TextField())},
        7: {"status": "draft"},
        11: {"status": "in-review"},
        13: {"published_at": timezone.now() + datetime.timedelta(days=30)},
        5: {"reviewed_on": today - datetime.timedelta(days=400), "review_due_on": today - datetime.timedelta(days=3)},
        3: {"medical_reviewer": "Dr. Jane Roe, MD"},
        2: {"published_at": F("published_at") - Value(datetime.timedelta(days=365))},
    }.items():
        generated.annotate(part=F("pk") % share).filter(part=0).update(**values)


def fill_requests(count: int, *, first: int = 0) -> None:
    """Requests in every state, sealed as real ones are, each fifth of them waiting, with calls and access records."""
    import datetime
    import random

    from django.db import transaction
    from django.utils import timezone

    from callbacks.models import AccessRecord, CallAttempt, CallbackRequest
    from callbacks.values.details import Details
    from callbacks.values.safe_hours import SafeHours

    chance, now = random.Random(7), timezone.now()
    user, by_reference = administrator(), {}
    for number in range(first, first + count):
        safe = SafeHours.from_text(chance.choice(TIMES), chance.choice(ZONES))
        received = now - datetime.timedelta(minutes=number * 4)
        due = received + datetime.timedelta(hours=chance.randint(1, 48))
        state = ("new", "claimed", "attempted")[number % 3] if number % 5 == 0 else ("reached", "closed")[number % 2]
        row = CallbackRequest(
            form_key=f"bench-{number}", state=state, received_at=received, due_at=due, due_is_promised=True
        )
        row.seal_details(
            Details(name="A person", phone=f"+1212555{number % 10_000:04}", safe_hours=safe, message="x" * 300)
        )
        row.erase_after = now + datetime.timedelta(days=90)
        if state == "attempted" and number % 2:
            row.next_try_at = now + datetime.timedelta(hours=chance.randint(-5, 30))
        if state != "new":
            row.claimed_by, row.claimed_at = user, received
        by_reference[row.reference] = row  # few are the same by chance, also as one of an earlier call
    for known in CallbackRequest.objects.values_list("reference", flat=True):
        by_reference.pop(known, None)
    rows, by = list(by_reference.values()), {"who": user, "username": user.username}
    with transaction.atomic():
        CallbackRequest.objects.bulk_create(rows, batch_size=2000)
        CallAttempt.objects.bulk_create(CallAttempt(request=row, outcome="no_answer", **by) for row in rows[::2])
        AccessRecord.objects.bulk_create(
            AccessRecord(action="viewed", request_reference=row.reference, **by) for row in rows
        )


def pages(request, user) -> dict[str, tuple[str, dict | None]]:
    """One address of each kind, with what is posted to it, if anything."""
    from django.urls import reverse

    from articles.models import Article, Topic
    from editorial.models import Clinic, GlossaryTerm, HelpLine, Source
    from phases.models import Phase, TreatmentOption

    def change(row) -> str:
        return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])

    topic, phase = Topic.objects.latest("pk"), Phase.objects.get(slug="peak-withdrawal")
    article, last = Article.objects.published().latest("published_at"), Article.objects.count() // 100
    rows = request.__class__.objects
    last_waiting, last_request = rows.waiting().count() // 50, rows.count() // 50
    queue = {"": "", ", last page": f"?p={last_waiting}"}
    queue |= {f": {name}": f"?time={name}" for name in ("now", "overdue", "never")}
    queue |= {f": {name}": f"?state={name}" for name in ("new", "reached", "closed", "all")}
    queue |= {
        ": mine": "?claim=mine",
        ": automated": "?suspected=yes",
        ": all, last page": f"?state=all&p={last_request}",
    }
    lists = {"": "", ", last page": f"?p={last}", ", by reviewer": "?o=5", ", by title": "?o=1"}
    lists |= {f": {state}": f"?state={state}" for state in ("draft", "in-review", "scheduled", "published", "archived")}
    lists |= {": overdue": "?needs=overdue", ": no reviewer": "?needs=no-clinician"}
    lists |= {": topic": f"?topics__id__exact={topic.pk}", ": stage": f"?phases__id__exact={phase.pk}"}
    lists |= {": stage and overdue": f"?phases__id__exact={phase.pk}&needs=overdue"}
    lists |= {": topic and draft": f"?topics__id__exact={topic.pk}&state=draft", ": facets": "?_facets=True"}
    lists |= {
        ": search": "?q=sleep",
        ": rare word": "?q=word77",
        ": nothing": "?q=zzzz",
        ": this year": "?published_at__year=2026",
    }
    lists |= {": search and topic": f"?q=sleep&topics__id__exact={topic.pk}", ": two words": "?q=sleep+word77"}
    found: dict[str, tuple[str, dict | None]] = {
        f"articles{name}": (ARTICLES + query, None) for name, query in lists.items()
    }
    found |= {f"queue{name}": (REQUESTS + query, None) for name, query in queue.items()}
    rows = [article, topic, phase, TreatmentOption.objects.latest("pk"), Source.objects.latest("pk")]
    rows += [HelpLine.objects.latest("pk"), GlossaryTerm.objects.latest("pk"), Clinic.objects.first(), request, user]
    found |= {f"{row._meta.verbose_name}: change": (change(row), None) for row in rows}
    for what, most in (("history", 4), ("delete", 2)):
        for row in rows[:most]:
            found[f"{row._meta.verbose_name}: {what}"] = (change(row).replace("/change/", f"/{what}/"), None)
    found["article: preview"] = (change(article).replace("/change/", "/preview/"), None)
    found["article: add"] = (f"{ARTICLES}add/", None)
    chosen = {"action": "delete_selected", "_selected_action": [topic.pk]}
    found["topic: delete selected"] = ("/admin/articles/topic/", chosen)
    found["queue: find a number"] = (f"{REQUESTS}find/", {"text": "(212) 555-0007"})
    found["queue: find a reference"] = (f"{REQUESTS}find/", {"text": request.reference})
    for name in ("articles/topic", "phases/phase", "phases/treatmentoption", "editorial/source", "editorial/helpline"):
        found[f"list: {name}"] = (f"/admin/{name}/", None)
    for name in ("editorial/glossaryterm", "editorial/oldaddress", "editorial/pagereport", "auth/user", "auth/group"):
        found[f"list: {name}"] = (f"/admin/{name}/", None)
    kinds = {"": "", ": search": f"?q={request.reference}", ": nobody": "?q=zzzz", ": viewed": "?action__exact=viewed"}
    found |= {
        f"access records{name}": (f"/admin/callbacks/accessrecord/{query}", None) for name, query in kinds.items()
    }
    return found | {"start page": ("/admin/", None), "readiness": ("/admin/readiness/", None)}


if __name__ == "__main__":
    main()
