"""Machines are not led from http to https: a caller whose secret has gone in the clear must notice."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.http import HttpRequest, HttpResponse

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def https_only(view: View[P]) -> View[P]:
    """403 and not a word, where the portal is served by https."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if settings.SECURE_SSL_REDIRECT and not request.is_secure():
            return HttpResponse(status=403)
        return view(request, *args, **kwargs)

    return guarded
