"""Signing in by the form, as a person does."""

from django.test import Client

from tests.factories import PASSWORD, app_code

SIGN_IN, CODE, SET_UP = "/staff/sign-in/", "/staff/sign-in/code/", "/staff/second-factor/app/"
CODES, NEW_CODES = "/staff/second-factor/codes/", "/staff/second-factor/codes/new/"
TOO_MANY = "Too many wrong attempts."
WRONG = "Incorrect user name or password."


DESK = "198.51.100.1"


def give_password(client: Client, username: str = "editor", password: str = PASSWORD, address: str = DESK):
    return client.post(SIGN_IN, {"login": username, "password": password}, REMOTE_ADDR=address)


def give_code(client: Client, code: str | None = None):
    return client.post(CODE, {"code": app_code() if code is None else code}, REMOTE_ADDR=DESK)


def sign_in(client: Client, username: str = "editor"):
    assert give_password(client, username)["Location"] == CODE
    response = give_code(client)
    assert response.status_code == 302, response.content.decode()
    return response


def is_in(client: Client) -> bool:
    return client.get("/admin/jsi18n/").status_code == 200  # of all pages of staff the one that takes least
