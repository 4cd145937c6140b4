"""How a person wants pages drawn: theme, text size, contrast, pictures. A cookie, no account needed.

«Версия для слабовидящих» is large text and high contrast together; each can be changed on its own.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Self

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST
from markupsafe import Markup

COOKIE = "display"
YEAR = 365 * 24 * 3600
CHOICES = {
    "theme": ("auto", "light", "dark"),
    "size": ("normal", "large", "huge"),
    "contrast": ("normal", "high"),
    "pictures": ("on", "off"),
}


@dataclass(frozen=True, slots=True)
class Display:
    theme: str = "auto"
    size: str = "normal"
    contrast: str = "normal"
    pictures: str = "on"

    @classmethod
    def parse(cls, cookie: str) -> Self:
        """Read the cookie; a word that is not one of ours is left at its default."""
        words = dict(pair.split("-", 1) for pair in cookie.split(".") if "-" in pair)
        return cls(**{key: words[key] for key in CHOICES if words.get(key) in CHOICES[key]})

    @property
    def special(self) -> bool:
        """The version for people who see badly is on."""
        return self.contrast == "high" or self.size != "normal"

    def _chosen(self) -> list[tuple[str, str]]:
        return [(key, getattr(self, key)) for key in CHOICES if getattr(self, key) != CHOICES[key][0]]

    def cookie(self) -> str:
        return ".".join(f"{key}-{value}" for key, value in self._chosen())

    def attributes(self) -> Markup:
        """The attributes of `<html>`; only what differs from the default."""
        return Markup("").join(Markup(' data-{}="{}"').format(*pair) for pair in self._chosen())


@lru_cache(maxsize=256)
def _parsed(cookie: str) -> Display:
    return Display.parse(cookie)


def display(request: HttpRequest | None) -> Display:
    """What this visitor chose."""
    return _parsed(request.COOKIES.get(COOKIE, "")[:80]) if request else Display()


def _changed(current: Display, name: str, value: str) -> Display:
    if name == "special":
        large = (
            {"size": "large", "contrast": "high"}
            if value == "on"
            else {"size": "normal", "contrast": "normal"}
        )
        return replace(current, **large, pictures="on" if value != "on" else current.pictures)
    return replace(current, **{name: value}) if value in CHOICES.get(name, ()) else current


def safe_next(request: HttpRequest) -> str:
    """The page to come back to: `next` of the form when it is ours, else the front page."""
    target = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if ours else "/"


@require_POST
def change_display(request: HttpRequest) -> HttpResponse:
    """Keep one choice (`theme=dark`, `size=large`, `special=on` …) in the cookie and come back."""
    chosen = display(request)
    for name in (*CHOICES, "special"):
        if name in request.POST:
            chosen = _changed(chosen, name, request.POST[name])
    response = HttpResponseRedirect(safe_next(request))
    response.set_cookie(COOKIE, chosen.cookie(), max_age=YEAR, samesite="Lax", secure=request.is_secure())
    return response
