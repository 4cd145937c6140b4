"""Pages of long lists."""

from django.http import HttpRequest

PAGE = 50


def page_asked(request: HttpRequest) -> int:
    """`?page=3`; the first one for anything else."""
    text = request.GET.get("page", "1")
    is_number = text.isascii() and text.isdigit() and len(text) < 6
    return max(int(text), 1) if is_number else 1
