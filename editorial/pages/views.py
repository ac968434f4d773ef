"""Views for the Markdown editor, its preview and picture upload, and for the pictures in pages."""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.models import AbstractUser, AnonymousUser
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_POST, require_safe

from editorial.models import pictures
from editorial.text.markdown import markdownify
from editorial.values import images
from editorial.workflow.publishing import ReviewedPage

TYPES = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}


def may_edit(user: AbstractUser | AnonymousUser) -> bool:
    """Return whether the user is staff and can add or change some kind of page."""
    permissions = (
        f"{model._meta.app_label}.{verb}_{model._meta.model_name}"
        for model in ReviewedPage.__subclasses__()
        for verb in ("add", "change")
    )
    return user.is_active and user.is_staff and any(map(user.has_perm, permissions))


def editors_only(view: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Return 403 instead of a redirect, which the editor would show as the preview."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if not may_edit(request.user):
            return HttpResponse("Sign in again to see the preview.", status=403, content_type="text/plain")
        return view(request)

    return guarded


@editors_only
@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """Return the public HTML of the posted Markdown."""
    return HttpResponse(markdownify(request.POST.get("content", "")))


@editors_only
@require_POST
def upload_picture(request: HttpRequest) -> JsonResponse:
    """Add a picture to the library; return its Markdown, or an error."""
    try:
        upload = request.FILES.get("image")
        if upload is None and int(request.META.get("CONTENT_LENGTH") or 0) > images.MAX_BYTES:
            raise ValidationError(images.TOO_LARGE)
        if not isinstance(upload, UploadedFile):
            raise ValidationError("Choose a picture first.")
        picture = pictures.save_files(images.copies(upload))
        picture.by = request.user  # type: ignore[assignment]  # `editors_only` has checked
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
