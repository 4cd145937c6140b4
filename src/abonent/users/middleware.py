"""Who asks: the person, their language, and what must not be kept of a personal page."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject
from django.utils.translation.trans_real import parse_accept_lang_header

from abonent.portal.current import bring_up_to_date, seen_as
from abonent.users.models import User
from abonent.users.permissions import staff_of

#: Views that staff without a second factor still reach: to set one up, prove themselves, or leave.
OPEN_TO_HALF_SIGNED_IN = {
    "mfa_index",
    "mfa_activate_totp",
    "mfa_list_webauthn",
    "mfa_add_webauthn",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "account_reauthenticate",
    "account_logout",
}


def person_of(request: HttpRequest) -> User | AnonymousUser:
    """The active person whose session this is, as the session's own query brought them.

    A session made before the last change of password ends here: its hash no longer fits.
    """
    session: Any = request.session
    claimed = session.get(SESSION_KEY)
    person: User | None = session.person
    if claimed is None or person is None or str(person.pk) != claimed:
        return AnonymousUser()
    if session.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return AnonymousUser()
    if _hash_fits(session, person):
        return person
    session.flush()
    return AnonymousUser()


def _hash_fits(session: Any, person: User) -> bool:
    kept = session.get(HASH_SESSION_KEY, "")
    if constant_time_compare(kept, person.get_session_auth_hash()):
        return True
    if not settings.SECRET_KEY_FALLBACKS:
        return False
    older = any(constant_time_compare(kept, one) for one in person.get_session_auth_fallback_hash())
    if older:
        session.cycle_key()
        session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    return older


def language_of(request: HttpRequest) -> str:
    """The language just asked for > the person's own > the cookie > the browser's > the portal's first."""
    own = getattr(request.user, "language", "")
    for wanted in (
        getattr(request, "chosen_language", None),
        own,
        request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME),
    ):
        if wanted in _languages():
            return str(wanted)
    for wanted, _ in parse_accept_lang_header(request.headers.get("Accept-Language", "")[:200].lower()):
        if wanted[:2] in _languages():
            return wanted[:2]
    return _languages()[0]


def _languages() -> list[str]:
    return list(settings.PORTAL.languages)


class PersonMiddleware:
    """Gives `request.user` and the language; closes caches; keeps staff without a second factor outside."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.session.headers = request.META  # type: ignore[attr-defined]
        request.impersonal = request.path.startswith(tuple(settings.IMPERSONAL_PATHS))  # type: ignore[attr-defined]
        if request.impersonal:  # type: ignore[attr-defined]
            request.user = SimpleLazyObject(lambda: person_of(request))  # type: ignore[assignment]
            return self.get_response(request)
        known = settings.SESSION_COOKIE_NAME in request.COOKIES
        request.user = before = person_of(request) if known else AnonymousUser()
        number = request.session.settings_number if known else None  # type: ignore[attr-defined]
        bring_up_to_date(today=timezone.localdate(), number=number)
        with seen_as(), translation.override(language_of(request)):
            request.LANGUAGE_CODE = translation.get_language() or ""
            response = self.get_response(request)
        self._keep_language(request, response, before)
        return self._close(request, response, before)

    def process_view(self, request: HttpRequest, view: Any, *_: Any) -> HttpResponseBase | None:
        """Staff who have set up no second factor may only set one up (settings.STAFF_SECOND_FACTOR)."""
        if not settings.STAFF_SECOND_FACTOR or request.impersonal:  # type: ignore[attr-defined]
            return None
        if staff_of(request.user) is None:
            return None
        if request.session.has_second_factor:  # type: ignore[attr-defined]
            return None
        match = request.resolver_match
        if match and (match.url_name in OPEN_TO_HALF_SIGNED_IN or "ui" in match.app_names + match.namespaces):
            return None
        return HttpResponseRedirect(resolve_url("mfa_index"))

    def _keep_language(
        self, request: HttpRequest, response: HttpResponse, person: User | AnonymousUser
    ) -> None:
        """A person who presses another language in the page's head means it: it becomes their own."""
        morsel = response.cookies.get(settings.LANGUAGE_COOKIE_NAME)
        asked = getattr(request, "chosen_language", None) or (morsel.value if morsel else None)
        if isinstance(person, User) and asked in _languages() and person.language != asked:
            User.objects.filter(pk=person.pk).update(language=asked)

    def _close(
        self, request: HttpRequest, response: HttpResponse, before: User | AnonymousUser
    ) -> HttpResponse:
        response.headers.setdefault("Content-Language", request.LANGUAGE_CODE)
        patch_vary_headers(response, ["Accept-Language", "Cookie"])
        if before.is_authenticated or request.user.is_authenticated:
            if "no-store" not in response.get("Cache-Control", ""):
                response["Cache-Control"] = "no-store, private"
            if before.is_authenticated and not request.user.is_authenticated:
                response["Clear-Site-Data"] = '"cache", "storage"'
        return response
