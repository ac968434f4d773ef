"""Roles are there after `migrate`, complete, and keep apart what must be kept apart."""

from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission, User
from django.db import connection

from accounts import roles
from tests import state
from tests.factories import make_staff
from tests.prebuilt import migrated

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


def test_roles_of_content_have_no_right_to_requests_and_the_other_way_round():
    for role in ("Editors", "Publishers", "Medical reviewers"):
        assert {name.split(".")[0] for name in roles.ROLES[role]} == {"articles", "editorial", "phases", "translations"}
        assert rights(role) == set(roles.ROLES[role]), "every one of these rights exists"
    for role in ("Intake", "Intake leads"):
        assert {name.split(".")[0] for name in roles.ROLES[role]} == {"callbacks"}
    assert set(roles.ROLES["Intake"]) < set(roles.ROLES["Intake leads"])
    assert set(roles.ROLES["Publishers"]) - set(roles.ROLES["Editors"]) == {"editorial.publish_page"}


def test_editors_of_the_release_before_go_on_publishing_and_those_who_come_later_do_not():
    upgrade = import_module("accounts.migrations.0002_roles").keep_their_right
    Group.objects.filter(name="Publishers").delete()
    make_staff("before", roles=("Editors",))
    for username in ("later", "even later"):
        upgrade(apps, connection.schema_editor())
        roles.complete()
        make_staff(username, roles=("Editors",))
    may = [user.username for user in User.objects.all() if user.has_perm("editorial.publish_page")]
    assert may == ["before"]


def test_only_leads_export_erase_open_originals_and_see_the_record():
    for right in ("export_callbackrequest", "delete_callbackrequest", "download_original", "view_accessrecord"):
        having = [role for role, names in roles.ROLES.items() if f"callbacks.{right}" in names]
        assert having == ["Intake leads"], right


def test_completing_again_adds_new_permissions_and_removes_none():
    group = Group.objects.get(name="Intake")
    group.permissions.remove(*group.permissions.all())
    group.permissions.add(Permission.objects.get(codename="view_topic"))
    roles.complete()
    assert rights("Intake") == set(roles.ROLES["Intake"]) & existing() | {"articles.view_topic"}


def test_first_migrate_of_a_new_machine_makes_them():
    query = "SELECT count(*) FROM auth_group_permissions JOIN auth_group ON auth_group.id = group_id WHERE name = ?"
    assert state.rows(migrated(), query, "Editors") == [(len(roles.ROLES["Editors"]),)]
