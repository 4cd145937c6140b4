"""A request as a person typed it, what is asked, and what came of it. Plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from abonent.base.months import Month
from abonent.portal.profile_requests import RequestField
from abonent.service_requests.problems import Problem


@dataclass(frozen=True, slots=True)
class TypedRequest:
    """What came with a form, judged by nobody yet."""

    kind: str
    answers: Mapping[str, str] = field(default_factory=dict)
    """Texts by the field's code; a ticked box is `yes`."""
    text: str = ""
    phone: str = ""
    form_key: str = ""
    """The form's own mark: one key is one request."""
    bill: tuple[Month, int] | None = None
    """The month and the service's id of the bill's line that is asked about."""


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file as it was sent: the name is the sender's."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Option:
    """A choice; `label` by language."""

    value: str
    label: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class AskedField:
    """A question with what may be chosen; no options where it is typed."""

    field: RequestField
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """As it is kept: the question and the answer in every language, as they were at that time."""

    code: str
    type: str
    label: Mapping[str, str]
    value: str
    shown: Mapping[str, str]

    def as_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "type": self.type,
            "label": dict(self.label),
            "value": self.value,
            "shown": dict(self.shown),
        }


@dataclass(frozen=True, slots=True)
class Checked:
    """What a form says once it is looked at: without problems it may be filed."""

    answers: tuple[Answer, ...]
    text: str
    phone: str
    problems: Mapping[str, Problem]
    """By `answer-<code>`, `text`, `phone` or `files`."""
