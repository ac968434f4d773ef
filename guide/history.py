"""What changed: the history of each page, its old versions, the changes of the whole guide, and its corrections."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.contrib.syndication.views import Feed
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy as _
from reversion.errors import RevertError

from articles.models import Article
from editorial.models.changes import ChangeRecord
from editorial.pages.feed_type import Atom
from editorial.pages.reading import ReaderRequest, list_page, reading_page
from editorial.workflow import revisions
from editorial.workflow.publishing import ReviewedPage
from phases.models import Phase, TreatmentOption
from translations.previews import template_and_context

Kind = ChangeRecord.Kind
#: The kinds in the list and feed of the whole guide. A page's own list also has changes of wording and checks.
PUBLIC_KINDS = (Kind.NEW, Kind.UPDATE, Kind.CORRECTION, Kind.SAFETY_CORRECTION, Kind.ARCHIVED)
ONLY_CORRECTIONS = {"template": "pages/corrections.html", "kinds": (Kind.CORRECTION, Kind.SAFETY_CORRECTION)}
PAGE_SIZE = 50
MAX_TOGETHER = 100  # pages first published on one day that are shown as one entry


#: Kinds of pages with a history: the first part of their paths, also their URL namespace, and their list's title.
PAGES: dict[type[ReviewedPage], tuple[str, Promise]] = {
    Article: ("articles", _("Articles")),
    Phase: ("phases", _("Stages")),
    TreatmentOption: ("treatments", _("Treatments")),
}


@dataclass(frozen=True)
class PublicChange:
    """A change that readers can see, with its page."""

    change: ChangeRecord
    page: ReviewedPage
    together: tuple["PublicChange", ...] = ()  # everything first published that day, if several

    @property
    def at(self) -> datetime.datetime:
        """Return when readers first saw it: publication may have been scheduled."""
        live_from = self.page.published_at if self.change.kind == Kind.NEW else None
        return max(self.change.at, live_from) if live_from else self.change.at

    @property
    def old_version_path(self) -> str:
        """Return the path of the page as it was after the change."""
        return f"{self.page.get_absolute_url()}v/{self.change.number}/"


def _ever_public(model: type[ReviewedPage]) -> QuerySet[ReviewedPage]:
    """Return what readers may see, or could see until it was taken down."""
    return model.objects.published() | model.objects.taken_down()


def public_changes(changes: Iterable[ChangeRecord]) -> list[PublicChange]:
    """Pair changes with their pages, without pages that were never public. One query per kind of page."""
    changes, found = list(changes), {}
    for model in PAGES:
        page_type = ContentType.objects.get_for_model(model).pk
        keys = {change.page_id for change in changes if change.page_type_id == page_type}
        for page in _ever_public(model).filter(pk__in=keys).defer(*model.markdown_fields) if keys else ():
            found[page_type, page.pk] = page
    pairs = ((change, found.get((change.page_type_id, change.page_id))) for change in changes)
    return [PublicChange(change, page) for change, page in pairs if page]


@reading_page()
def page_changes(request: ReaderRequest, slug: str, model: type[ReviewedPage]) -> HttpResponse:
    """List the changes of a page, newest first, each with a link to its old version."""
    request.private_address = ""  # old texts have no private version
    page = get_object_or_404(_ever_public(model), slug=slug)
    changes_of_page = [PublicChange(change, page) for change in ChangeRecord.objects.of(page).live()]
    name, section = PAGES[model]
    context = {"page": page, "changes": changes_of_page, "section": section, "list_name": f"{name}:list"}
    return render(request, "pages/page_changes.html", context)


@reading_page()
def old_version(request: ReaderRequest, slug: str, number: int, model: type[ReviewedPage]) -> HttpResponse:
    """Show a page as it was, marked as old and not indexed, with today's help lines."""
    request.private_address = ""
    page = get_object_or_404(_ever_public(model), slug=slug)
    change = get_object_or_404(ChangeRecord.objects.of(page).live(), number=number)
    version = get_object_or_404(revisions.history(page), revision=change.revision_id)
    try:
        then = revisions.page_as_of(version)
    except RevertError as error:  # a release with other fields kept it
        raise Http404 from error
    then.slug = page.slug
    template, context = template_and_context(then)
    newest = change.number == ChangeRecord.objects.of(page).live().values_list("number", flat=True).first()
    values = {
        **context,
        "old_version": PublicChange(change, page),
        "is_newest": newest and page.is_published(),
        "canonical_url": f"{settings.SITE_URL}{page.get_absolute_url()}",
    }
    return render(request, template, values)


@reading_page(query=("page",))
def changes(
    request: HttpRequest, template: str = "pages/changes.html", kinds: tuple[str, ...] = PUBLIC_KINDS
) -> HttpResponse:
    """List the changes of the whole guide, newest first; of some kinds even if there are none."""
    shown, place = list_page(request, _entries(kinds), PAGE_SIZE)
    rows = ChangeRecord.objects.filter(pk__in=[key for keys in shown for key in keys]).defer("typed")
    by_key = {each.change.pk: each for each in public_changes(rows)}
    listed = []
    for keys in shown:
        group = [by_key[key] for key in keys if key in by_key]
        listed += [replace(group[0], together=tuple(group))] if len(group) > 1 else group
    return render(request, template, {"changes": listed} | place)


def _entries(kinds: tuple[str, ...]) -> list[list[int]]:
    """Group the keys of public changes into entries, newest first; pages first published on one day are one entry."""
    found: dict[Any, list[int]] = {}
    for key, kind, at in ChangeRecord.objects.live().filter(kind__in=kinds).values_list("pk", "kind", "at"):
        found.setdefault(timezone.localdate(at) if kind == Kind.NEW else key, []).append(key)
    return [keys[i : i + MAX_TOGETHER] for keys in found.values() for i in range(0, len(keys), MAX_TOGETHER)]


class Changes(Feed):
    """A feed of changes, also for people who translate or quote the guide."""

    feed_type = Atom
    subtitle = _("New pages, updates and corrections, in a sentence each.")
    author_name = _(settings.SITE_NAME)

    def title(self) -> str:
        return gettext("{site}: what changed").format(site=gettext(settings.SITE_NAME))

    def link(self) -> str:
        return reverse("changes")

    def items(self) -> list[PublicChange]:
        return public_changes(ChangeRecord.objects.live().filter(kind__in=PUBLIC_KINDS).defer("typed")[:PAGE_SIZE])

    def item_title(self, item: PublicChange) -> str:
        return f"{item.change.get_kind_display().partition(':')[0]}: {item.page}"

    def item_description(self, item: PublicChange) -> str:
        return item.change.note

    def item_link(self, item: PublicChange) -> str:
        return item.old_version_path

    def item_pubdate(self, item: PublicChange) -> datetime.datetime:
        return item.at

    item_updateddate = item_pubdate

    def item_categories(self, item: PublicChange) -> list[str]:
        return [item.change.kind]


urlpatterns = [
    path("changes/", changes, name="changes"),
    path("changes/feed/", reading_page()(Changes()), name="changes-feed"),
    path("corrections/", changes, ONLY_CORRECTIONS, name="corrections"),
    *(
        path(f"{name}/<slug:slug>/changes/", page_changes, {"model": model}, name=f"{name}-changes")
        for model, (name, _section) in PAGES.items()
    ),
    *(
        path(f"{name}/<slug:slug>/v/<int:number>/", old_version, {"model": model}, name=f"{name}-version")
        for model, (name, _section) in PAGES.items()
    ),
]
