"""Every URL of the site."""

import datetime

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path
from django.utils.translation import gettext_lazy as _

import phases.urls
from guide import sources, views
from guide.a_z import a_z
from guide.components import components
from guide.feedback import feedback, thanks
from guide.guide_file import guide_file
from guide.sitemaps import sitemap, sitemap_part
from operations.views import broken_links_page, readiness_page, view_on_site
from operations.what_we_keep import what_we_keep
from search.views import search_page

#: Shown on the privacy page.
PERIODS = {"retention_days": settings.RETENTION_DAYS, "backup_days": settings.BACKUP_DAYS}
#: When a person last compared emergency.html with its sources, and when that is due again.
CHECKED = {"reviewed_on": datetime.date(2026, 11, 29), "due_on": datetime.date(2027, 2, 28)}

#: Pages for readers, in each language under its code; English has no prefix.
readers = i18n_patterns(
    path("", views.home, name="home"),
    path(_("phases/"), include((phases.urls.stages, "phases"))),
    path(_("symptoms/"), include((phases.urls.symptoms, "symptoms"))),
    path(_("plan/"), views.page("plan"), name="plan"),
    path(_("treatments/"), include((phases.urls.treatments, "treatments"))),
    path(_("articles/"), include("articles.urls")),
    path(_("search/"), include(([path("", search_page, name="search")], "search"))),
    path(_("contact/"), include("callbacks.public.urls")),
    path(_("emergency/"), views.page("emergency", **CHECKED), name="emergency"),
    path(_("about/"), views.page("about"), name="about"),
    path(_("reviewers/"), views.page("reviewers"), name="reviewers"),
    path(_("privacy/"), views.page("privacy", **PERIODS), name="privacy"),
    path(_("what-we-keep/"), what_we_keep, name="kept"),
    path(_("accessibility/"), views.page("accessibility"), name="accessibility"),
    path(_("safety/"), views.page("safety"), name="safety"),
    path(_("card/"), views.page("card"), name="card"),
    path(_("notes.html"), guide_file, name="guide-file"),
    path(_("feedback/"), feedback, name="feedback"),
    path(_("feedback/thanks/"), thanks, name="feedback-thanks"),
    path(_("leave/"), views.leave, name="leave"),
    path(_("a-z/"), a_z, name="a-z"),
    path(_("sources/"), sources.source_list, name="sources"),
    path(_("sources/<slug:key>/"), sources.source_detail, name="source"),
    prefix_default_language=False,
)

urlpatterns = [
    *readers,
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", sitemap, name="sitemap"),
    path("sitemap-<slug:section>.xml", sitemap_part, name="sitemap-part"),
    path(".well-known/security.txt", views.security_txt, name="security-txt"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("", include("guide.history")),
    path("", include("guide.open_data")),
    path("", include("editorial.urls")),
    path("", include("accounts.urls")),
    path("admin/components/", admin.site.admin_view(components), name="components"),
    path("admin/broken-links/", admin.site.admin_view(broken_links_page), name="broken_links"),
    path("admin/readiness/", admin.site.admin_view(readiness_page), name="readiness"),
    path("admin/r/<path:content_type_id>/<path:object_id>/", admin.site.admin_view(view_on_site)),
    path("admin/", admin.site.urls),
]

handler400 = "guide.views.bad_request"
handler403 = "guide.views.forbidden"
handler404 = "guide.views.not_found"
handler500 = "guide.views.server_error"

admin.site.site_header = "Detox Guide: staff"
admin.site.site_title = "Detox Guide staff"
admin.site.index_title = "What would you like to do?"
