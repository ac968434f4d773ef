"""No save erases another, each is kept, and what was changed or deleted comes back."""

import re
import time

import pytest
import reversion
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles.models import Article
from editorial.models import HelpLine
from editorial.workflow import revisions
from phases.models import Phase, Symptom
from tests.factories import make_article, make_phase, make_source, make_staff, make_symptom
from tests.trees import tree_of

pytestmark = pytest.mark.django_db


def address(page, view: str = "change") -> str:
    return f"/admin/{page._meta.app_label}/{page._meta.model_name}/{page.pk}/{view}/"


def form_of(client, page) -> dict[str, str | list[str]]:
    """What a browser would send back of the change form, as a change of wording."""
    return fields_of(client.get(address(page)).content.decode(), page)


def fields_of(html, page) -> dict[str, str | list[str]]:
    (form,) = (form for form in tree_of(html).iter("form") if form.get("id") == f"{page._meta.model_name}_form")
    assert len(list(form.iter("form"))) == 1, "a browser would end it at a form within"
    data: dict = {}
    for field in form.iter():
        name = field.get("name")
        if not name or field.tag not in {"input", "textarea", "select"}:
            continue
        if field.tag == "select":
            chosen = [option.get("value") for option in field.iter("option") if option.get("selected") is not None]
            data[name] = chosen if field.get("multiple") is not None else (chosen or [""])[0]
        elif field.tag == "textarea":
            data[name] = (field.text or "").removeprefix("\n")
        elif field.get("type") not in {"submit", "checkbox", "radio"} or field.get("checked") is not None:
            data[name] = field.get("value", "")
    kept = {name: value for name, value in data.items() if "__prefix__" not in name and not name.startswith("_save")}
    return {"change_kind": "wording"} | kept


def save(client, page, **changed):
    response = client.post(address(page), form_of(client, page) | changed)
    assert response.status_code == 302, response.context["errors"]


def bring_back(client, version):
    model = version.content_type
    return client.post(f"/admin/{model.app_label}/{model.model}/bring-back/{version.pk}/", follow=True)


def other_editor(client):
    client.force_login(make_staff("other", roles=("Publishers",)))
    return client


def test_save_of_a_page_that_another_saved_meanwhile_is_refused_once_and_says_who(admin, client):
    article = make_article()
    mine = form_of(admin, article) | {"body": "Mine.[@a-source]"}
    save(admin, article, body="Theirs.[@a-source]")
    response = admin.post(address(article), mine)
    html = response.content.decode()
    assert response.status_code == 200 and "saved this page at" in html and "Mine." in html
    article.refresh_from_db()
    assert article.body == "Theirs.[@a-source]"
    (asked,) = re.findall(r'/history/(\?from=\d+&amp;to=\d+)"', html)
    comparison = admin.get(address(article, "history") + asked.replace("&amp;", "&"))
    assert "<ins>Theirs</ins>" in comparison.content.decode()
    again = mine | {"_opened_at": revisions.history(article)[0].pk}
    assert admin.post(address(article), again).status_code == 302
    article.refresh_from_db()
    assert article.body == "Mine.[@a-source]"
    bodies = [version.field_dict["body"] for version in revisions.history(article)]
    assert bodies == ["Mine.[@a-source]", "Theirs.[@a-source]", "Text.[@a-source]"]


def test_history_shows_who_changed_what_side_by_side(admin):
    article = make_article(body="One two three.[@a-source]\n\nThe same.")
    save(admin, article, body="One 2 three.[@a-source]\n\nThe same.", title="Another title")
    new, old = revisions.history(article)
    html = admin.get(f"{address(article, 'history')}?from={old.pk}&to={new.pk}").content.decode()
    assert "One <del>two</del> three." in html and "One <ins>2</ins> three." in html
    assert "Changed Title and Body." in html or "Title" in html.split("Revisions")[0]
    assert "The same." not in html.split("Revisions, newest first")[0]
    assert "Wording: the meaning is the same." in html.split("Revisions, newest first")[1]


def test_revision_is_brought_back_with_the_address_and_state_of_today(admin):
    article = make_article()
    save(admin, article, body="Wrong.[@a-source]", slug="new-address")
    bring_back(admin, revisions.history(article).last())
    article.refresh_from_db()
    assert (article.body, article.slug, article.status) == ("Text.[@a-source]", "new-address", "published")
    assert revisions.history(article).count() == 3 and "Text." in admin.get("/articles/new-address/").content.decode()


def test_revision_that_may_not_be_published_today_is_not_brought_back(admin):
    article = make_article(body="No source.")
    save(admin, article, body="Right.[@a-source]")
    html = bring_back(admin, revisions.history(article).last()).content.decode()
    article.refresh_from_db()
    assert "at least one source" in html and article.body == "Right.[@a-source]"


def test_stage_comes_back_with_its_symptoms_and_without_later_ones(admin):
    phase = make_phase()
    yawning = make_symptom(phase)
    save(admin, phase, **{"symptoms-0-name": "Gaping"})
    make_symptom(phase, name="Sneezing", slug="sneezing")
    new, old = revisions.history(phase)
    (change,) = revisions.changes(old, new)
    assert (change.row, change.field, change.after) == ("Gaping", "Name", "<ins>Gaping</ins>")
    bring_back(admin, old)
    assert list(phase.symptoms.values_list("name", flat=True)) == ["Yawning"]
    assert Symptom.objects.get().pk == yawning.pk


def test_deleted_page_is_brought_back_as_a_draft(admin):
    article = make_article()
    admin.post(address(article, "delete"), {"post": "yes"})
    assert not Article.objects.exists()
    assert "An article" in admin.get("/admin/articles/article/deleted/").content.decode()
    bring_back(admin, revisions.deleted(Article)[0])
    assert Article.objects.get().status == "draft" and Article.objects.get().body == "Text.[@a-source]"


def test_pages_deleted_in_a_list_are_kept_too(admin):
    make_article()
    picked = {"action": "delete_selected", "_selected_action": [Article.objects.get().pk], "post": "yes"}
    admin.post("/admin/articles/article/", picked)
    assert not Article.objects.exists() and revisions.deleted(Article).count() == 1


def test_bringing_back_needs_a_post_and_the_right_to_change(admin, client):
    article = make_article()
    save(admin, article, title="Another title")
    version = revisions.history(article).last()
    path = f"/admin/articles/article/bring-back/{version.pk}/"
    assert admin.get(path)["Location"] == "/admin/articles/article/"
    client.force_login(make_staff("intake", roles=("Intake",)))
    assert client.post(path).status_code == 403
    article.refresh_from_db()
    assert article.title == "Another title"


def test_version_of_another_kind_of_page_is_not_found(admin):
    phase = make_phase()
    save(admin, phase, name="Another name")
    version = revisions.history(phase)[0]
    assert admin.post(f"/admin/articles/article/bring-back/{version.pk}/").status_code == 404


def test_form_of_a_release_without_the_hidden_field_is_still_saved(admin):
    article = make_article()
    data = form_of(admin, article) | {"title": "Another title"}
    del data["_opened_at"]
    assert admin.post(address(article), data).status_code == 302


def test_text_that_is_markup_is_shown_as_text_in_a_comparison():
    before, after = revisions.compared("<b>one</b>", "<script>two</script>")
    assert "<b>" not in before and "<script>" not in after and "&lt;" in after


def test_line_ends_of_a_browser_are_no_change(admin):
    article = make_article(body="One.[@a-source]\n\nTwo.\n")
    save(admin, article, body="One.[@a-source]\r\n\r\nTwo.\r\n", title="Another title")
    assert [change.field for change in revisions.changes(*reversed(revisions.history(article)))] == ["Title"]


def test_very_long_passages_are_compared_whole_and_others_at_once():
    """900 words with only blanks in common took 15 seconds of the processor."""
    before, after = revisions.compared("a " * 5_000, "b " * 5_000)
    assert before.count("<del>") == after.count("<ins>") == 1
    begin = time.thread_time()
    revisions.compared(*(" ".join(f"{letter}{n}" for n in range(900)) for letter in "ab"))
    assert time.thread_time() - begin < 3


def test_stages_kept_in_one_revision_come_back_one_by_one():
    make_source()
    first, second = make_phase(), make_phase(name="Second", slug="second", position=2)
    make_symptom(first)
    make_symptom(second, name="Aches", slug="aches")
    with reversion.create_revision():
        first.save()
        second.save()
    Phase.objects.update(overview="Changed.[@a-source]")
    revisions.bring_back(revisions.history(first)[0])
    second.refresh_from_db()
    assert second.overview == "Changed.[@a-source]" and second.symptoms.count() == first.symptoms.count() == 1


def test_rows_edited_in_a_list_are_kept_as_they_were(admin, guide):
    lines = list(HelpLine.objects.all())
    data = {"form-TOTAL_FORMS": len(lines), "form-INITIAL_FORMS": len(lines), "_save": "Save"}
    for number, line in enumerate(lines):
        data |= {f"form-{number}-id": line.pk, f"form-{number}-position": line.position + 7}
    admin.post("/admin/editorial/helpline/", data)
    kept = [version.field_dict["position"] for version in revisions.history(lines[0])]
    assert kept == [lines[0].position + 7, lines[0].position]


@pytest.mark.parametrize(
    ("action", "kept"), [("archive", ["archived", "published"]), ("delete_selected", ["published"])]
)
def test_action_on_more_pages_than_the_list_shows_keeps_them_all(admin, action, kept):
    articles = [make_article(slug=f"number-{each}", title=f"Number {each}") for each in range(3)]
    first = {"action": action, "_selected_action": [articles[0].pk], "select_across": "1", "post": "yes"}
    admin.post("/admin/articles/article/?q=Number", first)
    for article in articles:
        assert [version.field_dict["status"] for version in revisions.history(article)] == kept


def test_history_names_only_what_was_changed_whatever_ends_a_line(admin):
    stage = make_phase(what_helps="One.\n\nTwo.[@a-source]\n")
    make_symptom(stage, description="One.\n\nTwo.[@a-source]")
    posted = {name: re.sub("\r?\n", "\r\n", text) for name, text in form_of(admin, stage).items() if text != []}
    assert admin.post(address(stage), posted | {"overview": "Other words.[@a-source]"}).status_code == 302
    assert revisions.history(stage).first().revision.comment == "Changed Overview."


def test_lists_of_revisions_do_not_read_their_texts(admin):
    article = make_article()
    save(admin, article, title="Another title")
    with CaptureQueriesContext(connection) as queries:
        admin.get(address(article, "history"))
        admin.get("/admin/articles/article/deleted/")
    assert len(queries) > 5 and not any("serialized_data" in query["sql"] for query in queries)


def test_save_of_someone_whose_account_is_gone_is_told_of_all_the_same(admin, client):
    article = make_article()
    mine = form_of(admin, article)
    save(other_editor(client), article, title="Theirs")
    LogEntry.objects.all().delete()
    User.objects.get(username="other").delete()
    client.force_login(User.objects.get())
    assert "Someone saved this page at" in client.post(address(article), mine).content.decode()
    assert "the site" in client.get(address(article, "history")).content.decode()
