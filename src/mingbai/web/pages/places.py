"""Places: found by name, another name, pinyin or initials."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from mingbai.kernel.perform import answer
from mingbai.kernel.refusals import Refused


def search(request: HttpRequest) -> HttpResponse:
    """Search for a place and open its account."""
    text = request.GET.get("text", "").strip()
    rows, refusal = [], None
    if text:
        try:
            rows = answer("places.search", {"text": text})
        except Refused as refused:
            refusal = refused
    return render(request, "web/places.html", {"text": text, "rows": rows, "refusal": refusal})
