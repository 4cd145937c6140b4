"""People who ask for things. alice and bob live at 000100 (a meter, a bill); charlie holds 000200; erlan is
an operator of their supplier. The kinds are those of the portal's own manual."""

import io
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from abonent.accounts.models import Account
from abonent.portal.models import Organisation
from abonent.service_requests import operations
from abonent.service_requests.models import ServiceRequest
from abonent.service_requests.working_days import calendar
from abonent.users.models import StaffMembership, User
from tests import billed
from tests.interfaces.resident.test_cabinet_pages import words
from tests.plugins.browser import browser

__all__ = ["browser"]


def public_id(key: str = "100") -> str:
    return Account.objects.get(key=key).public_id


def a_working_day() -> str:
    return calendar().after(timezone.localdate(), 1).isoformat()


def photo(name: str = "пломба.png") -> io.BytesIO:
    """A picture as a telephone sends it."""
    kept = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(kept, "PNG")
    kept.seek(0)
    kept.name = name
    return kept


def svg(name: str = "схема.svg") -> io.BytesIO:
    kept = io.BytesIO(b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>")
    kept.name = name
    return kept


def sealing(**others: Any) -> dict[str, Any]:
    """The form of «Опломбирование ПУ», filled in rightly."""
    from abonent.metering.models import Meter

    return {
        "key": "form1",
        "answer-meter": str(Meter.objects.get(serial="A-1").pk),
        "answer-reason": "damaged",
        "answer-day": a_working_day(),
        "answer-hours": "morning",
        "answer-phone": "+7 701 234-56-78",
        **others,
    }


@dataclass
class Customer:
    """A person with a browser."""

    person: User
    key: str = "100"
    client: Client = field(default_factory=Client)

    def __post_init__(self) -> None:
        self.client.force_login(self.person)

    def address(self, name: str, *more: str) -> str:
        return reverse(name, args=[public_id(self.key), *more])

    def get(self, name: str, *more: str, query: str = "", status: int = 200) -> HttpResponse:
        answer: HttpResponse = self.client.get(self.address(name, *more) + query)
        assert answer.status_code == status
        return answer

    def see(self, name: str, *more: str, query: str = "", language: str = "ru") -> str:
        """The words of a page."""
        self.speak(language)
        return words(self.get(name, *more, query=query).content)

    def speak(self, language: str) -> None:
        User.objects.filter(pk=self.person.pk).update(language=language)

    def post(self, name: str, *more: str, data: Any = None, follow: bool = False) -> HttpResponse:
        answer: HttpResponse = self.client.post(self.address(name, *more), data or {}, follow=follow)
        return answer

    def fill(self, kind: str = "sealing", **values: Any) -> HttpResponse:
        """«Продолжить»: the form with what is wrong in it, or the check at its own address."""
        return self.post("service_request_new", kind, data=values, follow=True)

    def file(self, kind: str = "sealing", **values: Any) -> ServiceRequest:
        """The whole way: the form, the check, the number."""
        checked = self.fill(kind, **values)
        (form,) = re.findall(r'name="form" value="(\w+)"', checked.content.decode())
        answer = self.post("service_request_check", kind, data={"form": form})
        assert answer.status_code == 302, words(answer.content)
        return ServiceRequest.objects.latest("pk")


@pytest.fixture
def cast(tmp_path: Path, db: None) -> dict[str, Any]:
    billed.load(tmp_path, billed.files(months=3))
    linked = {"alice": ["100"], "bob": ["100"], "charlie": ["200"], "erlan": []}
    people = billed.people(linked=linked)
    ours = Organisation.objects.get(code="ours")
    StaffMembership.objects.create(user=people["erlan"], organisation=ours, role="operator")
    return people


@pytest.fixture
def alice(cast: dict[str, Any]) -> Customer:
    return Customer(cast["alice"])


@pytest.fixture
def bob(cast: dict[str, Any]) -> Customer:
    return Customer(cast["bob"])


@pytest.fixture
def charlie(cast: dict[str, Any]) -> Customer:
    return Customer(cast["charlie"], "200")


@dataclass
class Operator:
    """What the staff do, by the room's own operations."""

    person: User

    def _do(self, what: str, asked: ServiceRequest, **facts: Any) -> None:
        staff = StaffMembership.objects.select_related("user", "organisation").get(user=self.person)
        act = getattr(operations, what)
        act(staff=staff, public_id=asked.public_id, address=None, now=timezone.now(), **facts)

    def answer(self, asked: ServiceRequest, text: str) -> None:
        self._do("answer", asked, text=text, form_key="")

    def ask(self, asked: ServiceRequest, text: str) -> None:
        self._do("ask", asked, text=text, form_key="")

    def take(self, asked: ServiceRequest) -> None:
        self._do("take", asked)

    def give(self, asked: ServiceRequest, to: int | None) -> None:
        self._do("give", asked, to=to)

    def move(self, asked: ServiceRequest, **facts: Any) -> None:
        self._do("move", asked, **facts)

    def note(self, asked: ServiceRequest, text: str) -> None:
        self._do("note", asked, text=text)

    def finish(self, asked: ServiceRequest, text: str, how: str = "done") -> None:
        self._do("finish", asked, how=how, text=text, form_key="")


@pytest.fixture
def erlan(cast: dict[str, Any]) -> Operator:
    return Operator(cast["erlan"])
