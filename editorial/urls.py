"""markdownx's own address list is open to anybody; these two take its names and its place."""

from django.urls import path

from editorial import views

urlpatterns = [
    path("admin/markdownx/preview/", views.preview, name="markdownx_markdownify"),
    path("admin/markdownx/upload/", views.upload_picture, name="markdownx_upload"),
    path("media/<path:name>", views.picture, name="picture"),
]
