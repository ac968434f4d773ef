"""Views for the Markdown editor, its preview and picture upload, and for the pictures in pages."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractUser, AnonymousUser
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseForbidden, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_POST, require_safe

from editorial.models import pictures
from editorial.text.markdown import markdownify
from editorial.values import images
from editorial.workflow.publishing import ReviewedPage

MAX_REQUEST_BYTES = images.MAX_BYTES + 1024 * 1024  # with the form around a file
SIGNED_OUT = "Sign in again to see the preview."
TYPES = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}


def may_edit(user: AbstractUser | AnonymousUser) -> bool:
    """Return whether the user is staff and can add or change some kind of page."""
    permissions = (
        f"{model._meta.app_label}.{verb}_{model._meta.model_name}"
        for model in ReviewedPage.__subclasses__()
        for verb in ("add", "change")
    )
    return user.is_active and user.is_staff and any(map(user.has_perm, permissions))


class PictureUploadHandler(MemoryFileUploadHandler):
    """Accepts a large picture from editors into memory, never into a temporary file; drops the files of others."""

    request: HttpRequest

    def handle_raw_input(self, input_data: Any, META: Any, content_length: int, *args: Any, **kwargs: Any) -> None:
        user = getattr(self.request, "user", None)
        is_editors = user is not None and may_edit(user)
        self.activated = content_length <= (MAX_REQUEST_BYTES if is_editors else settings.FILE_UPLOAD_MAX_MEMORY_SIZE)


@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """Return the public HTML of the posted Markdown."""
    if not may_edit(request.user):  # no redirect, which the editor would show as the preview
        return HttpResponseForbidden(SIGNED_OUT, content_type="text/plain")
    return HttpResponse(markdownify(request.POST.get("content", "")))


@require_POST
def upload_picture(request: HttpRequest) -> HttpResponse:
    """Add a picture to the library; return its Markdown, or an error."""
    if not may_edit(request.user):
        return HttpResponseForbidden(SIGNED_OUT, content_type="text/plain")
    try:
        upload = request.FILES.get("image")
        if upload is None and int(request.META.get("CONTENT_LENGTH") or 0) > images.MAX_BYTES:
            raise ValidationError(images.TOO_LARGE)
        if not isinstance(upload, UploadedFile):
            raise ValidationError("Choose a picture first.")
        picture = pictures.save_files(images.copies(upload))
        picture.by = request.user  # type: ignore[assignment]  # `may_edit` has checked
        picture.save()
    except ValidationError as error:
        return JsonResponse({"why": error.messages[0]}, status=400)
    except OSError:
        return JsonResponse({"why": pictures.NO_STORAGE}, status=503)
    return JsonResponse({"image_code": picture.markdown})


@require_safe
def picture(request: HttpRequest, name: str) -> HttpResponseBase:
    """Serve a stored picture, immutable under its name, so cached forever; a failure is not cached."""
    match = pictures.FILE.fullmatch(name)
    if not match:
        raise Http404
    try:
        response = FileResponse(default_storage.open(name), content_type=TYPES[match[3]])
    except FileNotFoundError:
        raise Http404 from None
    except OSError:
        words = "This picture is not available right now. Try again in a few minutes."
        headers = {"Cache-Control": "no-store", "Retry-After": "60"}
        return HttpResponse(words, status=503, content_type="text/plain", headers=headers)
    patch_cache_control(response, public=True, max_age=31_536_000, immutable=True)
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
