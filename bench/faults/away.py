"""The mail server and the store of files are down for a while, first each, then both at once, under load.

    .venv/bin/python -m bench.faults.away [--seconds 600]

Goal: each request is still taken (with its text, and its file or a word that the file could not be), nothing that was
confirmed is lost, and once all is back each request's notice comes by itself within a minute; that is waited for.
"""

import time

from bench.faults import common, servers
from tests import state
from tests.mail_server import mail_server

MAIL = {"NOTICE_EMAILS": "intake@guide.example", "MAIL_FROM": "notices@guide.example"}
MAIL |= {"NOTICE_DELAY_MINUTES": "0"}

UNTOLD = "SELECT count(*) FROM callbacks_callbackrequest WHERE staff_told_at IS NULL"


def run(options) -> list[common.Outcome]:
    found = []
    with servers.running(servers.store) as ((store,), environment), mail_server() as mail:

        def mail_away() -> None:
            mail.mood = "refuses"
            time.sleep(options.seconds)
            mail.mood = "takes"

        def store_away() -> None:
            store.stop()
            time.sleep(options.seconds)
            store.start()
            time.sleep(2)

        def both_away() -> None:
            mail.mood = "refuses"
            store_away()
            mail.mood = "takes"

        with common.site(**environment, **MAIL, MAIL_URL=mail.url) as site:
            faults = {"mail": mail_away, "store": store_away, "both": both_away}
            for seed, (what, fault) in enumerate(faults.items(), 1):
                done = common.under_load(site, fault, seed, pause=0.5)
                found.append(common.judge(f"away: {what}", done, site, may_tell=what != "mail"))
            found[-1].missed += undelivered(site, 180)
    return found


def undelivered(site, limit: float) -> list[str]:
    """Waits until staff were told of all."""
    begin, untold = time.monotonic(), 1
    while untold and time.monotonic() < begin + limit:
        time.sleep(1)
        [(untold,)] = state.rows(site.var, UNTOLD)
    print(f"Staff not told of: {untold}, after {time.monotonic() - begin:.0f} s.", flush=True)
    return [f"no notice of {untold} requests"] if untold else []


if __name__ == "__main__":
    common.main(__doc__, run)
