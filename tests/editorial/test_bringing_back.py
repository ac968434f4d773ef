"""What is brought back where the guide has changed around it since."""

import datetime

import pytest
from django.db import connection
from django.utils import timezone
from reversion.models import Version

from articles.models import Article, Topic
from editorial.models import Clinic, Reviewer
from editorial.workflow import revisions
from phases.models import Phase, Symptom
from tests.editorial.test_revisions import address, bring_back, fields_of, form_of, save
from tests.factories import SUMMARY, make_article, make_phase, make_staff, make_symptom

pytestmark = pytest.mark.django_db


def test_revision_comes_back_without_a_topic_that_is_deleted(admin):
    article = make_article()
    topics = [Topic.objects.create(name=name, slug=name, description=SUMMARY) for name in ("one", "two")]
    article.topics.set(topics)
    save(admin, article, title="Another title")
    topics[0].delete()
    bring_back(admin, revisions.history(article).last())
    connection.check_constraints()  # as the end of a transaction does
    assert Article.objects.get().title == "An article" and list(article.topics.all()) == topics[1:]


def test_symptom_comes_back_in_place_of_a_later_one_with_its_name(admin):
    phase = make_phase()
    yawning = make_symptom(phase)
    save(admin, phase, name="Another name")
    Symptom.objects.all().delete()
    make_symptom(phase)
    bring_back(admin, revisions.history(phase).last())
    assert Symptom.objects.get().pk == yawning.pk and Phase.objects.get().name == "A stage"


def test_symptoms_that_swapped_their_names_swap_back(admin):
    phase = make_phase()
    first, second = make_symptom(phase), make_symptom(phase, name="Sneezing", slug="sneezing")
    save(admin, phase, name="Another name")
    for pk, name in ((first.pk, "Between"), (second.pk, "Yawning"), (first.pk, "Sneezing")):
        Symptom.objects.filter(pk=pk).update(name=name)
    bring_back(admin, revisions.history(phase).last())
    assert dict(Symptom.objects.values_list("pk", "name")) == {first.pk: "Yawning", second.pk: "Sneezing"}


def test_opening_times_come_back_with_the_words_that_readers_see(admin, guide):
    clinic = Clinic.objects.get()
    nine, five = datetime.time(9), datetime.time(17)
    clinic.opening_times.create(weekday=0, opens=nine, closes=five)
    clinic.special_days.create(day=timezone.localdate())
    clinic.list_hours()
    clinic.save()
    save(admin, clinic, **{"opening_times-0-weekday": "1", "special_days-0-DELETE": "on", "phone": "212-555-0123"})
    assert Clinic.objects.get().hours_shown == "Tuesday 9 am to 5 pm"
    bring_back(admin, revisions.history(clinic).last())
    shown = Clinic.objects.get()
    assert shown.hours_shown.startswith("Monday 9 am to 5 pm; closed on ") and shown.phone == clinic.phone
    assert [time.weekday for time in shown.opening_times.all()] == [0] and shown.special_days.count() == 1


def test_revision_that_nothing_can_read_is_listed_and_neither_compared_nor_brought_back(admin):
    article = make_article()
    save(admin, article, title="Another title")
    new, old = revisions.history(article)
    Version.objects.filter(pk=old.pk).update(serialized_data="[{]")
    html = admin.get(f"{address(article, 'history')}?from={old.pk}&to={new.pk}").content.decode()
    assert "Not compared" in html and "Not brought back" in bring_back(admin, old).content.decode()


def test_deleted_page_comes_back_beside_the_one_that_has_its_slug_now(admin):
    article = make_article()
    admin.post(address(article, "delete"), {"post": "yes"})
    make_article(title="Another")
    response = bring_back(admin, revisions.deleted(Article)[0])
    assert "; its slug is an-article-2" in response.content.decode()
    back = Article.objects.get(slug="an-article-2")
    assert (back.pk, back.title, back.status) == (article.pk, "An article", "draft")
    admin.post(address(back, "delete"), {"post": "yes"})
    Version.objects.update(serialized_data="[{]")
    assert "Not brought back" in bring_back(admin, revisions.deleted(Article)[0]).content.decode()


def test_second_of_two_who_bring_back_is_told_and_chooses_again(admin):
    article = make_article()
    for words in ("Second", "Third"):
        save(admin, article, body=f"{words}.[@a-source]")
    third, second, first = revisions.history(article)
    path, opened = "/admin/articles/article/bring-back/{}/", {"opened_at": third.pk}
    assert f'name="opened_at" value="{third.pk}"' in admin.get(address(article, "history")).content.decode()
    admin.post(path.format(second.pk), opened)
    response = admin.post(path.format(first.pk), opened, follow=True)
    assert "chief saved this page after you opened its history" in response.content.decode()
    assert Article.objects.get().body == "Second.[@a-source]"
    admin.post(path.format(first.pk), {"opened_at": revisions.history(article)[0].pk})
    assert Article.objects.get().body == "Text.[@a-source]"


def test_text_that_must_be_signed_is_not_brought_back_and_staff_are_told_what_to_do(admin):
    article = make_article(body="Methadone.[@a-source]")
    save(admin, article, body="Methadone helps.[@a-source]")
    Reviewer.objects.create(user=make_staff("rita"), name="Rita", credentials="MD", conflicts="None")
    html = bring_back(admin, revisions.history(article).last()).content.decode()
    assert "A reviewer must sign" in html and "copy them into the page and save that as a draft" in html
    assert Article.objects.get().body == "Methadone helps.[@a-source]"


def test_change_of_blanks_alone_shows_in_the_history(admin):
    article = make_article(body="One two.[@a-source]\n\nThree.")
    save(admin, article, body="One  two.[@a-source]\n\n\nThree.")
    new, old = revisions.history(article)
    html = admin.get(f"{address(article, 'history')}?from={old.pk}&to={new.pk}").content.decode()
    assert "<ins>··</ins>" in html and "<ins>¶" in html


def test_text_from_before_a_correction_is_not_brought_back_and_the_page_says_why(admin):
    article = make_article()
    corrected = {"change_kind": "correction", "change_note": "It said that sleep returns in a day."}
    save(admin, article, body="Sleep returns in weeks.[@a-source]", **corrected)
    save(admin, article, title="Another title", change_kind="wording")
    _, correction, before = revisions.history(article)
    html = bring_back(admin, before).content.decode()
    assert "would undo that: “It said that sleep returns in a day.”" in html and "compare it with today" in html
    assert Article.objects.get().body.startswith("Sleep returns in weeks.")
    bring_back(admin, correction)
    assert Article.objects.get().title == "An article"


def test_draft_from_a_form_opened_before_a_correction_is_not_published_unseen(admin):
    article = make_article()
    mine = form_of(admin, article) | {"body": "A day.[@a-source] More.", "_save_draft": "yes"}
    save(admin, article, body="Weeks.[@a-source]", change_kind="safety-correction", change_note="It said a day.")
    html = admin.post(address(article), mine).content.decode()
    assert "could hurt someone.</strong> “It said a day.” Your words are below" in html
    again = fields_of(html, article) | {"_save_draft": "yes"}
    assert admin.post(address(article), again).status_code == 302
    publish = form_of(admin, article) | {"change_kind": "wording", "_save": "yes"}
    assert "The page was corrected after this draft was begun" in admin.post(address(article), publish).content.decode()
    assert Article.objects.get().body == "Weeks.[@a-source]"
