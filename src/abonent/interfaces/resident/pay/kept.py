"""Forms of paying between their pages: in the person's session, so that the check has an address of its own.

Back and Refresh then work on it as on any page; nothing of what was chosen stands in an address.
"""

from collections.abc import Mapping

from django.http import HttpRequest

_NAME = "pay_forms"
#: Of one session: tabs opened side by side. The oldest goes.
MOST = 5
_FIELDS = 200
_LONGEST = 254
"""Characters of a value: an e-mail address."""


def keep(request: HttpRequest, key: str, values: Mapping[str, str]) -> None:
    """Remember a form by its key, instead of what was remembered of it before."""
    forms: dict[str, dict[str, str]] = request.session.get(_NAME, {})
    forms.pop(key, None)
    fields = [(name, value[:_LONGEST]) for name, value in values.items() if value and _is_ours(name)]
    forms[key] = dict(fields[:_FIELDS]) | {"key": key}
    for old in list(forms)[:-MOST]:
        del forms[old]
    request.session[_NAME] = forms


def kept(request: HttpRequest, key: str) -> dict[str, str] | None:
    """The form of that key; None when this session does not know it."""
    found: dict[str, str] | None = request.session.get(_NAME, {}).get(key)
    return found


def _is_ours(name: str) -> bool:
    return name in ("method", "email") or name.startswith(("what-", "other-", "service-"))
