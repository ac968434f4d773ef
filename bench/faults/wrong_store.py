"""The store answers slowly, then not at all, then says yes to everything and keeps nothing, while people send files.

    .venv/bin/python -m bench.faults.wrong_store [--seconds 15]

Goal: each request is taken; a file is kept whole, or its person is told that it could not be; readers notice nothing.
"""

import time

from bench.faults import common, network, servers


def run(options) -> list[common.Outcome]:
    found = []
    with servers.running(servers.store) as ((store,), environment):
        line = network.Line(store.port)
        environment |= {"S3_ENDPOINT": f"http://127.0.0.1:{line.port}"}
        with common.site(**environment) as site:
            for seed, mood in enumerate(("slow", "silent", "lies"), 1):

                def wrong(mood: str = mood) -> None:
                    line.set(mood)
                    time.sleep(options.seconds)
                    line.set("passes")

                done = common.under_load(site, wrong, seed, pause=0.3)
                found.append(common.judge(f"store: {mood}", done, site, may_tell=True))
    return found


if __name__ == "__main__":
    common.main(__doc__, run)
