"""The worker, its mail server and its end, for real."""

import signal
from pathlib import Path

from editorial import staff_mail
from tests import forks, state
from tests.mail_server import mail_server
from tests.served import free_port
from tests.worker_process import LIMIT, LONG_AGO, make_place, wait_until

SECRETS = ("Zoë", "Zo=C3", "Miller", "2125550123", "Knock", "card.jpg")
STUCK = """
import time
from operations import schedule, worker
worker.STUCK_SECONDS = 1
def never_ends():
    time.sleep(100)
schedule.run_due = never_ends
worker.Worker().run()
"""


def place_with_mail(var: Path, server, url: str = ""):
    return make_place(
        var,
        NOTICE_EMAILS="intake@clinic.example, lead@clinic.example",
        MAIL_FROM="guide@clinic.example",
        MAIL_URL=url or server.url,
        SITE_URL="https://guide.example",
        NOTICE_DELAY_MINUTES="0",
    )


def untold(place) -> int:
    return place.rows("SELECT count(*) FROM callbacks_callbackrequest WHERE staff_told_at IS NULL")[0][0]


def test_mail_server_that_is_gone_or_refuses_delays_notices_and_loses_none(tmp_path):
    with mail_server(port=free_port()) as gone:  # nobody else gets it
        port = gone.server_address[1]
    place = place_with_mail(tmp_path, gone)
    references = place.ask_for_calls(3)
    with place.worker():
        wait_until(lambda: "could not send mail" in place.log)
        with mail_server("refuses", port) as server:
            wait_until(lambda: server.refused >= 3, place.hurry)
            assert server.got == [] and untold(place) == 3
            server.mood = "takes"
            wait_until(lambda: untold(place) == 0, place.hurry)
    (sent,) = server.mails
    assert sent["Subject"] == "3 callback requests"
    assert all(reference in sent.get_content() for reference in references)
    for secret in SECRETS:
        assert secret.encode() not in server.got[0]
    for secret in (*SECRETS, "marmalade-password", "clinic.example"):
        assert secret not in place.log


def test_worker_killed_in_the_middle_of_sending_loses_nothing(tmp_path):
    with mail_server("hangs") as server:
        place = place_with_mail(tmp_path, server)
        place.ask_for_calls(1)
        with place.worker() as process:
            assert server.holding.wait(LIMIT)
            process.kill()
            assert process.wait() == -signal.SIGKILL
        server.mood = "takes"
        with place.worker():
            wait_until(lambda: untold(place) == 0, place.hurry)
    assert len(server.got) == 1


def test_notice_reveals_nothing_by_size_or_reply(tmp_path):
    with mail_server() as server:
        place = place_with_mail(tmp_path, server)
        with place.worker():
            place.ask_for_calls(1)
            wait_until(lambda: untold(place) == 0, place.hurry)
            place.rows("UPDATE callbacks_callbackrequest SET suspicion = 'too_fast', staff_told_at = NULL")
            place.ask_for_calls(1, first="b")
            wait_until(lambda: untold(place) == 0, place.hurry)
    plain, *flagged = server.mails
    assert "Flagged" not in plain.as_string() and any("Flagged" in mail.as_string() for mail in flagged)
    assert {len(raw) for raw in server.got} == {staff_mail.PADDED_TO}
    assert {line.split()[1] for line in server.senders} == {b"FROM:<guide@clinic.example>"}
    for mail in server.mails:
        assert mail["Auto-Submitted"] == "auto-generated" and mail["Reply-To"] is mail["Return-Path"] is None
        assert "Nobody reads replies" in mail.get_content()


def test_two_workers_send_each_notice_once(tmp_path):
    with mail_server() as server:
        place = place_with_mail(tmp_path, server)
        references = place.ask_for_calls(9)
        with place.worker(), place.worker():
            wait_until(lambda: untold(place) == 0)
    (sent,) = server.mails
    assert all(sent.get_content().count(reference) == 1 for reference in references)
    assert "Traceback" not in place.log, place.log


def test_worker_purges_and_sends_heartbeats(tmp_path):
    place = make_place(tmp_path)
    place.ask_for_calls(2)
    (first, _) = place.rows("SELECT id FROM callbacks_callbackrequest")
    query = "UPDATE callbacks_callbackrequest SET received_at = ?, erase_after = '2020-03-31 00:00:00' WHERE id = ?"
    place.rows(query, LONG_AGO, *first)
    with place.worker():
        wait_until(lambda: place.rows("SELECT count(*) FROM callbacks_callbackrequest") == [(1,)])
        wait_until(lambda: len(list((state.folder(tmp_path) / "attachments").iterdir())) == 1)
        done = "SELECT succeeded_at FROM detoxsite_scheduledjob"
        wait_until(lambda: all(at for (at,) in place.rows(done)), place.hurry)
        heartbeat = "SELECT succeeded_at FROM detoxsite_scheduledjob WHERE name = 'heartbeat'"
        before = place.rows(heartbeat)
        wait_until(lambda: place.rows(heartbeat) > before, place.hurry)


def test_worker_survives_a_database_outage(tmp_path):
    with mail_server() as server:
        place = place_with_mail(tmp_path, server)
        with place.worker() as process:
            wait_until(lambda: place.rows("SELECT 1 FROM detoxsite_scheduledjob WHERE succeeded_at IS NOT NULL"))
            place.rows("ALTER TABLE detoxsite_scheduledjob RENAME TO away")
            wait_until(lambda: "cannot use the database" in place.log)
            assert "detoxsite_scheduledjob" in place.log  # the reason
            place.rows("ALTER TABLE away RENAME TO detoxsite_scheduledjob")
            place.ask_for_calls(1)
            wait_until(lambda: untold(place) == 0, place.hurry)
            assert process.poll() is None


def test_worker_that_is_stopped_ends_what_it_began_and_takes_no_more(tmp_path):
    with mail_server("hangs") as server:
        place = place_with_mail(tmp_path, server)
        place.ask_for_calls(2)
        with place.worker() as process:
            assert server.holding.wait(LIMIT)
            process.terminate()
            server.go_on.set()  # the connection breaks: the notice is to be tried again
            assert process.wait(timeout=LIMIT) == 0
        assert untold(place) == 2


def test_stuck_worker_exits_and_logs_where(tmp_path):
    place = make_place(tmp_path)
    done = forks.run(["manage.py", "shell", "--no-imports", "-c", STUCK], place.env)
    assert done.returncode == 1 and "Timeout" in done.stderr and "never_ends" in done.stderr
