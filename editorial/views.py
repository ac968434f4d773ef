"""The editor's preview and picture upload, for staff who may edit, and the pictures in pages, for everybody."""

import re
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

from editorial import images
from editorial.markdown import markdownify
from editorial.publishing import ReviewedPage

PICTURE = re.compile(r"pictures/[0-9a-f]{32}\.(jpg|png|webp)")
TYPES = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}


def may_edit(user: AbstractUser | AnonymousUser) -> bool:
    """Return whether this is staff who can add or change at least one kind of page."""
    permissions = (
        f"{model._meta.app_label}.{verb}_{model._meta.model_name}"
        for model in ReviewedPage.__subclasses__()
        for verb in ("add", "change")
    )
    return user.is_active and user.is_staff and any(map(user.has_perm, permissions))


def editors_only(view: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Return 403 instead of a redirect: the editor would show a login page as the preview."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if not may_edit(request.user):
            return HttpResponse("Sign in again to see the preview.", status=403, content_type="text/plain")
        return view(request)

    return guarded


@editors_only
@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """Return the HTML that readers would get for the Markdown sent."""
    return HttpResponse(markdownify(request.POST.get("content", "")))


@editors_only
@require_POST
def upload_picture(request: HttpRequest) -> JsonResponse:
    """Store a picture and return the Markdown that shows it. Always JSON, which the editor's script expects."""
    try:
        upload = request.FILES.get("image")
        if upload is None and int(request.META.get("CONTENT_LENGTH") or 0) > images.MAX_BYTES:
            raise ValidationError(images.TOO_LARGE)
        if not isinstance(upload, UploadedFile):
            raise ValidationError("Choose a picture first.")
        path = images.store(upload)
    except ValidationError as error:
        return _not_added(error.messages[0], 400)
    except OSError:
        return _not_added("The picture storage is not available. Add it again in a minute.", 503)
    return JsonResponse({"image_code": f"![{images.UNDESCRIBED}]({path})"})


def _not_added(why: str, status: int) -> JsonResponse:
    """The editor's script inserts `image_code` whatever the status, so it has the reason."""
    return JsonResponse({"image_code": f"{images.UPLOAD_REFUSED} {why}]"}, status=status)


@require_safe
def picture(request: HttpRequest, name: str) -> HttpResponseBase:
    """Serve a stored picture. Its name never changes meaning, so it may be cached forever; a failure may not."""
    match = PICTURE.fullmatch(name)
    if not match:
        raise Http404
    try:
        response = FileResponse(default_storage.open(name), content_type=TYPES[match[1]])
    except FileNotFoundError:
        raise Http404 from None
    except OSError:
        words = "This picture is not available right now. Try again in a minute."
        headers = {"Cache-Control": "no-store", "Retry-After": "60"}
        return HttpResponse(words, status=503, content_type="text/plain", headers=headers)
    patch_cache_control(response, public=True, max_age=31_536_000, immutable=True)
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
