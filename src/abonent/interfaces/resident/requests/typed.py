"""The form of a request as it was sent, and between its pages: in the person's session, so that the check has
an address of its own and nothing of what was typed stands in one.

Names of the fields: `answer-<code>`, `text`, `phone`, `bill` (`2026-10.17`: month and service), `key`.
"""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from abonent.base.months import Month
from abonent.interfaces.ui.language import typed_initial
from abonent.portal.profile_requests import RequestKind
from abonent.service_requests.forms import LONGEST_TEXT
from abonent.service_requests.typed import TypedRequest

_NAME = "request_forms"
#: Of one session: tabs opened side by side. The oldest goes.
MOST = 5
_FIELDS = 60
#: One more than the domain reads: what is cut off must not make another text.
_LONGEST = LONGEST_TEXT + 1
_LONGEST_KEY = 40
_ANSWER = "answer-"

Values = dict[str, str]


def posted(request: HttpRequest) -> Values:
    """The fields as they were sent, or as typed before the language was switched; nothing raises."""
    if request.method == "POST":
        return _ours(request.POST.items())
    found = typed_initial(request).items()
    return _ours((name, value if isinstance(value, str) else value[-1]) for name, value in found)


def _ours(given: Any) -> Values:
    # PostgreSQL takes no null character.
    fields = [(name, str(value).replace("\0", "")[:_LONGEST]) for name, value in given if _is_ours(name)]
    values = dict(fields[:_FIELDS])
    return values | ({"key": form_key(values["key"])} if "key" in values else {})


def _is_ours(name: str) -> bool:
    return name in ("key", "text", "phone", "bill", "rating") or name.startswith(_ANSWER)


def form_key(text: str) -> str:
    """The name of a form; nothing for what is none of ours."""
    return text if len(text) <= _LONGEST_KEY and text.isascii() and text.isalnum() else ""


def keep(request: HttpRequest, kind: str, values: Mapping[str, str]) -> None:
    """Remember a form by its key, instead of what was remembered of it before."""
    forms: dict[str, Values] = request.session.get(_NAME, {})
    forms.pop(values["key"], None)
    forms[values["key"]] = {name: value for name, value in values.items() if value} | {"kind": kind}
    for old in list(forms)[:-MOST]:
        del forms[old]
    request.session[_NAME] = forms


def kept(request: HttpRequest, kind: str, key: str) -> Values | None:
    """The form of that key; None when this session does not know it, or it asked something else."""
    found: Values | None = request.session.get(_NAME, {}).get(key)
    return found if found and found.get("kind") == kind else None


def typed_request(kind: RequestKind, values: Mapping[str, str]) -> TypedRequest:
    """The same, as the domain takes it."""
    boxes = {field.code for field in kind.fields if field.type == "yes"}
    given = [(name.removeprefix(_ANSWER), values[name]) for name in values if name.startswith(_ANSWER)]
    return TypedRequest(
        kind.code,
        {code: "yes" if code in boxes else value for code, value in given},
        text=values.get("text", ""),
        phone=values.get("phone", ""),
        form_key=values.get("key", ""),
        bill=bill_line(values.get("bill", "")),
    )


def bill_line(text: str) -> tuple[Month, int] | None:
    """The month and the service of `2026-10.17`; None for anything else."""
    month, _dot, service = text.partition(".")
    if not (service.isdecimal() and service.isascii() and len(service) < 10):
        return None
    try:
        return Month.parse(month), int(service)
    except ValueError:
        return None
