"""Superusers look after users; the first one is made by one command."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission, User
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from editorial.models import Reviewer
from tests.accounts.helpers import SET_UP, give_password, is_in, sign_in
from tests.editorial.test_revisions import address, save
from tests.factories import PASSWORD, make_article, make_staff

pytestmark = pytest.mark.django_db
USERS = "/admin/auth/user/"


@pytest.fixture
def chief(client):
    client.force_login(make_staff("chief", superuser=True))
    return client


def test_second_factor_is_reset_in_the_admin_and_recorded(chief):
    user, theirs = make_staff(), Client()
    sign_in(theirs)
    data = {"action": "reset_second_factor", "_selected_action": [user.pk]}
    page = chief.post(USERS, data, follow=True).content.decode()
    assert "Editor sets up a new second factor" in page
    assert not is_in(theirs)
    assert give_password(theirs)["Location"] == "/admin/" and theirs.get("/admin/")["Location"] == SET_UP
    assert LogEntry.objects.get().get_change_message() == "Reset the second factor."
    assert is_in(chief)


def test_users_list_says_role_and_factor(chief):
    make_staff("intake", roles=("Intake",), second_factor=False)
    page = chief.get(USERS).content.decode()
    assert "Intake" in page and "Administrator" in page and "icon-no" in page and "icon-yes" in page


def test_colleague_is_called_by_name_on_the_pages_of_editors_too(chief):
    article = make_article()
    for name, shown in (("", "<td>chief</td>"), ("Dana", "<td>Dana Reyes</td>")):
        User.objects.update(first_name=name, last_name=name and "Reyes")
        save(chief, article, summary="A summary that is long enough to be published with its page, in words.")
        assert shown in chief.get(address(article, "history")).content.decode()


@pytest.mark.parametrize("path", [USERS, f"{USERS}add/", "/admin/auth/group/", "/admin/auth/group/add/"])
def test_right_to_change_users_is_for_superusers_even_if_given(client, path):
    user = make_staff()
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="auth"))
    client.force_login(user)
    assert client.get(path).status_code == 403


@pytest.mark.parametrize("model", ["mfa/authenticator", "account/emailaddress", "accounts/knownaddress"])
def test_secrets_have_no_page_in_the_admin(chief, model):
    assert chief.get(f"/admin/{model}/").status_code == 404


def test_new_user_needs_a_strong_password(chief):
    data = {"username": "new", "usable_password": "true", "password1": "short", "password2": "short"}
    assert "at least 12" in chief.post(f"{USERS}add/", data).content.decode()
    data |= {"password1": PASSWORD, "password2": PASSWORD}
    assert chief.post(f"{USERS}add/", data).status_code == 302
    assert not User.objects.get(username="new").is_staff


def test_colleague_is_added_with_a_role_in_one_form(chief):
    page = chief.get(f"{USERS}add/").content.decode()
    assert re.search('name="is_staff"[^>]* checked', page) and "LDAP" not in page
    data = {"username": "new", "password1": PASSWORD, "password2": PASSWORD, "email": "n@example.org"}
    data |= {"is_staff": "on", "groups": [Group.objects.get(name="Intake").pk]}
    chief.post(f"{USERS}add/", data)
    new = User.objects.get(username="new")
    assert new.is_staff and new.email == "n@example.org" and new.groups.get().name == "Intake"
    shown = chief.get(f"{USERS}{new.pk}/change/").content.decode()
    assert "Set a new password" in shown and "pbkdf2" not in shown


def test_colleague_without_a_role_is_told(chief):
    data = {"username": "new", "password1": PASSWORD, "password2": PASSWORD, "is_staff": "on"}
    told = "Without a role, new may do nothing yet. Choose one under Groups."
    assert told in chief.post(f"{USERS}add/", data, follow=True).content.decode()
    data |= {"username": "other", "groups": [Group.objects.get(name="Intake").pk]}
    html = chief.post(f"{USERS}add/", data, follow=True).content.decode()
    assert "Without a role" not in html and "Add other" not in html


def test_reviewer_without_what_readers_see_of_them_is_told_until_it_is_there(chief):
    user = make_staff("clinician", roles=("Medical reviewers",))
    data = {"username": "clinician", "is_active": "on", "is_staff": "on"}
    data["groups"] = [Group.objects.get(name="Medical reviewers").pk]
    told = f'Add clinician under <a href="/admin/editorial/reviewer/add/?user={user.pk}">Reviewers</a> too'
    assert told in chief.post(f"{USERS}{user.pk}/change/", data, follow=True).content.decode()
    Reviewer.objects.create(user=user, name="Jo Roe", credentials="MD", conflicts="None")
    assert "Add clinician" not in chief.post(f"{USERS}{user.pk}/change/", data, follow=True).content.decode()


def test_only_an_account_that_was_never_used_is_deleted(chief):
    used, unused = make_staff("used"), make_staff("unused")
    User.objects.filter(pk=used.pk).update(last_login=timezone.now())
    for user in (used, unused):
        chief.post(f"{USERS}{user.pk}/delete/", {"post": "yes"})
        picked = {"action": "delete_selected", "_selected_action": [user.pk], "post": "yes"}
        chief.post(USERS, picked)
    assert list(User.objects.exclude(username="chief")) == [used]


def test_password_set_by_a_superuser_ends_the_users_sessions(chief):
    user, theirs = make_staff(), Client()
    sign_in(theirs)
    page, data = f"{USERS}{user.pk}/password/", {"password1": "another long password", "password2": "another"}
    assert "The two passwords differ" in chief.post(page, data).content.decode()
    assert "authentication" not in chief.get(page).content.decode()  # the words of Django's other choice: no password
    assert chief.post(page, data | {"password2": data["password1"]}).status_code == 302
    assert not is_in(theirs)


def make(monkeypatch, username: str, password: str) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_USERNAME", username)
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", password)
    call_command("make_administrator")


def test_first_administrator_must_set_up_a_second_factor(client, monkeypatch, capsys):
    make(monkeypatch, "chief", PASSWORD)
    assert "/admin/" in capsys.readouterr().out
    assert give_password(client, "chief")["Location"] == "/admin/"
    assert client.get("/admin/")["Location"] == SET_UP


@pytest.mark.parametrize(
    ("username", "password"), [("chief", "short"), ("chief-of-staff", "chief-of-staff"), ("a b", PASSWORD)]
)
def test_administrator_with_a_weak_password_or_no_name_is_refused(monkeypatch, username, password):
    with pytest.raises(CommandError):
        make(monkeypatch, username, password)
    assert not User.objects.exists()


def test_administrator_made_twice_is_refused(monkeypatch):
    make(monkeypatch, "chief", PASSWORD)
    with pytest.raises(CommandError, match="already exists"):
        make(monkeypatch, "chief", "another long password")
    assert User.objects.get().check_password(PASSWORD)


def test_administrator_is_asked_for_name_and_password(monkeypatch, capsys):
    answers = iter([PASSWORD, PASSWORD])
    monkeypatch.setattr("builtins.input", lambda prompt: "chief")
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(answers))
    call_command("make_administrator")
    assert User.objects.get().is_superuser


def test_administrator_who_mistypes_the_password_is_not_made(monkeypatch):
    answers = iter([PASSWORD, f"{PASSWORD}s"])
    monkeypatch.setattr("builtins.input", lambda prompt: "chief")
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(answers))
    with pytest.raises(CommandError, match="The two passwords differ"):
        call_command("make_administrator")
    assert not User.objects.exists()


def test_reset_on_the_server_names_an_unknown_user(capsys):
    make_staff()
    with pytest.raises(CommandError, match="no user 'nobody'"):
        call_command("reset_second_factor", "nobody")
    call_command("reset_second_factor", "editor")
    assert not Authenticator.objects.exists()
    call_command("reset_second_factor", "editor")
    assert "There was no second factor" in capsys.readouterr().out
