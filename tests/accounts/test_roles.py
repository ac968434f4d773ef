"""Roles are there after `migrate`, complete, and keep apart what must be kept apart."""

import pytest
from django.contrib.auth.models import Group, Permission

from accounts import roles
from tests import state
from tests.built import migrated

pytestmark = pytest.mark.django_db


def rights(role: str) -> set[str]:
    found = Group.objects.get(name=role).permissions.values_list("content_type__app_label", "codename")
    return {f"{app}.{codename}" for app, codename in found}


def existing() -> set[str]:
    found = Permission.objects.values_list("content_type__app_label", "codename")
    return {f"{app}.{codename}" for app, codename in found}


@pytest.mark.parametrize("role", roles.ROLES)
def test_role_has_all_its_rights_that_exist_and_no_others(role):
    assert rights(role) == set(roles.ROLES[role]) & existing()


def test_editors_touch_content_only_and_intake_callbacks_only():
    assert {name.split(".")[0] for name in roles.ROLES["Editors"]} == {"articles", "editorial", "phases"}
    assert rights("Editors") == set(roles.ROLES["Editors"]), "every right of an editor exists"
    for role in ("Intake", "Intake leads"):
        assert {name.split(".")[0] for name in roles.ROLES[role]} == {"callbacks"}
    assert set(roles.ROLES["Intake"]) < set(roles.ROLES["Intake leads"])


def test_only_leads_export_erase_open_originals_and_see_the_record():
    for right in ("export_callbackrequest", "delete_callbackrequest", "download_original", "view_accessrecord"):
        having = [role for role, names in roles.ROLES.items() if f"callbacks.{right}" in names]
        assert having == ["Intake leads"], right


def test_completing_again_adds_what_came_later_and_takes_nothing_away():
    group = Group.objects.get(name="Intake")
    group.permissions.remove(*group.permissions.all())
    group.permissions.add(Permission.objects.get(codename="view_topic"))
    missing = roles.complete()
    assert rights("Intake") == set(roles.ROLES["Intake"]) & existing() | {"articles.view_topic"}
    assert set(missing) == {name for names in roles.ROLES.values() for name in names} - existing()


def test_first_migrate_of_a_new_machine_makes_them():
    query = "SELECT count(*) FROM auth_group_permissions JOIN auth_group ON auth_group.id = group_id WHERE name = ?"
    assert state.rows(migrated(), query, "Editors") == [(len(roles.ROLES["Editors"]),)]
