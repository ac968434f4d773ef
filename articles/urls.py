from django.urls import path
from django.utils.translation import gettext_lazy as _

from articles import views
from articles.feeds import Articles
from editorial.pages.reading import reading_page

app_name = "articles"
feed = reading_page()(Articles())
urlpatterns = [
    path("", views.article_list, name="list"),
    path("feed/", feed, name="feed"),
    path(_("topics/<slug:slug>/feed/"), feed, name="topic-feed"),
    path(_("topics/<slug:slug>/"), views.article_list, name="topic"),
    path("<slug:slug>/", views.detail, name="detail"),
]
