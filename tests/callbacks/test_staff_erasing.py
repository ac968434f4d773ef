"""Leads erase requests, one or many, each after a page that says what is lost; and who read what is theirs to see."""

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from callbacks.casework import erasure
from callbacks.models import AccessRecord, CallbackRequest, Erasure
from tests.callbacks.helpers import (
    ERASE,
    EXPORT,
    QUEUE,
    VIEW,
    WORK,
    objects_in_store,
    page_of,
    records,
    said,
    sign_in,
    step,
    stored,
    submit,
    text_of,
)

pytestmark = pytest.mark.django_db

LOG = reverse("admin:callbacks_accessrecord_changelist")
ERASURES = reverse("admin:callbacks_erasure_changelist")


@pytest.mark.parametrize("state", ["claimed", "closed"])
def test_request_merged_into_an_erased_one_waits_again_if_that_waited(staff, claimed, alex, state):
    other = submit(nonce="b")
    staff.post(step("merge", claimed), {"other": other.pk, "confirmed": "yes"})
    CallbackRequest.objects.filter(pk=claimed.pk).update(state=state)
    withdrawn = submit(nonce="c")
    CallbackRequest.objects.filter(pk=withdrawn.pk).update(merged_into=claimed)
    erasure.withdraw(withdrawn)
    claimed.refresh_from_db()
    erasure.erase(claimed, by=alex)
    other.refresh_from_db(), withdrawn.refresh_from_db()
    assert (other.state, other.merged_into) == ("new" if state == "claimed" else "closed", None)
    assert withdrawn.state == "withdrawn"


def test_erasing_asks_first_then_removes_all_and_leaves_only_the_reference(
    client, asked, django_capture_on_commit_callbacks
):
    sign_in(client, VIEW, ERASE)
    words = text_of(client.get(step("delete", asked)))
    assert asked.reference in words
    assert "Nobody will make it." in words
    assert "Miller" not in words
    assert CallbackRequest.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(step("erase"), {"selected": asked.pk, "post": "yes"})
    assert (response.status_code, response["Location"]) == (303, QUEUE)
    assert said(response) == f"Erased: {asked.reference}."
    assert not CallbackRequest.objects.exists()
    assert objects_in_store() == []
    assert records() == [("erased", asked.reference)]
    assert (Erasure.objects.get().reason, Erasure.objects.get().files) == ("staff", 1)
    assert not LogEntry.objects.exists()


def test_several_are_erased_at_once_after_a_page_that_names_them(client, asked, django_capture_on_commit_callbacks):
    other, kept = submit(stored(), nonce="b"), submit(nonce="c")
    sign_in(client, VIEW, ERASE)
    chosen = {"selected": [asked.pk, other.pk]}
    words = text_of(client.post(step("erase"), chosen))
    assert asked.reference in words and other.reference in words and kept.reference not in words
    assert CallbackRequest.objects.count() == 3
    with django_capture_on_commit_callbacks(execute=True):
        client.post(step("erase"), chosen | {"post": "yes"})
    assert CallbackRequest.objects.get() == kept
    assert objects_in_store() == []


@pytest.mark.parametrize("permissions", [(VIEW, WORK, EXPORT), (WORK, ERASE)])
def test_erasing_needs_its_own_permission(client, asked, permissions):
    sign_in(client, *permissions)
    assert client.get(step("delete", asked)).status_code == 403
    assert client.post(step("delete", asked), {"post": "yes"}).status_code == 403
    assert client.post(step("erase"), {"selected": asked.pk, "post": "yes"}).status_code == 403
    assert CallbackRequest.objects.exists()
    if VIEW in permissions:
        assert step("delete", asked) not in client.get(page_of(asked)).content.decode()


def test_erasing_nothing_or_nonsense_erases_nothing(client, asked):
    sign_in(client, VIEW, ERASE)
    for selected in ([], ["x"], ["' OR 1=1"], ["00000000-0000-0000-0000-000000000000"], ["../../etc"]):
        response = client.post(step("erase"), {"selected": selected, "post": "yes"})
        assert response.status_code == 303
        assert "Choose the requests first." in said(response), selected
    client.post(step("delete", asked), {"post": "yes"})
    assert CallbackRequest.objects.exists()


def test_access_log_and_erasures_can_be_read_and_not_changed(client, asked):
    sign_in(client, superuser=True)
    client.get(page_of(asked))
    erasure.erase(submit(nonce="b"), by=AccessRecord.objects.get().who)
    assert asked.reference in text_of(client.get(LOG))
    assert "Erased by staff" in text_of(client.get(ERASURES))
    for name, row in (("accessrecord", AccessRecord.objects.first()), ("erasure", Erasure.objects.get())):
        change, delete = (reverse(f"admin:callbacks_{name}_{page}", args=[row.pk]) for page in ("change", "delete"))
        assert client.post(change, {"username": "somebody else", "requests": 9}).status_code == 403
        assert client.post(delete, {"post": "yes"}).status_code == 403
        assert client.get(reverse(f"admin:callbacks_{name}_add")).status_code == 403
    client.post(
        LOG, {"action": "delete_selected", "_selected_action": [AccessRecord.objects.first().pk], "post": "yes"}
    )
    assert AccessRecord.objects.count() == 2
    assert set(AccessRecord.objects.values_list("username", flat=True)) == {"intake"}


def test_access_log_finds_a_reference_however_it_is_said(client, asked):
    sign_in(client, superuser=True).get(page_of(asked))
    assert "1 access record" in text_of(client.get(LOG, {"q": asked.reference.lower().replace("-", "")}))


@pytest.mark.parametrize(
    ("permissions", "log", "erasures"),
    [
        (["callbacks.view_accessrecord"], 200, 403),
        (["callbacks.view_erasure"], 403, 200),
        ([VIEW, WORK, ERASE, EXPORT], 403, 403),
    ],
)
def test_access_log_and_erasures_need_their_own_permissions(client, permissions, log, erasures):
    sign_in(client, *permissions)
    assert (client.get(LOG).status_code, client.get(ERASURES).status_code) == (log, erasures)


def test_calls_notes_and_files_have_no_admin_list(admin):
    for model in ("callattempt", "note", "attachment"):
        assert admin.get(f"/admin/callbacks/{model}/").status_code == 404, model
