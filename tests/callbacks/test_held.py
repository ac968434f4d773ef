"""Files that the scanner could not see are held whole, decided once it is back, and opened by nobody before."""

import io
import os

import pytest
from django.core.files.storage import storages
from django.core.management import call_command

from callbacks.casework import erasure
from callbacks.files import rescan
from callbacks.models import Attachment
from tests import state
from tests.callbacks.clamd import Clamd
from tests.callbacks.helpers import MIB, PDF, File, body, objects_in_store, stored_bytes
from tests.callbacks.incoming import PDF_WITH_EICAR, keep, send
from vault import sealed_files

pytestmark = pytest.mark.django_db


class StopsHalfway(io.BytesIO):
    """A body in the middle of which the scanner dies."""

    def __init__(self, data: bytes, daemon: Clamd) -> None:
        super().__init__(data)
        self._half, self._daemon = len(data) // 2, daemon

    def read(self, size: int = -1, /) -> bytes:
        if self.tell() > self._half:
            self._daemon.stop()
        return super().read(size)


def test_file_is_held_whole_where_clamd_dies_in_the_middle_and_scanned_when_it_is_back(daemon):
    content = PDF + os.urandom(8 * MIB)
    stream = StopsHalfway(body({"complete": "1"}, ("file_1", File(content))), daemon)
    attachment = keep(send(content, stream))
    assert attachment.state == "held"
    assert stored_bytes(attachment) == content
    daemon.start()
    assert rescan.rescan_held().clean == 1
    attachment.refresh_from_db()
    assert attachment.is_readable


def test_held_files_are_decided_when_clamd_is_back(daemon, django_capture_on_commit_callbacks):
    daemon.stop()
    clean, infected = keep(send(PDF)), keep(send(PDF_WITH_EICAR), nonce="another")
    assert {clean.state, infected.state} == {"held"}
    assert not clean.is_readable
    assert rescan.rescan_held() == rescan.Counts(held=2, problem=rescan.NO_ANSWER)
    assert Attachment.objects.held().count() == 2
    daemon.start()
    with django_capture_on_commit_callbacks(execute=True):
        assert rescan.rescan_held() == rescan.Counts(clean=1, infected=1)
    clean.refresh_from_db()
    infected.refresh_from_db()
    assert clean.is_readable
    assert "Our scanner found a virus in it." in infected.why_not_taken
    assert objects_in_store() == [clean.object_name]
    assert rescan.rescan_held() == rescan.Counts()


def test_held_file_that_is_erased_while_it_is_scanned_stays_erased(daemon, django_capture_on_commit_callbacks):
    daemon.stop()
    attachment = keep(send(PDF_WITH_EICAR))
    daemon.start()
    held = rescan.scan_object

    def erased_meanwhile(name):
        verdict = held(name)
        erasure.withdraw(attachment.request)
        return verdict

    with pytest.MonkeyPatch.context() as patch, django_capture_on_commit_callbacks(execute=True):
        patch.setattr(rescan, "scan_object", erased_meanwhile)
        assert rescan.rescan_held() == rescan.Counts()
    assert (Attachment.objects.count(), objects_in_store()) == (0, [])


def test_held_file_that_another_worker_decided_is_left_alone(daemon):
    daemon.stop()
    attachment = keep(send(PDF_WITH_EICAR))
    daemon.start()
    seen = rescan.scan_object

    def decided_meanwhile(name):
        Attachment.objects.filter(pk=attachment.pk).update(state=Attachment.State.STORED)
        return seen(name)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rescan, "scan_object", decided_meanwhile)
        assert rescan.rescan_held() == rescan.Counts()
    attachment.refresh_from_db()
    assert attachment.is_readable
    assert objects_in_store() == [attachment.object_name]


@pytest.mark.parametrize("damage", ["changed", "gone"])
def test_held_file_that_cannot_be_read_stays_held_and_does_not_stop_the_next(daemon, settings, damage):
    daemon.stop()
    damaged, whole = keep(send(PDF)), keep(send(PDF), nonce="another")
    daemon.start()
    path = state.folder_of(storages["attachments"]) / damaged.object_name
    if damage == "changed":
        path.write_bytes(path.read_bytes()[:-1])
    else:
        sealed_files.discard(damaged.object_name)
    assert rescan.rescan_held() == rescan.Counts(clean=1, held=1)
    damaged.refresh_from_db()
    whole.refresh_from_db()
    assert (damaged.state, whole.state) == ("held", "stored")


def test_command_reports_the_results_for_held_files(daemon, settings, capsys):
    daemon.stop()
    keep(send(PDF))
    settings.CLAMD = None
    call_command("scan_held")
    said = "Held files found clean: 0. Refused for malware: 0. Still held: 1. No scanner is configured: set CLAMD.\n"
    assert capsys.readouterr().out == said
    assert Attachment.objects.get().state == "held"
