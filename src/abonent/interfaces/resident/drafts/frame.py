"""The frame of a page that shows a draft: the customer's own, with nothing to press in it."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from abonent.interfaces.resident.cabinet import SECTIONS, section_label
from abonent.interfaces.resident.drafts import sample
from abonent.interfaces.ui.environment import LANGUAGE_NAMES, language
from abonent.interfaces.ui.frames import AccountLine, Cabinet, MenuItem
from abonent.portal.current import portal

NOWHERE = "#content"
Switch = tuple[str, str, bool]
"""(words, address, chosen) of `ui/link_switch.html`."""


def language_asked(request: HttpRequest) -> str:
    """`?language=kk`, where the portal has it; else the reader's own."""
    asked = request.GET.get("language", "")
    return asked if asked in portal().languages else language()


def drawn(
    request: HttpRequest,
    customers_page: str,
    *,
    section: str,
    back: str,
    choices: Sequence[Switch] = (),
    has_form: bool = True,
    **values: Any,
) -> HttpResponse:
    """The customer's template with the sample's frame. `back`: the draft in the office; `choices`: the page's
    other days, sums or forms. Addresses that the template asks for lead back to this page."""
    name = section if section in SECTIONS else ""
    page = {
        "customers_page": customers_page,
        "has_form": has_form,
        "cabinet": _cabinet(section, back),
        "section_title": section_label(name) if name else "",
        "held": sample.account(),
        "url": lambda *_, **__: request.path,
        "draft_url": back,
        "draft_languages": [_switch(request, code) for code in portal().languages],
        "draft_choices": choices,
    }
    return render(request, "resident/drafts/page.html", page | values)


def address_with(request: HttpRequest, **asked: str) -> str:
    """This page asked otherwise."""
    return f"{request.path}?{urlencode({**request.GET.dict(), **asked})}"


def _switch(request: HttpRequest, code: str) -> Switch:
    return LANGUAGE_NAMES[code][1], address_with(request, language=code), code == language()


def _cabinet(section: str, back: str) -> Cabinet:
    account = sample.account()
    line = AccountLine(account.number, account.address, NOWHERE, current=True)
    menu = [
        MenuItem(NOWHERE, section_label(name), SECTIONS[name][1], current=name == section)
        for name in portal().menu
    ]
    return Cabinet(full_name="", menu=menu, account=line, accounts=[line], home_url=back)
