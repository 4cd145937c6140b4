"""Switching language keeps what was typed, without JavaScript (README, last section)."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_POST

from abonent.interfaces.ui.display import YEAR, safe_next

#: The name of the language buttons; not `language`, which the settings page has as a field of its own.
FIELD = "switch_language"
ANOTHER = "another_picture"
#: Never handed back to a page: what a person keeps secret, and what is ours.
_NEVER_KEPT = {"csrfmiddlewaretoken", "code", FIELD, ANOTHER}
_NEVER_KEPT_PARTS = ("password", "captcha")


def set_language_cookie(response: HttpResponse, language: str) -> None:
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=YEAR,
        samesite="Lax",
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
    )


def chosen_language(request: HttpRequest) -> str | None:
    """The portal's language the form asks for, or None."""
    asked = request.POST.get(FIELD, "")
    return asked if asked in dict(settings.LANGUAGES) else None


def _typed(posted: QueryDict) -> dict[str, Any]:
    """What was typed, as `initial` of a form takes it: a list only where there were several values."""
    kept = {
        key: values
        for key, values in posted.lists()
        if key not in _NEVER_KEPT and not any(part in key for part in _NEVER_KEPT_PARTS)
    }
    return {key: values if len(values) > 1 else values[0] for key, values in kept.items() if values}


def typed_initial(request: HttpRequest) -> dict[str, Any]:
    """`initial` for an unbound form: what was typed before the language was switched; else empty."""
    return dict(getattr(request, "typed", {}))


class KeepsTyped:
    """For class-based form views: `class SignUp(KeepsTyped, FormView)`."""

    request: HttpRequest

    def get_initial(self) -> dict[str, Any]:
        return {**super().get_initial(), **typed_initial(self.request)}  # type: ignore[misc]


class LanguageOfFormMiddleware:
    """Turns a page's own form, sent by a language button, into a GET of that page with `request.typed`.

    Nothing is done and nothing is validated, so the view needs no case of its own, and a forged request can
    only change a language. Stands before `CsrfViewMiddleware` and before what activates the language: it puts
    the language into the request's cookie, where that will look. «Показать другую картинку» comes so too.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not _redraws(request):
            return self.get_response(request)
        language = chosen_language(request)
        _turn_into_get(request, language)
        if language is None:
            return self.get_response(request)
        with translation.override(language):
            response = self.get_response(request)
        set_language_cookie(response, language)
        return response


def _redraws(request: HttpRequest) -> bool:
    """The form came by a button that only draws the page again."""
    if request.method != "POST" or request.content_type != "application/x-www-form-urlencoded":
        return False
    return (FIELD in request.POST and request.path != reverse("ui:language")) or ANOTHER in request.POST


def _turn_into_get(request: HttpRequest, language: str | None) -> None:
    request.typed = _typed(request.POST)  # type: ignore[attr-defined]
    request.chosen_language = language  # type: ignore[attr-defined]
    request.method = request.META["REQUEST_METHOD"] = "GET"
    request.POST = QueryDict()
    if language:
        request.COOKIES[settings.LANGUAGE_COOKIE_NAME] = language


@require_POST
def change_language(request: HttpRequest) -> HttpResponse:
    """The header's switch on a page without a form: keep the language in the cookie and come back."""
    response = HttpResponseRedirect(safe_next(request))
    language = chosen_language(request)
    if language:
        set_language_cookie(response, language)
    return response
