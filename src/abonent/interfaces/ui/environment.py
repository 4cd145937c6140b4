"""The Jinja2 environment of every page (ADR 0003)."""

from collections.abc import Callable, Hashable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

import jinja2
from django.conf import settings
from django.contrib.messages import get_messages
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.template import engines
from django.templatetags.static import static
from django.urls import get_script_prefix, get_urlconf, reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext, npgettext, pgettext
from markupsafe import Markup

from abonent.interfaces.ui import formatting, tables
from abonent.interfaces.ui.assets import asset_url
from abonent.interfaces.ui.brand import logo_url, theme_colours
from abonent.interfaces.ui.display import Display, display
from abonent.interfaces.ui.fields import captcha_picture, control, error_list
from abonent.interfaces.ui.icons import icon
from abonent.interfaces.ui.months import month_options
from abonent.interfaces.ui.shortcuts import shortcut
from abonent.portal.current import edition, portal

#: The names people look for in a switch of language: short, and whole for a reader of the screen.
LANGUAGE_NAMES = {"kk": ("Қаз", "Қазақша"), "ru": ("Рус", "Русский"), "en": ("Eng", "English")}


def language() -> str:
    """The current language, without a region: `ru`, `kk` or `en`."""
    return (get_language() or portal().language)[:2]


def local(text: Mapping[Any, str] | None) -> str:
    """A text of the profile in the current language (its first language when there is no such)."""
    if not text:
        return ""
    return text.get(language()) or next(iter(text.values()))


@lru_cache(maxsize=4096)
def _reversed(
    name: str, args: tuple[Any, ...], kwargs: tuple[tuple[str, Any], ...], *where: str | None
) -> str:
    return reverse(name, args=args or None, kwargs=dict(kwargs) or None)


def url(name: str, /, *args: Any, **kwargs: Any) -> str:
    """The address of a named URL; remembered, because a page asks for the same ones again and again."""
    return _reversed(name, args, tuple(sorted(kwargs.items())), get_script_prefix(), _urlconf())


def _urlconf() -> str:
    return str(get_urlconf() or settings.ROOT_URLCONF)


def csrf(request: HttpRequest) -> Markup:
    """The hidden input of Django's CSRF token, for macros (they have no `csrf_input`); one a page."""
    made: Markup | None = getattr(request, "_csrf_input", None)
    if made is None:
        made = Markup('<input type="hidden" name="csrfmiddlewaretoken" value="{}">').format(
            get_token(request)
        )
        request._csrf_input = made  # type: ignore[attr-defined]
    return made


def in_demo() -> bool:
    """Whether this is the demo, whose pages say so."""
    return bool(settings.DEMO)


_fixed: dict[tuple[Hashable, str, str, Display | None], Markup] = {}
_fixed_for: list[object] = []
_MOST_FIXED = 1000


def fixed(template: str, shown: Display | None = None) -> Markup:
    """A part that depends on the portal and the language alone (header's brand, contacts), drawn once.

    With `shown` it depends on that too (the panel of the display switch): a few dozen values there are.
    """
    if _fixed_for != [settings.PORTAL]:
        _fixed_for[:] = [settings.PORTAL]
        _fixed.clear()
    key = (edition(), template, language(), shown)
    drawn = None if settings.DEBUG else _fixed.get(key)
    if drawn is None:
        text = engines["jinja2"].get_template(template).render({"shown": shown})
        drawn = Markup(text)  # noqa: S704 - our own template's output
        if len(_fixed) >= _MOST_FIXED:  # of editions that are over
            _fixed.clear()
        _fixed[key] = drawn
    return drawn


def messages(request: HttpRequest | None) -> list[Message]:
    """Django's messages for this visitor, read once; none where there is no session."""
    return list(get_messages(request)) if request is not None and hasattr(request, "_messages") else []


def forget() -> None:
    """Forget addresses and fixed parts: for tests, which change the portal and the URL map."""
    _fixed.clear()
    _fixed_for.clear()
    _reversed.cache_clear()


def _with_currency(function: Callable[[Decimal | None, str], str]) -> Callable[[Decimal | None], str]:
    return lambda value: function(value, portal().currency_symbol)


def _in_language(function: Callable[[Any, str], str]) -> Callable[[Any], str]:
    return lambda value: function(value, language())


def _counted(noun: str) -> Callable[[int | None], str]:
    return lambda value: formatting.counted(value, noun, language())


def _local_datetime(value: Any) -> str:
    return formatting.datetime(timezone.localtime(value) if value and timezone.is_aware(value) else value)


def _local_day(value: Any) -> Any:
    """The day of a moment by the portal's clocks; days, and moments in a supplier's zone, stay."""
    is_utc = isinstance(value, datetime) and value.tzinfo is UTC
    return timezone.localtime(value) if is_utc else value


def _local_date(value: Any) -> str:
    return formatting.date(_local_day(value))


def _day_in_words(value: Any) -> str:
    return formatting.day(_local_day(value), language())


FILTERS: dict[str, Callable[..., str]] = {
    "amount": formatting.amount,
    "money": _with_currency(formatting.money),
    "signed_money": _with_currency(formatting.signed_money),
    "quantity": formatting.quantity,
    "number": formatting.number,
    "date": _local_date,
    "day": _day_in_words,
    "datetime": _local_datetime,
    "month": _in_language(formatting.month),
    "month_short": _in_language(formatting.month_short),
    "month_name": _in_language(formatting.month_name),
    "file_size": _in_language(formatting.file_size),
    "phone": formatting.phone,
    "tel": formatting.tel,
    "months": _counted("month"),
    "days": _counted("day"),
    "times": _counted("time"),
}


def _portal_languages() -> list[tuple[str, str, str]]:
    """(code, short name, whole name) in the portal's order."""
    return [(code, *LANGUAGE_NAMES[code]) for code in portal().languages]


class _Template(jinja2.Template):
    """Macros are imported without context, so a file of macros is one module for all pages: made once, and
    not compared with the importing page's globals every time (a twentieth of a page's time)."""

    def _get_default_module(self, ctx: jinja2.runtime.Context | None = None) -> Any:
        return self._module or super()._get_default_module()


def environment(**options: Any) -> jinja2.Environment:
    """Django's Jinja2 backend calls this once. A name a template does not know is an error, not a blank."""
    made = jinja2.Environment(  # noqa: S701 - on, below
        **{
            **options,
            "autoescape": True,
            "undefined": jinja2.StrictUndefined,
            "trim_blocks": True,
            "lstrip_blocks": True,
            "cache_size": -1,
            "extensions": ["jinja2.ext.i18n", "jinja2.ext.do"],
        }
    )
    made.template_class = _Template
    made.install_gettext_callables(  # type: ignore[attr-defined]
        gettext, ngettext, newstyle=True, pgettext=pgettext, npgettext=npgettext
    )
    made.policies["ext.i18n.trimmed"] = True
    made.filters.update(FILTERS)
    made.globals.update(
        {
            "url": url,
            "static": static,
            "asset": asset_url,
            "csrf": csrf,
            "icon": icon,
            "portal": portal,
            "local": local,
            "language": language,
            "languages": _portal_languages,
            "display": display,
            "in_demo": in_demo,
            "fixed": fixed,
            "messages": messages,
            "logo_url": logo_url,
            "theme_colours": theme_colours,
            "column": tables.column,
            "table_body": tables.body,
            "table_totals": tables.totals,
            "month_options": month_options,
            "shortcut": shortcut,
            "control": control,
            "captcha_picture": captcha_picture,
            "error_list": error_list,
        }
    )
    return made
