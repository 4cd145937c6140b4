"""The profile: the one TOML file that makes the code this portal and not another.

A frozen typed object, read at start by `load`. An unknown key, a text missing in one of the portal's
languages, a section or a fact that does not exist is a `ProfileError` naming file, key and reason.
Every key is described in docs/operations/profile.md.
"""

import re
import tomllib
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, Field, ValidationError, model_validator

from abonent.base.errors import DomainError
from abonent.base.months import Month
from abonent.portal.profile_parts import Code, Colour, Language, LocalText, Part, Section, Text
from abonent.portal.profile_paying import CallingBank, Commission, FiscalReceipts, Method, Paying
from abonent.portal.profile_requests import Requests

__all__ = [
    "BILL_TEMPLATES",
    "Brand",
    "CallingBank",
    "Commission",
    "Fact",
    "FiscalReceipts",
    "Label",
    "Language",
    "Linking",
    "Method",
    "Paying",
    "Profile",
    "ProfileError",
    "Readings",
    "Section",
    "Text",
    "load",
]

#: What a customer may be asked to prove an account. Each has a check in accounts/proofs.py.
Fact = Literal[
    "last_payment_month",  # month and year, from a picker
    "last_payment_month_and_day",  # month and day: the Kazakh manual of AES
    "last_payment_date",  # ДД.ММ.ГГГГ
    "last_payment_amount",
    "surname",
    "flat",
]

#: What a portal may call by a word of its own, at sign-up, sign-in and linking.
Label = Literal[
    "sign_up",
    "email",
    "password",
    "password_again",
    "add_account",
    "last_payment_date",
    "last_payment_amount",
    "view_receipt",
    "enter_readings",
    "save_readings",
    "pay",
    "file_request",
]

SignUpField = Literal["login", "email", "full_name", "phone", "password", "agreement", "captcha"]


#: The templates that come with the program, in bills/paper/templates/.
BILL_TEMPLATES = ("bilingual", "housing", "electricity")


class ProfileError(DomainError):
    """The profile cannot be used: the message names file, key and reason."""


class Brand(Part):
    name: LocalText
    short_name: LocalText
    tagline: LocalText
    colour: Colour
    accent: Colour
    logo: str | None = None
    """A file name in portals/logos/."""


@cache
def _time_zones() -> frozenset[str]:
    """Asking for them reads the whole folder of the system's."""
    return frozenset(available_timezones())


def _a_time_zone(value: str) -> str:
    if value not in _time_zones():
        raise ValueError("no such time zone (names are those of the IANA database: Asia/Almaty)")
    return value


def _a_regular_expression(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    return value


class ContactCentre(Part):
    phones: list[str] = Field(min_length=1)
    hours: LocalText
    email: str | None = None


class Office(Part):
    name: LocalText
    address: LocalText
    hours: LocalText
    phone: str | None = None


class Consent(Part):
    """What people agree to besides the agreement, by a box of its own (152-FZ, art. 9: separately)."""

    code: Code
    version: str = Field(pattern=r"^[A-Za-z0-9._-]{1,20}$")
    """Another version is asked for anew at the next sign-in: a text that changes its sense gets one."""
    title: LocalText
    text: LocalText


class SignUp(Part):
    """What the registration form asks, in its order."""

    fields: list[SignUpField]
    sign_in_by: Literal["login", "email"]
    login_label: LocalText | None = None
    login_pattern: Annotated[str, AfterValidator(_a_regular_expression)] = r"[A-Za-z0-9_-]{3,30}"
    with_account: bool = False
    """The account is proven in the same form (ALSECO)."""
    contact_details_after_link: bool = False
    """Contact details are asked once the first account is linked (the housing manager's manual)."""
    done: LocalText
    """What the person reads after signing up."""
    agreement: LocalText | None = None
    agreement_version: str = Field(default="1", pattern=r"^[A-Za-z0-9._-]{1,20}$")
    """Another version is asked for anew at the next sign-in."""
    consents: list[Consent] = Field(default_factory=list)

    @model_validator(mode="after")
    def _consistent(self) -> "SignUp":
        for field in ("email", "password"):
            if field not in self.fields:
                raise ValueError(f"fields must hold {field!r}")
        if ("login" in self.fields) != (self.sign_in_by == "login"):
            raise ValueError("sign_in_by = 'login' goes with the field 'login'")
        if ("agreement" in self.fields) != (self.agreement is not None):
            raise ValueError("the field 'agreement' goes with the text agreement")
        codes = ["agreement", *(one.code for one in self.consents)]
        if len(set(codes)) != len(codes):
            raise ValueError("each of consents needs a code of its own, and none is called 'agreement'")
        return self


class Linking(Part):
    """What proves an account, and the fences around a weak proof (docs/domain/linking.md)."""

    facts: list[Fact] = Field(min_length=1)
    number_label: LocalText
    """What the portal calls the account number: «Номер лицевого счёта», «Абонентский номер»…"""
    number_hint: LocalText | None = None
    added: LocalText
    first_link_limited: bool = False
    limited_days: int = Field(default=10, ge=1, le=60)
    code_required_above: float | None = Field(default=None, gt=0, lt=1)
    """Linking strength (share of accounts five guesses open) above which only the bill code links."""

    @model_validator(mode="after")
    def _weak_facts_are_fenced(self) -> "Linking":
        if not any(fact.startswith("last_payment") for fact in self.facts) and not self.first_link_limited:
            raise ValueError("surname and flat are read on a door: first_link_limited must be true")
        return self


def _day_of(month: Month, day: int) -> date:
    """That day of the month, or its last where it is shorter."""
    return month.last_day.replace(day=min(day, month.last_day.day))


class Bill(Part):
    template: str = "bilingual"
    """A template in bills/paper/templates/, or a path to the organisation's own .typ file."""
    round_to_whole: bool = False
    due_day: int = Field(default=10, ge=1, le=31)
    """Pay by this day of the month after the bill's."""
    counted_until_day: int = Field(default=31, ge=1, le=31)
    """Payments up to this day of the bill's month are counted in it; the 31st is any month's last."""
    payment_qr: bool = False
    back: list[LocalText] = Field(default_factory=list)

    def due_on(self, month: Month) -> date:
        """By when the bill of `month` is to be paid."""
        return _day_of(month + 1, self.due_day)

    @property
    def unit(self) -> Decimal:
        """Sums are asked for in whole units of this."""
        return Decimal(1) if self.round_to_whole else Decimal("0.01")

    def counted_until(self, month: Month) -> date:
        """Up to which day payments are counted in the bill of `month`."""
        return _day_of(month, self.counted_until_day)


class Readings(Part):
    """When readings are taken, and how they are looked at (docs/domain/readings.md)."""

    first_day: int = Field(default=1, ge=1, le=31)
    last_day: int = Field(default=31, ge=1, le=31)
    """The window, both days included, for organisations that have none of their own. The 31st is the last day
    of any month; first_day > last_day runs into the next month."""
    refuse_overdue: bool = False
    """Take no readings of a meter past its verification date."""
    unusual_times: float = Field(default=3, ge=1.5, le=100)
    """Consumption this many times the customer's own usual is asked about."""
    sent_to_billing: Literal["daily", "after_window"] = "daily"
    """When readings leave for billing: until then a customer may correct them."""
    sent_at_hour: int = Field(default=20, ge=0, le=23)
    held_for_review: bool = False
    """Keep risky readings from billing until staff have looked at them, at most until the day before the
    window closes (docs/domain/reading_review.md)."""


class Profile(Part):
    code: str = Field(pattern=r"^[a-z][a-z0-9_]{1,30}$")
    languages: list[Language] = Field(min_length=1)
    currency: Literal["KZT", "RUB"]
    time_zone: Annotated[str, AfterValidator(_a_time_zone)]
    country: Literal["KZ", "RU"]
    brand: Brand
    contact_centre: ContactCentre
    offices: list[Office] = Field(default_factory=list)
    offices_title: LocalText
    menu: list[Section] = Field(min_length=1)
    menu_labels: dict[Section, LocalText] = Field(default_factory=dict)
    """Names of sections where this portal's manual has its own word («Счета», «Профиль»)."""
    labels: dict[Label, LocalText] = Field(default_factory=dict)
    """Names of fields, forms and ways where this portal's manual has its own word."""
    sign_up: SignUp
    linking: Linking
    bill: Bill
    readings: Readings = Field(default_factory=Readings)
    paying: Paying = Field(default_factory=Paying)
    requests: Requests = Field(default_factory=Requests)
    retention: dict[Code, Annotated[int, Field(ge=1, le=36500)]] = Field(default_factory=dict)
    """Days that a kind of data is kept, where longer than personal_data.retention says."""
    account_changed_by_requests: bool = True
    electronic_receipt: bool = True
    default_months: int = Field(default=12, ge=1, le=60)

    @model_validator(mode="after")
    def _requests_fit(self) -> "Profile":
        if ("requests" in self.menu) != bool(self.requests.kinds):
            raise ValueError("the section 'requests' in menu goes with requests.kinds")
        changing = [kind.code for kind in self.requests.kinds if kind.changes_account]
        if changing and not self.account_changed_by_requests:
            raise ValueError(f"requests.kinds.{changing[0]}: no request changes the account here")
        for kind in self.requests.kinds:
            if kind.leads_to and kind.leads_to not in self.menu:
                raise ValueError(f"requests.kinds.{kind.code}.leads_to: not in menu: {kind.leads_to}")
        return self

    @property
    def currency_symbol(self) -> str:
        return {"KZT": "₸", "RUB": "₽"}[self.currency]

    @property
    def language(self) -> str:
        """The portal's first language."""
        return self.languages[0]


def missing_texts(part: Any, languages: list[str], key: str = "") -> list[str]:
    """Every text of the profile that lacks a language, or has one too many, as `key: reason`."""
    if isinstance(part, Text):
        wrong = [f"{key}: no text in {code!r}" for code in languages if not part.get(code, "").strip()]
        return wrong + [f"{key}: {code!r} is not in languages" for code in part if code not in languages]
    if isinstance(part, BaseModel):
        children = [(f"{key}.{name}", getattr(part, name)) for name in type(part).model_fields]
    elif isinstance(part, dict):
        children = [(f"{key}.{name}", child) for name, child in part.items()]
    elif isinstance(part, list):
        children = [(f"{key}[{index}]", child) for index, child in enumerate(part)]
    else:
        return []
    return [line for name, child in children for line in missing_texts(child, languages, name.lstrip("."))]


def _reasons(error: ValidationError) -> list[str]:
    return [
        f"{'.'.join(str(step) for step in found['loc']) or '(file)'}: {found['msg']}"
        for found in error.errors(include_url=False)
    ]


def _missing_files(profile: Profile, beside: Path) -> list[str]:
    """Files that the profile names and that are not there."""
    logo, template = profile.brand.logo, profile.bill.template
    wrong = []
    if logo and (Path(logo).name != logo or not (beside / "logos" / logo).is_file()):
        wrong.append(f"brand.logo: no such file in {beside / 'logos'}: {logo}")
    if template not in BILL_TEMPLATES and not (beside / template).is_file():
        wrong.append(
            f"bill.template: no such template: {template} ({', '.join(BILL_TEMPLATES)}, or a .typ file)"
        )
    return wrong


def load(path: Path) -> Profile:
    """Read the profile at `path`; every mistake found is named in one `ProfileError`."""
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ProfileError(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProfileError(f"{path}: not TOML in UTF-8: {error}") from error
    try:
        profile = Profile.model_validate(raw)
    except ValidationError as error:
        raise ProfileError("\n".join(f"{path}: {reason}" for reason in _reasons(error))) from error
    missing = missing_texts(profile, list(profile.languages)) + _missing_files(profile, path.parent)
    if missing:
        raise ProfileError("\n".join(f"{path}: {reason}" for reason in missing))
    return profile
