"""Filters for numbers and months, and icons remembered as text: no slower than they need be."""

from functools import lru_cache

from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from abonent.interfaces.ui import formatting, icons
from abonent.portal.current import portal

register = template.Library()
register.filter("amount", formatting.amount)
register.filter("quantity", formatting.quantity)
register.filter("day", formatting.date)


@register.filter
def money(value):  # type: ignore[no-untyped-def]
    return formatting.money(value, portal().currency_symbol)


@register.filter
def month(value):  # type: ignore[no-untyped-def]
    return formatting.month(value, get_language())


@register.filter
def said(text):  # type: ignore[no-untyped-def]
    """A text of the profile."""
    return text[get_language()]


@register.simple_tag
@lru_cache(maxsize=256)
def icon(name: str, size: int | None = None) -> SafeString:
    return mark_safe(str(icons.icon(name, size)))
