from django.urls import path

from articles import views
from articles.feeds import LatestArticles, TopicArticles
from editorial.reading import reading_page

app_name = "articles"
read, read_in_pages = reading_page(), reading_page(query=("page",))
urlpatterns = [
    path("", read_in_pages(views.ArticleList.as_view()), name="list"),
    path("feed/", read(LatestArticles()), name="feed"),
    path("topics/<slug:slug>/feed/", read(TopicArticles()), name="topic-feed"),
    path("topics/<slug:slug>/", read_in_pages(views.TopicDetail.as_view()), name="topic"),
    path("<slug:slug>/", read(views.detail), name="detail"),
]
