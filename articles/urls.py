from django.urls import path

from articles import views
from articles.feeds import LatestArticles, TopicArticles

app_name = "articles"
urlpatterns = [
    path("", views.ArticleList.as_view(), name="list"),
    path("feed/", LatestArticles(), name="feed"),
    path("topics/<slug:slug>/feed/", TopicArticles(), name="topic-feed"),
    path("topics/<slug:slug>/", views.TopicDetail.as_view(), name="topic"),
    path("<slug:slug>/", views.ArticleDetail.as_view(), name="detail"),
]
