"""Who may do what: role × address × action. A new address is one line in the table."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib import admin as django_admin
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import reverse

from articles.models import Article
from callbacks.models import CallbackRequest
from editorial.models import MailChoice
from tests.accounts.helpers import SET_UP
from tests.callbacks.helpers import JPEG, File, page_of, post_form, step
from tests.editorial.test_images import picture
from tests.factories import make_article, make_staff

pytestmark = [pytest.mark.django_db, pytest.mark.any_backend]

ROLES = {
    "intake": "Intake",
    "lead": "Intake leads",
    "reviewer": "Medical reviewers",
    "editor": "Editors",
    "publisher": "Publishers",
}
WHO = ["anonymous", "closed", "superuser without factor", *ROLES, "superuser"]
EVERYBODY, SUPERUSERS = set(WHO), {"superuser"}
INTAKE, LEADS = {"intake", "lead", "superuser"}, {"lead", "superuser"}
PUBLISHERS = {"publisher", "superuser"}
EDITORS = {"editor"} | PUBLISHERS
CONTENT_READERS = {"reviewer"} | EDITORS
STAFF = CONTENT_READERS | INTAKE
CONTENT = {"articles", "editorial", "phases", "translations"}


@dataclass(frozen=True)
class Row:
    """An address, what is sent to it, and who gets through.

    `scripted`: refusals come as 403, never as a page. `done` says whether what was sent had its effect, for an address
    that leads back to the list in any case.
    """

    name: str
    path: str | Callable[[CallbackRequest], str]
    may: set[str]
    post: dict | Callable[[], dict] | None = None
    scripted: bool = False
    done: Callable[[], bool] | None = None


def _upload() -> dict:
    return {"image": SimpleUploadedFile("a.png", picture(), "image/png")}


def _step(name: str, *more: str) -> Callable[[CallbackRequest], str]:
    return lambda request: step(name, request, *more)


def _article(page: str = "change", **values) -> Callable[[CallbackRequest], str]:
    return lambda request: f"/admin/articles/article/{make_article(**values).pk}/{page}/"


def _picked(action: str) -> Callable[[], dict]:
    return lambda: {"action": action, "post": "yes", "_selected_action": [make_article(status="in-review").pk]}


def _is(state: str) -> Callable[[], bool]:
    return lambda: Article.objects.filter(status=state).exists()


ROWS = [
    Row("front page", "/", EVERYBODY),
    Row("contact form", "/contact/", EVERYBODY),
    Row("send the contact form", "/contact/", EVERYBODY, post={"name": "", "token": "x"}),
    Row("health", "/healthz", EVERYBODY),
    Row("list of static files", "/static/staticfiles.json", EVERYBODY),
    Row("staff sign-in", "/staff/sign-in/", EVERYBODY),
    Row("Markdown preview", "/admin/markdownx/preview/", EDITORS, post={"content": "x"}, scripted=True),
    Row("Markdown upload", "/admin/markdownx/upload/", EDITORS, post=_upload, scripted=True),
    Row("admin index", "/admin/", STAFF),
    Row("admin scripts", "/admin/jsi18n/", STAFF),
    Row("list of articles", "/admin/articles/article/", CONTENT_READERS),
    Row("read a draft", _article(status="draft"), CONTENT_READERS),
    Row("preview a draft", _article("preview", status="draft"), CONTENT_READERS),
    Row("history of an article", _article("history"), CONTENT_READERS),
    Row("add an article", "/admin/articles/article/add/", EDITORS),
    Row("save an article", "/admin/articles/article/add/", EDITORS, post={"title": ""}),
    Row("change a draft", _article(status="draft"), EDITORS, post={"title": ""}),
    Row("draft a change of a published article", _article(), EDITORS, post={"title": "", "_save_draft": ""}),
    *(
        Row(f"{name} an article", "/admin/articles/article/", PUBLISHERS, post=_picked(name), done=_is(state))
        for name, state in (("publish", "published"), ("archive", "archived"))
    ),
    Row("deleted articles", "/admin/articles/article/deleted/", EDITORS),
    Row("delete an article", _article("delete"), SUPERUSERS),
    Row("list of stages", "/admin/phases/phase/", CONTENT_READERS),
    Row("list of treatments", "/admin/phases/treatmentoption/", CONTENT_READERS),
    Row("list of topics", "/admin/articles/topic/", CONTENT_READERS),
    Row("library of pictures", "/admin/editorial/picture/", EDITORS),
    Row("add a picture", "/admin/editorial/picture/add/", EDITORS),
    Row("pick a picture", "/admin/editorial/picture/pick/", EDITORS),
    Row("list of sources", "/admin/editorial/source/", CONTENT_READERS),
    Row("add a source", "/admin/editorial/source/add/", EDITORS),
    Row("glossary", "/admin/editorial/glossaryterm/", CONTENT_READERS),
    Row("add a word", "/admin/editorial/glossaryterm/add/", EDITORS),
    Row("clinic details and opening times", "/admin/editorial/clinic/", CONTENT_READERS),
    Row("list of help lines", "/admin/editorial/helpline/", CONTENT_READERS),
    Row("add a help line", "/admin/editorial/helpline/add/", EDITORS),
    Row("old addresses", "/admin/editorial/oldaddress/", CONTENT_READERS),
    Row("list of page reports", "/admin/editorial/pagereport/", EDITORS),
    Row("report a problem on a page", "/feedback/", EVERYBODY, post={"words": ""}),
    Row("list of requests", "/admin/callbacks/callbackrequest/", INTAKE),
    Row("a request", page_of, INTAKE),
    Row("a request's file", _step("file", "file_1"), INTAKE),
    Row("a request's original", _step("original", "file_1"), LEADS),
    Row("a request's sheet", _step("sheet"), INTAKE),
    Row("see the number", _step("reveal"), INTAKE, post={}),
    *(Row(f"{name} a request", _step(name), INTAKE, post={}) for name in ("claim", "release", "close", "reopen")),
    Row("log a call", _step("attempt"), INTAKE, post={"outcome": "no_answer"}),
    Row("add a note", _step("note"), INTAKE, post={"text": "Called."}),
    Row("record a disclosure", _step("disclosure"), INTAKE, post={"to": "A hospital"}),
    Row("an account of disclosures", _step("account"), INTAKE),
    Row("find a number", "/admin/callbacks/callbackrequest/find/", INTAKE, post={"phone": "212 555 0123"}),
    Row("export", "/admin/callbacks/callbackrequest/export/", LEADS, post={}),
    Row("erase several", "/admin/callbacks/callbackrequest/erase/", LEADS, post={}),
    Row("erase a request", lambda request: page_of(request, "delete"), LEADS),
    Row("waiting times and promises", "/admin/callbacks/callbackrequest/waiting-times/", LEADS),
    Row("access log", "/admin/callbacks/accessrecord/", LEADS),
    Row("export the access log", "/admin/callbacks/accessrecord/export/", LEADS, post={}),
    Row("counts of what was erased", "/admin/callbacks/erasure/", LEADS),
    Row("components of readers' pages", "/admin/components/", STAFF),
    Row("system status", "/admin/readiness/", SUPERUSERS),
    Row("list of users", "/admin/auth/user/", SUPERUSERS),
    Row("add a user", "/admin/auth/user/add/", SUPERUSERS),
    Row("list of roles", "/admin/auth/group/", SUPERUSERS),
]


@pytest.fixture
def request_(client) -> CallbackRequest:
    post_form(client, ("file_1", File(JPEG * 50)))
    return CallbackRequest.objects.get()


def come_as(client, who: str) -> None:
    """Signs `client` in; the account that is closed is closed after that, as when somebody leaves."""
    roles = {name: (role,) for name, role in ROLES.items()} | {"closed": ("Publishers", "Intake leads")}
    if who != "anonymous":
        user = make_staff(
            "somebody",
            roles=roles.get(who, ()),
            superuser=who.startswith("superuser"),
            second_factor=who != "superuser without factor",
        )
        client.force_login(user)
        User.objects.filter(pk=user.pk).update(is_active=who != "closed")


def answer(client, row: Row, request: CallbackRequest) -> str:
    """What a visitor gets: in, sign in, set up, or refused."""
    path = row.path(request) if callable(row.path) else row.path
    if row.post is None:
        response = client.get(path)
    else:
        response = client.post(path, row.post() if callable(row.post) else row.post)
    if response.streaming:
        list(response.streaming_content)  # to its end, which closes what it reads
    if row.done and response.headers.get("Location", path) == path and response.status_code != 403:
        return "in" if row.done() else "refused"
    if response.status_code == 302:
        places = {SET_UP: "set up", reverse("admin:login"): "sign in", "/admin/": "in"}
        return places[response["Location"].split("?")[0]]
    return {200: "in", 303: "in", 409: "in", 422: "in", 400: "in", 403: "refused"}[response.status_code]


def expected(row: Row, who: str) -> str:
    if who in row.may:
        return "in"
    if row.scripted or who in STAFF:
        return "refused"
    return "set up" if who == "superuser without factor" else "sign in"


@pytest.mark.parametrize("who", WHO)
def test_access(client, request_, who):
    come_as(client, who)
    wrong = {}
    for row in ROWS:
        if row.may is EVERYBODY and who in {"closed", *ROLES}:
            continue  # a reader to these addresses, whatever the role
        with transaction.atomic():  # each row meets the site as it was
            given = answer(client, row, request_)
            if given != expected(row, who):
                wrong[row.name] = f"{given}, not {expected(row, who)}"
            transaction.set_rollback(True)
    assert wrong == {}


COLUMNS = {"anonymous": "Anyone"} | ROLES | {"superuser": "Administrators"}


def table() -> str:
    lines = [["", *COLUMNS.values()], ["---"] * (len(COLUMNS) + 1)]
    lines += [[row.name, *("yes" if who in row.may else "" for who in COLUMNS)] for row in ROWS]
    return "".join(f"| {' | '.join(line)} |\n".replace("  ", " ") for line in lines)


def test_documentation_has_this_table():
    text = (Path(settings.BASE_DIR) / "docs" / "roles.md").read_text()
    assert table() in text, f"Put this into docs/roles.md:\n{table()}"


def test_table_names_every_list_of_what_is_not_content():
    named = {row.path for row in ROWS if isinstance(row.path, str)}
    for model in django_admin.site._registry:
        app, name = model._meta.app_label, model._meta.model_name
        assert app in CONTENT or reverse(f"admin:{app}_{name}_changelist") in named, model


def test_list_is_not_filtered_by_what_no_query_holds(admin):
    patterns, zeros = ({"pk__regex": "(a+)+$"}, {"pk__iregex": "a"}), ({"status__exact": "\0"}, {"q": "a\0"})
    halves, years = ({"id__range": "1"}, {"widths__contains": "x"}), ({"at__year": "0"}, {"at__iso_year__exact": "9"})
    for page in ("callbacks/accessrecord", "articles/article", "auth/user", "editorial/picture/pick"):
        for asked in (*patterns, *zeros, *halves, *years, {"id__exact": "9" * 19}, {"q": "x " * 1000}):
            response = admin.get(f"/admin/{page}/", asked)
            assert response.status_code == 400 and b"filtered by that" in response.content, (page, asked)
    for asked in ({"q": "100%00"}, {"published_at__year": "2026", "topics__id__exact": "1"}, {"topics__isnull": "1"}):
        assert admin.get("/admin/articles/article/", asked).status_code == 200


def test_way_to_the_page_of_a_row_that_cannot_be_is_not_found(admin):
    of_request, of_article = map(ContentType.objects.get_for_model, (CallbackRequest, Article))
    assert admin.get(f"/admin/r/{of_request.pk}/1/").status_code == 404
    of_choice = ContentType.objects.get_for_model(MailChoice)
    assert admin.get(f"/admin/r/{of_choice.pk}/{'9' * 19}/").status_code == 404
    article = make_article()
    assert admin.get(f"/admin/r/{of_article.pk}/{article.pk}/").url.endswith(article.get_absolute_url())
