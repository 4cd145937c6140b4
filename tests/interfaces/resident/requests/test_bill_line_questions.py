"""«Вопрос по строке»: from the bill, the services and the explanation, with the line's amounts."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from abonent.accounts.models import AccountLink
from abonent.base.kept import forget_everything
from abonent.portal.models import Service
from abonent.service_requests.models import ServiceRequest
from tests.interfaces.resident.requests.conftest import Customer, public_id
from tests.interfaces.resident.test_cabinet_pages import words

pytestmark = pytest.mark.django_db
ASKED = r'href="([^"]*/requests/new/bill_question/\?bill=[^"]+)"'


def links(answer: Any) -> list[str]:
    return re.findall(ASKED, answer.content.decode())


def test_each_service_of_a_bill_may_be_asked_about_and_its_parts_not(alice: Customer) -> None:
    page = alice.client.get(reverse("bill", args=[public_id(), "2026-10"]))
    power, hot = Service.objects.get(code="power").pk, Service.objects.get(code="hot").pk
    form = alice.address("service_request_new", "bill_question")
    assert links(page) == [f"{form}?bill=2026-10.{power}", f"{form}?bill=2026-10.{hot}"]
    assert words(page.content).count("Вопрос по строке") == 2


def test_the_services_page_asks_by_month_and_so_does_the_explanation(alice: Customer) -> None:
    power = Service.objects.get(code="power").pk
    page = alice.get("services", query="?service=power&from=2026-08&to=2026-10")
    assert sorted(link.rpartition("=")[2] for link in links(page)) == [
        f"2026-{month}.{power}" for month in ("08", "09", "10")
    ]
    why = alice.get("why", query="?month=2026-10&service=power")
    assert links(why) == [f"{alice.address('service_request_new', 'bill_question')}?bill=2026-10.{power}"]


def test_the_line_is_shown_and_goes_along(alice: Customer) -> None:
    power = Service.objects.get(code="power").pk
    line = f"2026-10.{power}"
    page = alice.see("service_request_new", "bill_question", query=f"?bill={line}")
    shown = (
        "Строка счёта Услуга Электроэнергия Месяц/год октябрь 2026 Тариф 24,35 ₸ Начальное сальдо 100,00 ₸ "
        "Начисление 1 000,00 ₸ Корректировки −20,50 ₸ Оплата 1 000,00 ₸ Конечное сальдо 79,50 ₸"
    )
    assert shown in page
    checked = alice.fill("bill_question", key="q1", bill=line, **{"answer-question": "Почему так много?"})
    assert shown in words(checked.content)
    alice.post("service_request_check", "bill_question", data={"form": "q1"})
    asked = ServiceRequest.objects.get()
    assert (str(asked.bill_month), asked.bill_service_id) == ("2026-10", power)
    assert shown in alice.see("service_request", asked.public_id)


@pytest.mark.parametrize(
    "bill", ["2026-10.999999", "2019-01.1", "junk", "2026-10.", "2026-10.1e5", "2026-13.1"]
)
def test_a_line_that_is_not_there_leads_to_the_bill(alice: Customer, bill: str) -> None:
    page = alice.see("service_request_new", "bill_question", query=f"?bill={bill}")
    assert "Вопрос об одной строке счёта?" in page
    assert "Строка счёта Услуга" not in page


def test_where_nobody_takes_such_questions_there_is_no_link(alice: Customer, settings: Any) -> None:
    address = reverse("bill", args=[public_id(), "2026-10"])
    kinds = [one.model_copy(update={"about_bill_line": False}) for one in settings.PORTAL.requests.kinds]
    rules = settings.PORTAL.requests.model_copy(update={"kinds": kinds})
    settings.PORTAL = settings.PORTAL.model_copy(update={"requests": rules})
    forget_everything()
    assert links(alice.client.get(address)) == []


def test_a_link_that_is_not_confirmed_has_no_such_link(alice: Customer) -> None:
    later = timezone.now() + timedelta(days=9)
    AccountLink.objects.filter(user=alice.person).update(limited_until=later)
    assert links(alice.client.get(reverse("bill", args=[public_id(), "2026-10"]))) == []
