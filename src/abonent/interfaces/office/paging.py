"""Pages of long lists."""

from django.http import HttpRequest

PAGE = 50


def page_asked(request: HttpRequest) -> int:
    """`?page=3`; the first one for anything else."""
    text = request.GET.get("page", "1")
    return int(text) if text.isascii() and text.isdigit() and 0 < int(text[:6]) < 100_000 else 1
