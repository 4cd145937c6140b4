"""The profile's `[requests]`: what a customer may ask for, what is asked of him, who does it, and by when."""

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from abonent.portal.profile_parts import Code, LocalText, Part, Section

FieldType = Literal[
    "text",
    "long_text",
    "number",  # whole, within `least` and `most`
    "date",
    "choice",  # one of `choices`
    "meter",  # one of the account's meters
    "hours",  # a wished time of a day: one of `choices`, or any
    "phone",
    "email",
    "yes",  # a box that must be ticked when `required`
]


class Choice(Part):
    code: Code
    label: LocalText


class RequestField(Part):
    """One question of a form."""

    code: Code
    type: FieldType
    label: LocalText
    hint: LocalText | None = None
    required: bool = True
    choices: list[Choice] = Field(default_factory=list)
    least: int | None = None
    most: int | None = None
    """Bounds of a number, or of a text's length."""
    days: Literal["any", "past", "future"] = "any"
    """Of a date: today counts as both. A future day is one on which people work."""

    @model_validator(mode="after")
    def _consistent(self) -> "RequestField":
        if (self.type == "choice") != bool(self.choices) and self.type != "hours":
            raise ValueError("choices go with the type 'choice'")
        if len({one.code for one in self.choices}) < len(self.choices):
            raise ValueError("choices: every code once")
        return self


class RequestKind(Part):
    """A kind of request: «Опломбирование ПУ», «Сантехник»."""

    code: Code
    label: LocalText
    hint: LocalText | None = None
    """When to choose it, and what happens then."""
    offered: bool = True
    """False: nobody files it any more; what was filed keeps its words."""
    icon: str = "clipboard-list"
    team: Code | None = None
    """Who handles it; None: whoever of the staff takes it."""
    working_days: int = Field(default=10, ge=1, le=90)
    """By when it is done, counted from the day after it came (docs/domain/requests.md)."""
    fields: list[RequestField] = Field(default_factory=list)
    files: Literal["none", "optional", "required"] = "optional"
    files_hint: LocalText | None = None
    """Which documents: «Копия адресной справки»."""
    changes_account: bool = False
    """It asks to change the account: only where `account_changed_by_requests`."""
    about_bill_line: bool = False
    """Questions about a line of a bill are of this kind; the line comes along."""
    leads_to: Section | None = None
    """It is done in another section («Передача показаний»): choosing it opens that one."""
    filed: LocalText | None = None
    """What the customer reads after filing it, beside number and deadline."""

    @model_validator(mode="after")
    def _consistent(self) -> "RequestKind":
        if self.leads_to and (self.fields or self.about_bill_line):
            raise ValueError("leads_to: the other section asks; this kind has no fields of its own")
        if len({one.code for one in self.fields}) < len(self.fields):
            raise ValueError("fields: every code once")
        return self


class Team(Part):
    code: Code
    name: LocalText


class Requests(Part):
    """Requests to the utility (docs/domain/requests.md). Without kinds nobody can file one."""

    kinds: list[RequestKind] = Field(default_factory=list)
    teams: list[Team] = Field(default_factory=list)
    holidays: list[date] = Field(default_factory=list)
    """Days off besides Saturdays, Sundays and the country's public holidays."""
    workdays: list[date] = Field(default_factory=list)
    """Saturdays and Sundays that are worked."""
    reopened_within_days: int = Field(default=30, ge=1, le=365)
    """How long after its end a request may be reopened."""
    most_files: int = Field(default=10, ge=1, le=30)
    """Of one message."""
    most_megabytes: int = Field(default=12, ge=1, le=50)
    """Of one file."""

    @model_validator(mode="after")
    def _consistent(self) -> "Requests":
        teams = [one.code for one in self.teams]
        kinds = [one.code for one in self.kinds]
        for name, codes in (("teams", teams), ("kinds", kinds)):
            if len(set(codes)) < len(codes):
                raise ValueError(f"{name}: every code once")
        for kind in self.kinds:
            if kind.team and kind.team not in teams:
                raise ValueError(f"kinds.{kind.code}.team: no such team: {kind.team}")
        if sum(kind.about_bill_line for kind in self.kinds) > 1:
            raise ValueError("kinds: only one is about_bill_line")
        return self

    def kind(self, code: str) -> RequestKind | None:
        return next((one for one in self.kinds if one.code == code), None)

    @property
    def offered(self) -> list[RequestKind]:
        """What may be filed now, in the order shown."""
        return [one for one in self.kinds if one.offered]

    def team(self, code: str) -> Team | None:
        return next((one for one in self.teams if one.code == code), None)

    @property
    def about_bill_line(self) -> RequestKind | None:
        """The kind that a question about a line of a bill is."""
        return next((one for one in self.kinds if one.about_bill_line), None)
