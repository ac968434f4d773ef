"""The library of pictures: how pages show them, who may erase which, and that no file is left without a row."""

import datetime
import html
import re

import pytest
import reversion
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from editorial.admin.picture_uses import uses
from editorial.models import Picture, UnsavedForm, pictures
from editorial.models.changes import ChangeRecord
from editorial.workflow.change_kinds import record
from tests.editorial.test_images import picture
from tests.factories import make_article, make_staff

pytestmark = pytest.mark.django_db
LIBRARY = "/admin/editorial/picture/"


@pytest.fixture
def as_(client):
    """Signs in an account of this name, an editor or, as "chief", an administrator."""

    def signed_in(name: str):
        user = User.objects.filter(username=name).first()
        client.force_login(user or make_staff(name, roles=("Editors",), superuser=name == "chief"))
        return client

    return signed_in


def add(client, *, size=(2000, 1000), **fields) -> Picture:
    """By the library's own form, as without a script."""
    file = SimpleUploadedFile("a.png", picture(size=size), "image/png")
    response = client.post(f"{LIBRARY}add/", {"file": file, **fields})
    assert response.status_code == 302, response.context["errors"]
    return Picture.objects.first()


def shown(client, body: str) -> str:
    article = make_article(body=body)
    return client.get(article.get_absolute_url()).content.decode()


def test_page_gives_the_sizes_of_its_pictures_with_one_query_for_them_once(as_, client, django_assert_num_queries):
    chief = as_("chief")
    small, large = add(chief, size=(300, 200), alt="A cup."), add(chief, alt="Tea > coffee, [hot]")
    unknown = f"/media/pictures/{'0' * 32}.png"
    page = shown(client, f"{large.markdown}\n\n{small.markdown}\n\n![Older]({unknown})\n\nText.[@a-source]")
    copies = [f"/media/pictures/{large.stem}-{width}.webp {width}w" for width in (480, 800, 1200)]
    assert f'<source type="image/webp" srcset="{", ".join(copies)}" sizes="(min-width: 42rem) 40rem, 100vw">' in page
    tag = next(tag for tag in re.findall(r"<img .*?>\s*</picture>", page) if large.path in tag)
    assert 'width="1200" height="600" loading="lazy"' in tag and "Tea > coffee, (hot)" in html.unescape(tag)
    assert f'srcset="/media/pictures/{small.stem}-300.webp">' in page and 'width="300" height="200"' in page
    assert f'<img alt="Older" src="{unknown}">' in page
    client.logout()
    with django_assert_num_queries(1):
        client.get("/articles/an-article/")
    preview = as_("chief").post("/admin/markdownx/preview/", {"content": large.markdown}).content.decode()
    assert copies[0] in preview


def test_picture_without_words_is_published_only_if_it_is_decorative(as_):
    flower = add(as_("editor"), decorative="on")
    assert flower.markdown.startswith("![](/media/")
    article = make_article(body=f"{flower.markdown}\n\nText.[@a-source]")
    article.full_clean()
    Picture.objects.update(decorative=False)
    with pytest.raises(ValidationError, match="Describe each picture"):
        article.full_clean()
    page = as_("editor").post(f"{LIBRARY}{flower.pk}/change/", {"alt": "A flower", "decorative": "on"}).content.decode()
    assert "not both" in page


def test_library_says_where_a_picture_is_used_and_an_administrator_erases_only_what_no_text_names(as_, monkeypatch):
    def fails(*args: object) -> None:
        raise OSError

    spray, other = (add(as_("editor"), alt=alt) for alt in ("A nose spray", "A window"))
    with reversion.create_revision():
        article = make_article(body=f"{spray.markdown}\n\nText.[@a-source]", title="On naloxone")
        record(article, ChangeRecord.Kind.NEW)
    page = as_("editor").get(f"{LIBRARY}{spray.pk}/change/").content.decode()
    assert "Article “On naloxone”: Published" in page and html.escape(spray.markdown) in page
    assert as_("editor").get(f"{LIBRARY}{other.pk}/delete/").status_code == 403
    assert as_("chief").get(f"{LIBRARY}{spray.pk}/delete/").status_code == 403
    for use, ids in (("yes", [spray]), ("no", [other])):
        assert list(as_("chief").get(f"{LIBRARY}?used={use}").context["cl"].result_list) == ids
    assert [found["line"] for found in as_("editor").get(f"{LIBRARY}pick/?q=spray").json()["pictures"]] == [
        spray.markdown
    ]

    article.body = "Text.[@a-source]"
    article.save()
    assert [use.what for use in uses(spray)] == ["A version of On naloxone that readers can open"]
    ChangeRecord.objects.update(kind="draft", number=None, typed=f"body={spray.path.replace('/', '%2F')}")
    UnsavedForm.objects.create(user=User.objects.get(username="editor"), page="/add/", data={"body": [spray.markdown]})
    assert [use.what for use in uses(spray)] == [
        "A draft of article “On naloxone” by someone",
        "What editor is typing",
    ]
    ChangeRecord.objects.all().delete()
    UnsavedForm.objects.all().delete()
    files = spray.files
    with monkeypatch.context() as no_store:
        no_store.setattr(type(storages["default"]), "delete", fails)
        told = as_("chief").post(f"{LIBRARY}{spray.pk}/delete/", {"post": "yes"}, follow=True)
    assert b"Not erased" in told.content
    assert len(files) == 4 and all(map(default_storage.exists, files))
    assert as_("chief").post(f"{LIBRARY}{spray.pk}/delete/", {"post": "yes"}).status_code == 302
    assert list(Picture.objects.all()) == [other] and not any(map(default_storage.exists, files))
    article.body += f"\n\n{spray.markdown}"  # picked by somebody while it was erased
    with pytest.raises(ValidationError, match="was erased"):
        article.clean()


def test_administrator_removes_a_picture_from_old_versions_for_a_reason_that_readers_do_not_see(as_, client):
    face = add(as_("chief"), alt="A face")
    with reversion.create_revision():
        article = make_article(body=f"{face.markdown}\n\nText.[@a-source]")
        record(article, ChangeRecord.Kind.NEW)
    form = f"{LIBRARY}{face.pk}/change/"
    why = {"alt": "A face", "removed_why": "She asked for it."}
    assert as_("chief").post(form, why).status_code == 302 and not Picture.objects.get().removed_why  # a page shows it
    with reversion.create_revision():
        article.body = "Text.[@a-source]"
        article.save()
        record(article, ChangeRecord.Kind.UPDATE, note="No picture.")
    as_("editor").post(form, why)
    assert default_storage.exists(face.files[0]) and not Picture.objects.get().removed_why
    assert Picture.objects.get().by.username == "chief"
    as_("chief").post(form, why)
    assert not any(map(default_storage.exists, face.files))
    assert "She asked for it." in as_("chief").get(form).content.decode()
    assert as_("chief").get(f"{LIBRARY}pick/").json() == {"pictures": []}
    assert as_("chief").get(LIBRARY).status_code == 200
    client.logout()
    old = client.get(f"{article.get_absolute_url()}v/1/").content.decode()
    assert "A picture was removed." in old and face.stem not in old and "She asked" not in old


def test_every_file_gets_a_row_and_copies_without_a_picture_go(as_, caplog):
    known = add(as_("editor"))
    for letter, content in (("a", picture(size=(1000, 500))), ("b", b"no picture")):
        default_storage.save(f"pictures/{letter * 32}.png", ContentFile(content))
    default_storage.save(f"pictures/{'c' * 32}-480.webp", ContentFile(b"a copy"))
    pictures.reconcile()
    assert Picture.objects.count() == 1  # these may be of an upload that is still under way
    for _ in range(2):
        pictures.reconcile(timezone.now() + datetime.timedelta(hours=2))
    older, broken = (Picture.objects.get(name=f"{letter * 32}.png") for letter in "ab")
    assert (older.width, older.height, older.widths, older.by) == (1000, 500, [480, 800, 1000], None)
    assert broken.widths == [] and "cannot be read" in caplog.text and Picture.objects.count() == 3
    assert b"could not be read" in as_("editor").get(f"{LIBRARY}{broken.pk}/change/").content
    there = {f"pictures/{name}" for name in default_storage.listdir("pictures")[1]}
    assert there == {*known.files, *older.files, *broken.files}


def test_refused_form_leaves_no_file_that_would_become_a_second_picture(as_):
    form = {"file": SimpleUploadedFile("a.png", picture(), "image/png"), "alt": "A cup.", "decorative": "on"}
    assert b"Say what it shows" in as_("editor").post(f"{LIBRARY}add/", form).content
    assert not default_storage.exists("pictures") or default_storage.listdir("pictures")[1] == []


def test_next_picture_is_added_right_after_one(as_):
    form = {"file": SimpleUploadedFile("a.png", picture(size=(20, 10)), "image/png"), "_addanother": "on"}
    response = as_("editor").post(f"{LIBRARY}add/", form)
    assert response["Location"] == f"{LIBRARY}add/" and Picture.objects.count() == 1


def test_store_that_fails_half_way_keeps_nothing_and_says_so_in_the_form(as_, monkeypatch):
    client, store = as_("editor"), type(storages["default"])
    save = store.save

    def fails_at_a_copy(self, name, content, **options):
        if name.endswith("-800.webp"):
            raise OSError
        return save(self, name, content, **options)

    monkeypatch.setattr(store, "save", fails_at_a_copy)
    file = SimpleUploadedFile("a.png", picture(size=(2000, 1000)), "image/png")
    assert b"storage is not available" in client.post(f"{LIBRARY}add/", {"file": file}).content
    assert not Picture.objects.exists() and default_storage.listdir("pictures")[1] == []
