"""A change of what readers see has a kind, and is recorded."""

import datetime

import pytest
import reversion
from django.utils import timezone

from editorial.models import ChangeRecord, Reviewer
from editorial.workflow import change_kinds
from editorial.workflow.change_kinds import record
from tests.editorial.test_revisions import address, form_of
from tests.factories import make_staff, make_treatment

pytestmark = pytest.mark.django_db


def test_kinds_are_asked_for_where_readers_see_a_change(admin):
    page = make_treatment()
    form = form_of(admin, page)
    checked = {"change_kind": "checked", "review_due_on": timezone.localdate() + datetime.timedelta(days=180)}
    changed = {"summary": page.summary + " Yes.", "change_kind": ""}
    for data, why in (
        (changed, change_kinds.SAY_WHICH),
        (changed | checked, change_kinds.NOT_THE_SAME),
        (changed | {"change_kind": "update"}, "readers are told"),
        ({"change_kind": "checked"}, "Say when it is due again"),
    ):
        assert why in admin.post(address(page), form | data).content.decode(), data
    assert not ChangeRecord.objects.exists()
    assert admin.post(address(page), form | {"change_kind": "", "also_called": "x"}).status_code == 302
    assert not ChangeRecord.objects.exists()
    form = form_of(admin, page) | checked
    assert admin.post(address(page), form).status_code == 302
    admin.post(address(page), form_of(admin, page) | changed | {"change_kind": "update", "change_note": "New."})
    admin.post("/admin/phases/treatmentoption/", {"action": "archive", "post": "yes", "_selected_action": [page.pk]})
    admin.post("/admin/phases/treatmentoption/", {"action": "withdraw", "_selected_action": [page.pk]})
    admin.post("/admin/phases/treatmentoption/", {"action": "publish", "_selected_action": [page.pk]})
    rows = list(ChangeRecord.objects.order_by("pk").values_list("kind", "number"))
    assert rows == [("checked", 1), ("update", 2), ("archived", 3), ("draft", None), ("new", 4)]
    page.refresh_from_db()
    assert (
        page.reviewed_on.year >= 2026
        and 'name="change_kind"' not in admin.get("/admin/phases/treatmentoption/add/").content.decode()
    )


def test_unsigned_text_that_was_taken_down_comes_back_as_it_was_and_not_changed(admin):
    page = make_treatment()
    Reviewer.objects.create(user=make_staff("doc"), name="A. Reviewer", credentials="MD", conflicts="None")
    with reversion.create_revision():
        page.save()
        record(page, "new")
    where = "/admin/phases/treatmentoption/"
    picked = {"_selected_action": [page.pk]}
    admin.post(where, picked | {"action": "archive", "post": "yes"})
    admin.post(where, picked | {"action": "publish"})
    page.refresh_from_db()
    assert page.is_published()
    admin.post(address(page), form_of(admin, page) | {"status": "archived", "what_it_does": "Else.[@a-source]"})
    assert change_kinds.SIGN_FIRST in admin.post(where, picked | {"action": "publish"}, follow=True).content.decode()
