"""The intake queue: who may read what, that each reading is written down, and that nothing leaks on the way."""

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from callbacks.details import Details
from callbacks.models import AccessRecord, CallbackRequest
from callbacks.services import submit
from tests.callbacks.helpers import (
    DETAILS,
    JPEG,
    PDF,
    VIEW,
    File,
    file_of,
    objects_in_store,
    page_of,
    post_form,
    sign_in,
)
from tests.factories import make_staff

pytestmark = pytest.mark.django_db


LIST = reverse("admin:callbacks_callbackrequest_changelist")


CHANGE = "callbacks.change_callbackrequest"


DELETE = "callbacks.delete_callbackrequest"


@pytest.mark.parametrize(
    ("permissions", "status"),
    [((), 403), (("articles.change_article",), 403), ((VIEW,), 200), ((CHANGE,), 200), ((DELETE,), 403)],
)
def test_only_staff_with_the_right_read_requests_and_files(client, request_, permissions, status):
    sign_in(client, *permissions)
    for url in (LIST, page_of(request_), file_of(request_)):
        assert client.get(url).status_code == status
    assert AccessRecord.objects.count() == (2 if status == 200 else 0)


def test_nobody_reads_anything_without_signing_in(client, request_):
    for url in (LIST, page_of(request_), file_of(request_), page_of(request_, "delete")):
        response = client.get(url)
        assert response.status_code == 302
        assert response["Location"].startswith(reverse("admin:login"))


def test_account_that_is_no_staff_reads_nothing(client, request_):
    user = make_staff("former", permissions=(VIEW,))
    user.is_staff = False
    user.save()
    client.force_login(user)
    for url in (LIST, page_of(request_), file_of(request_)):
        assert client.get(url).status_code == 302


def test_right_to_view_is_no_right_to_change_or_erase(client, request_):
    sign_in(client, VIEW)
    client.post(page_of(request_), {"state": "closed"})
    client.post(page_of(request_, "delete"), {"post": "yes"})
    client.post(LIST, {"action": "delete_selected", "_selected_action": [request_.pk], "post": "yes"})
    assert CallbackRequest.objects.get().state == "new"


def test_nobody_adds_requests_by_hand(client):
    assert sign_in(client, superuser=True).get(reverse("admin:callbacks_callbackrequest_add")).status_code == 403


def test_list_shows_references_and_no_names(client, request_):
    page = sign_in(client, VIEW).get(LIST).content.decode()
    assert request_.reference in page
    assert "Miller" not in page
    assert '<td class="field-file_count">1</td>' in page
    assert AccessRecord.objects.count() == 0


def test_list_puts_those_who_still_wait_first_and_longest_on_top(client):
    rows = [submit(details=DETAILS, nonce=str(number), received={}) for number in range(4)]
    CallbackRequest.objects.filter(pk=rows[0].pk).update(state="closed")
    CallbackRequest.objects.filter(pk=rows[1].pk).update(state="attempted")
    shown = sign_in(client, VIEW).get(LIST).context["cl"].result_list
    assert [row.pk for row in shown] == [rows[number].pk for number in (1, 2, 3, 0)]


def test_list_finds_a_request_by_its_reference(client, request_):
    sign_in(client, VIEW)
    assert request_ in client.get(LIST, {"q": request_.reference.lower()}).context["cl"].result_list
    assert not client.get(LIST, {"q": "Miller"}).context["cl"].result_list


def test_list_takes_the_same_few_queries_however_long_it_is(client, django_assert_max_num_queries):
    for number in range(30):
        submit(details=DETAILS, nonce=str(number), received={})
    sign_in(client, VIEW)
    with django_assert_max_num_queries(10):
        client.get(LIST)


def test_page_shows_when_to_call_before_whom_and_where(client, request_):
    response = sign_in(client, CHANGE, VIEW).get(page_of(request_))
    page = response.content.decode()
    order = ['name="state"', "Evening", "Zoë Miller", 'href="tel:+12125550123"', "Knock first.", file_of(request_)]
    positions = [page.index(item) for item in order]
    assert positions == sorted(positions)
    assert "+1 212-555-0123" in page
    assert "not taken: wrong kind" in page
    assert file_of(request_, "file_2") not in page
    assert "no-store" in response["Cache-Control"]


def test_page_shows_hostile_text_as_text(client):
    details = Details(name="<script>alert(1)</script>", phone="+12125550123", message="</div><img src=x onerror=a>")
    request = submit(details=details, nonce="a-nonce", received={})
    post_form(client, ("file_1", File(PDF, b"&lt;img src=x onerror=b&gt;.pdf")))
    sign_in(client, VIEW)
    page = client.get(page_of(request)).content.decode()
    page += client.get(page_of(CallbackRequest.objects.exclude(pk=request.pk).get())).content.decode()
    assert "<script>alert" not in page
    assert "<img" not in page
    assert "&lt;img src=x onerror=a&gt;" in page
    assert "&lt;img src=x onerror=b&gt;" in page


def test_each_reading_is_recorded(client, request_):
    sign_in(client, VIEW)
    client.get(page_of(request_))
    client.get(page_of(request_))
    b"".join(client.get(file_of(request_)).streaming_content)
    records = AccessRecord.objects.order_by("at").values_list("username", "action", "request_reference", "slot")
    viewed = ("intake", "viewed", request_.reference, "")
    assert list(records) == [viewed, viewed, ("intake", "downloaded", request_.reference, "file_1")]


def test_page_that_comes_back_with_an_error_is_recorded_too(client, request_):
    sign_in(client, VIEW, CHANGE)
    assert client.post(page_of(request_), {"state": "nonsense"}).status_code == 200
    assert AccessRecord.objects.count() == 1


def test_state_can_be_changed_and_nothing_else(client, request_):
    sign_in(client, VIEW, CHANGE)
    sealed = bytes(request_.sealed)
    response = client.post(page_of(request_), {"state": "claimed", "name": "Somebody", "sealed": "x"})
    assert response.status_code == 302
    request_.refresh_from_db()
    assert request_.state == "claimed"
    assert bytes(request_.sealed) == sealed
    entry = LogEntry.objects.get()
    assert entry.object_repr == request_.reference
    assert "claimed" not in entry.change_message


def test_state_saved_while_the_person_corrects_a_number_loses_neither(request_, rf):
    as_opened_by_staff = CallbackRequest.objects.get()
    corrected = Details(name="Zoë Miller", phone="+12125550199")
    submit(details=corrected, nonce=request_.form_key, received={})
    model_admin = admin.site.get_model_admin(CallbackRequest)
    form = model_admin.get_form(rf.post("/"), as_opened_by_staff)({"state": "claimed"}, instance=as_opened_by_staff)
    model_admin.save_model(rf.post("/"), form.save(commit=False), form, change=True)
    request_.refresh_from_db()
    assert request_.state == "claimed"
    assert request_.open_details() == corrected


def test_damaged_details_are_said_and_the_page_stays_readable(client, request_):
    CallbackRequest.objects.update(sealed=b"\x01damaged")
    response = sign_in(client, VIEW).get(page_of(request_))
    assert response.status_code == 200
    assert "This cannot be opened" in response.content.decode()


def test_damaged_key_is_said_and_the_file_can_still_be_had(client, request_):
    CallbackRequest.objects.update(wrapped_key=b"damaged")
    sign_in(client, VIEW)
    assert "This cannot be opened" in client.get(page_of(request_)).content.decode()
    assert b"".join(client.get(file_of(request_)).streaming_content) == JPEG * 200


def test_erasing_one_request_removes_its_files_and_leaves_only_the_reference(
    client, request_, django_capture_on_commit_callbacks
):
    sign_in(client, VIEW, DELETE)
    assert client.get(page_of(request_, "delete")).status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        client.post(page_of(request_, "delete"), {"post": "yes"})
    assert CallbackRequest.objects.count() == 0
    assert objects_in_store() == []
    assert LogEntry.objects.get().object_repr == request_.reference
    assert AccessRecord.objects.get().action == "erased"


def test_erasing_many_requests_removes_their_files(client, request_, django_capture_on_commit_callbacks):
    post_form(client, ("file_1", File(PDF)))
    sign_in(client, VIEW, DELETE)
    selected = [str(request.pk) for request in CallbackRequest.objects.all()]
    with django_capture_on_commit_callbacks(execute=True):
        client.post(LIST, {"action": "delete_selected", "_selected_action": selected, "post": "yes"})
    assert CallbackRequest.objects.count() == 0
    assert objects_in_store() == []
    assert AccessRecord.objects.filter(action="erased").count() == 2


def test_access_records_can_be_read_and_not_changed(client, request_):
    sign_in(client, superuser=True)
    client.get(page_of(request_))
    record = AccessRecord.objects.get()
    records = reverse("admin:callbacks_accessrecord_changelist")
    assert request_.reference in client.get(records).content.decode()
    change = reverse("admin:callbacks_accessrecord_change", args=[record.pk])
    delete = reverse("admin:callbacks_accessrecord_delete", args=[record.pk])
    assert client.post(change, {"username": "somebody else"}).status_code == 403
    assert client.post(delete, {"post": "yes"}).status_code == 403
    assert client.get(reverse("admin:callbacks_accessrecord_add")).status_code == 403
    assert AccessRecord.objects.get().username == "intake"


def test_access_records_need_a_right_of_their_own(client, request_):
    records = reverse("admin:callbacks_accessrecord_changelist")
    assert sign_in(client, VIEW, CHANGE, DELETE).get(records).status_code == 403
