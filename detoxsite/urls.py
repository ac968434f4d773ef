"""Every address of the site."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from detoxsite import views
from detoxsite.guide_file import guide_file
from detoxsite.leaving import leave
from detoxsite.sitemaps import sitemap, sitemap_part
from search.a_z import a_z

urlpatterns = [
    path("", views.home, name="home"),
    path("phases/", include("phases.urls")),
    path("symptoms/", include("phases.symptom_urls")),
    path("plan/", views.page("plan"), name="plan"),
    path("treatments/", include("phases.treatment_urls")),
    path("articles/", include("articles.urls")),
    path("search/", include("search.urls")),
    path("contact/", include("callbacks.urls")),
    path("emergency/", views.page("emergency"), name="emergency"),
    path("about/", views.page("about"), name="about"),
    path("privacy/", views.page("privacy", retention_days=settings.RETENTION_DAYS), name="privacy"),
    path("accessibility/", views.page("accessibility"), name="accessibility"),
    path("safety/", views.page("safety"), name="safety"),
    path("card/", views.page("card"), name="card"),
    path("notes.html", guide_file, name="guide-file"),
    path("leave/", leave, name="leave"),
    path("a-z/", a_z, name="a-z"),
    path("healthz", views.healthz, name="healthz"),
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", sitemap, name="sitemap"),
    path("sitemap-<slug:section>.xml", sitemap_part, name="sitemap-part"),
    path(".well-known/security.txt", views.security_txt, name="security-txt"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("", include("editorial.urls")),
    path("", include("accounts.urls")),
    path("admin/", admin.site.urls),
]

handler400 = "detoxsite.views.bad_request"
handler403 = "detoxsite.views.forbidden"
handler404 = "detoxsite.views.not_found"
handler500 = "detoxsite.views.server_error"

admin.site.site_header = "Detox Guide: staff"
admin.site.site_title = "Detox Guide staff"
admin.site.index_title = "What would you like to do?"
