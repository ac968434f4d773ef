"""The first two replace markdownx's own URLs, which anyone may open."""

from django.urls import path

from editorial.pages import review_links, views

urlpatterns = [
    path("admin/markdownx/preview/", views.preview, name="markdownx_markdownify"),
    path("admin/markdownx/upload/", views.upload_picture, name="markdownx_upload"),
    path("review/<str:token>/", review_links.review, name="review"),
    path("media/<path:name>", views.picture, name="picture"),
]
