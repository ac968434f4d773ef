"""The editor's two helpers, for staff who may edit, and the pictures in pages, for everybody."""

import re
from functools import wraps

from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_POST, require_safe

from editorial import images
from editorial.markdown import markdownify

PICTURE = re.compile(r"pictures/[0-9a-f]{32}\.(jpg|png|webp)")
TYPES = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}


def may_edit(user) -> bool:
    """Staff who can add or change at least one kind of page."""
    return (
        user.is_active
        and user.is_staff
        and any(
            user.has_perm(f"{app}.{verb}_{model}")
            for app, model in (("articles", "article"), ("phases", "phase"), ("phases", "treatmentoption"))
            for verb in ("add", "change")
        )
    )


def editors_only(view):
    """Answers 403 in a few words, never a redirect: the editor would show a login page as the preview."""

    @wraps(view)
    def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if not may_edit(request.user):
            return HttpResponse("Sign in again to see the preview.", status=403, content_type="text/plain")
        return view(request, *args, **kwargs)

    return guarded


@editors_only
@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """Markdown in, the HTML that readers would get out."""
    return HttpResponse(markdownify(request.POST.get("content", "")))


@editors_only
@require_POST
def upload_picture(request: HttpRequest) -> JsonResponse:
    """A picture in, the Markdown that shows it out. Always JSON: the editor's script reads nothing else."""
    try:
        upload = request.FILES.get("image")
        if upload is None and int(request.META.get("CONTENT_LENGTH") or 0) > images.MAX_BYTES:
            raise ValidationError(images.TOO_LARGE)
        if upload is None:
            raise ValidationError("Choose a picture first.")
        path = images.store(upload)
    except ValidationError as error:
        return _not_added(error.messages[0], 400)
    except OSError:
        return _not_added("Our store of pictures does not answer. Add it again in a minute.", 503)
    return JsonResponse({"image_code": f"![{images.UNDESCRIBED}]({path})"})


def _not_added(why: str, status: int) -> JsonResponse:
    """The editor's script puts `image_code` into the text whatever the status is, so it says why."""
    return JsonResponse({"image_code": f"{images.UPLOAD_REFUSED} {why}]"}, status=status)


@require_safe
def picture(request: HttpRequest, name: str) -> HttpResponseBase:
    """A stored picture. Its name never changes meaning, so it may be kept for good; that it cannot be had may not."""
    match = PICTURE.fullmatch(name)
    if not match:
        raise Http404
    try:
        response = FileResponse(default_storage.open(name), content_type=TYPES[match[1]])
    except FileNotFoundError:
        raise Http404 from None
    except OSError:
        words = "This picture cannot be had just now. Try again in a minute."
        headers = {"Cache-Control": "no-store", "Retry-After": "60"}
        return HttpResponse(words, status=503, content_type="text/plain", headers=headers)
    patch_cache_control(response, public=True, max_age=31_536_000, immutable=True)
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
