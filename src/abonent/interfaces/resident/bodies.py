"""Drawn bodies of the account's pages, kept by this process.

A body is described completely by its key: the account, the versions of data, money and settings, the
language, what was asked, and whether the link is limited (masked names). Nothing of the person is in it;
the frame around it is drawn for every request.
"""

from collections.abc import Callable
from typing import Any

from django.template import engines
from markupsafe import Markup

from abonent.accounts.queries import HeldAccount
from abonent.base.kept import Kept
from abonent.interfaces.ui.environment import language
from abonent.portal.current import edition, portal

#: Characters, of two bytes in Cyrillic texts: 24 MB a process, a thousand pages of the usual size.
bodies: Kept[Markup] = Kept(room=12_000_000)


def drawn(template: str, account: HeldAccount, make: Callable[[], dict[str, Any]], *asked: object) -> Markup:
    """The template drawn with what `make` reads, or as it was drawn before for the same key."""
    versions = (account.data_version, account.money_version)
    key = (
        template,
        portal().code,
        edition(),
        account.id,
        versions,
        account.limited,
        account.looking,
        language(),
        *asked,
    )
    return bodies.get(key, lambda: _draw(template, {"account": account, **make()}))


def _draw(template: str, values: dict[str, Any]) -> Markup:
    text = engines["jinja2"].env.get_template(template).render(values)  # type: ignore[attr-defined]
    return Markup(text)  # noqa: S704 - our own template's output, escaped there
