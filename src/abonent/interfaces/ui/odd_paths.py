"""Addresses that name nothing, whatever page they come to."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse


class OddPathMiddleware:
    """An address with a null character in it is no page's: PostgreSQL knows no such text, and what looks for
    it would fail."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Raises Http404, which is answered as any page that is not there."""
        if "\0" in request.path_info:
            raise Http404
        return self.get_response(request)
