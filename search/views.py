"""The search page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from phases.models import Symptom
from search.query import MAX_HEARD, search


@never_cache
@require_safe
def search_page(request: HttpRequest) -> HttpResponse:
    """Show the results for ?q=, which is never logged."""
    typed = request.GET.get("q", "")
    results = search(typed) if typed.strip() else None
    context: dict[str, object] = {"typed": typed[:MAX_HEARD], "results": results}
    if results and not results.found:
        context["symptoms"] = Symptom.objects.published()
    return render(request, "search/search.html", context)
