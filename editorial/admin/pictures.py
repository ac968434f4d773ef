"""The picture library in the admin: add, describe, find, reuse, and delete unused pictures."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect
from django.utils.html import format_html, format_html_join

from editorial.admin.content import ContentAdmin
from editorial.admin.fields import OptionsFilter
from editorial.admin.picture_uses import used_stems, uses
from editorial.models import pictures
from editorial.models.pictures import Picture
from editorial.values import images

#: How many pictures the editor's picker shows.
MAX_OFFERED = 24


class AddPictureForm(forms.ModelForm):
    file = forms.FileField(
        label="Picture",
        widget=forms.FileInput({"accept": images.ACCEPTED}),
        help_text="JPEG, PNG, WebP or HEIC, up to 30 MB. Where it was taken, and by which camera, is left out.",
    )
    field_order = ("file", "alt", "decorative")

    def clean_file(self) -> images.Copies:
        return images.copies(self.cleaned_data["file"])

    def full_clean(self) -> None:
        """Store the files once all else is right: those of a refused form would become a second picture."""
        super().full_clean()
        if not self.is_valid():
            return
        try:
            stored = pictures.save_files(self.cleaned_data["file"])
        except OSError:
            self.add_error(None, pictures.NO_STORAGE)
            return
        for name in ("name", "width", "height", "widths"):
            setattr(self.instance, name, getattr(stored, name))


def _used() -> list[int]:
    stems = used_stems()
    return [picture.pk for picture in Picture.objects.only("name") if picture.stem in stems]


class UseFilter(OptionsFilter):
    title, parameter_name = "use", "used"
    options: ClassVar = {
        "yes": ("In a text", lambda found, request: found.filter(pk__in=_used())),
        "no": ("In no text", lambda found, request: found.exclude(pk__in=_used())),
    }


class PictureAdmin(ContentAdmin):
    """The description can be edited, the file cannot."""

    list_display = ("shows", "line", "by", "at")
    list_filter = (UseFilter, "decorative")
    list_per_page = 50
    list_select_related = ("by",)
    search_fields = ("alt", "name")
    actions = None  # delete on the picture's own page, which shows its uses
    readonly_fields = ("large", "line", "used_in", "by", "at")
    formfield_overrides: ClassVar = {models.CharField: {"widget": AdminTextareaWidget({"rows": 3})}}

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, **kwargs | ({} if obj else {"form": AddPictureForm}))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return AddPictureForm.field_order
        only_old = request.user.is_superuser and (found := uses(obj)) and all(use.is_old for use in found)
        fields = ("removed_why",) if only_old or obj.removed_why else ()
        return ("large", "alt", "decorative", "line", "used_in", "by", "at", *fields)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*self.readonly_fields, "removed_why") if obj and obj.removed_why else self.readonly_fields

    def get_urls(self) -> list:
        return [self.own_path("pick/", self.pick, "pick"), *super().get_urls()]

    def pick(self, request: HttpRequest) -> JsonResponse:
        """Return the newest pictures, or search results, for the editor's picker."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        found, _ = self.get_search_results(request, Picture.objects.filter(removed_why=""), request.GET.get("q", ""))
        offered = [{"line": row.markdown, "thumbnail": row.thumbnail, "shows": str(row)} for row in found[:MAX_OFFERED]]
        return JsonResponse({"pictures": offered}, headers={"Cache-Control": "no-store"})

    def save_model(self, request: HttpRequest, obj: Picture, form: forms.ModelForm, change: bool) -> None:
        obj.by = obj.by if change else request.user  # type: ignore[assignment]  # staff, in the admin
        if obj.removed_why and "removed_why" in form.changed_data:
            pictures.erase_files(obj)
            self.log_change(request, obj, f"Erased its files: {obj.removed_why}")
        super().save_model(request, obj, form, change)

    def response_add(self, request: HttpRequest, obj: Picture, post_url_continue: Any = None) -> HttpResponse:
        """Redirect to the picture's page, which has its Markdown."""
        if "_addanother" in request.POST:
            return super().response_add(request, obj, post_url_continue)
        return redirect("admin:editorial_picture_change", obj.pk)

    def has_delete_permission(self, request: HttpRequest, obj: Picture | None = None) -> bool:
        """Let only administrators delete, and only unused pictures."""
        allowed = request.user.is_superuser and super().has_delete_permission(request, obj)
        return allowed and not (obj and uses(obj))

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except OSError:
            return self._not_erased(request)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        try:
            return super().delete_view(request, object_id, extra_context)
        except OSError:
            return self._not_erased(request)

    def _not_erased(self, request: HttpRequest) -> HttpResponse:
        self.message_user(request, "Not erased: the picture storage is not available.", messages.ERROR)
        return HttpResponseRedirect("../change/")

    def delete_model(self, request: HttpRequest, obj: Picture) -> None:
        pictures.erase_files(obj)  # before the row: if that fails, it can be deleted again
        super().delete_model(request, obj)

    @admin.display(description="What it shows", ordering="alt")
    def shows(self, picture: Picture) -> str:
        if picture.removed_why:
            return f"Removed: {picture}"
        return format_html('<img class="thumbnail" src="{}" alt="" loading="lazy">{}', picture.thumbnail, picture)

    @admin.display(description="Picture")
    def large(self, picture: Picture) -> str:
        if picture.removed_why:
            return "Removed. Old versions of pages say so."
        size = f"{picture.width} × {picture.height} pixels" if picture.widths else "This file could not be read."
        return format_html('<img class="large" src="{}" alt=""><p>{}</p>', picture.path, size)

    @admin.display(description="Line for a text")
    def line(self, picture: Picture) -> str:
        return format_html('<code class="line">{}</code>', picture.markdown)

    @admin.display(description="Used in")
    def used_in(self, picture: Picture) -> str:
        found = [(use.address, use.what) for use in uses(picture)]
        links = format_html_join("", '<li><a href="{}">{}</a></li>', found)
        return format_html("<ul>{}</ul>", links) if found else "No text. An administrator can erase it."
