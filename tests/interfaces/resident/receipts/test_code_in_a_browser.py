"""The payment code as a camera sees it: pictures of the page, read by a decoder that is not ours."""

import io
import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from PIL import Image
from playwright.sync_api import Browser, Page

from abonent.accounts.models import Account
from abonent.base.kept import forget_everything
from abonent.bills.paper.payment_qr import LONGEST_BLOCK, SEPARATORS, parse
from abonent.ledger.booking import Entry, expect
from abonent.portal.models import DataVersion, Organisation
from tests.billed import NOW
from tests.bills.paper.reading import bytes_of, qr_of
from tests.bills.paper.test_order import LONG_BANK, LONG_KAZAKH
from tests.interfaces.resident.receipts.conftest import OCTOBER, address
from tests.plugins import axe

pytestmark = pytest.mark.django_db

PLAIN = (
    'ST00011|Name=ООО «Дом»|PersonalAcc=40702810138250123017|BankName=ПАО "БАНК"|BIC=044525225'
    "|CorrespAcc=30101810400000000225|Sum=440000|Purpose=Оплата услуг по счёту за 10.2026, л/с 000100"
    "|PayeeINN=1655000001|PersAcc=000100|PaymPeriod=102026|KPP=165501001|TechCode=02"
    "|PayerAddress=г. Алматы, ул. Абая, 1, 12"
)


def opened(
    browser: Browser, cast: dict[str, Any], *, where: str, width: int, theme: str, dots: float
) -> Page:
    """A page of alice's with the portal's own styles."""
    client = Client()
    client.force_login(cast["alice"])
    page = client.get(where).content.decode()
    styles = client.get(re.findall(r'<link rel="stylesheet" href="([^"]+)"', page)[0]).content.decode()
    page = re.sub(r"<link[^>]*>|<script.*?</script>", "", page, flags=re.S)
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=theme,  # type: ignore[arg-type]
        device_scale_factor=dots,
        reduced_motion="reduce",
    )
    shown = context.new_page()
    shown.set_content(page.replace("</head>", f"<style>{styles}</style></head>"))
    return shown


def pictures(browser: Browser, cast: dict[str, Any], *, width: int, theme: str, dots: float) -> Image.Image:
    """The code of the newest bill, photographed."""
    where = address("receipts", "100")
    shown = opened(browser, cast, where=where, width=width, theme=theme, dots=dots)
    picture = shown.locator("svg.qr").screenshot()
    shown.context.close()
    return Image.open(io.BytesIO(picture))


@pytest.mark.parametrize(
    ("width", "theme", "dots"), [(360, "light", 1), (360, "dark", 2), (1280, "light", 1), (1280, "dark", 1.5)]
)
def test_the_code_on_the_page_byte_for_byte(
    browser: Browser, cast: dict[str, Any], width: int, theme: str, dots: float
) -> None:
    picture = pictures(browser, cast, width=width, theme=theme, dots=dots)
    assert bytes_of(picture) == PLAIN.encode("cp1251")


def test_the_worst_bill_on_the_narrowest_page_and_on_paper(browser: Browser, cast: dict[str, Any]) -> None:
    Organisation.objects.filter(code="ours").update(name_ru=LONG_KAZAKH, bank_name=LONG_BANK["kazakh"])
    Account.objects.filter(key="100").update(address=(SEPARATORS * 12)[:250])
    DataVersion.objects.update(version=99)
    forget_everything()
    data = bytes_of(pictures(browser, cast, width=320, theme="dark", dots=1))
    assert data[:8] == b"ST00012|"
    assert len(data) - 8 <= LONGEST_BLOCK
    found = parse(data)
    assert (found["sum"], found["persacc"]) == ("440000", "000100")
    client = Client()
    client.force_login(cast["alice"])
    paper = client.get(address("receipt_pdf", "100", month=OCTOBER)).content
    assert qr_of(paper) == data
    assert Decimal(parse(qr_of(paper))["sum"]) / 100 == Decimal("4400.00")


@pytest.mark.parametrize(("name", "width", "theme"), [("receipts", 320, "dark"), ("bill", 320, "light")])
def test_axe_finds_nothing_on_a_bill_with_everything(
    browser: Browser, cast: dict[str, Any], name: str, width: int, theme: str
) -> None:
    about = Account.objects.get(key="100").pk
    expect([Entry("online", "A-1", about, Decimal("10.00"), NOW.date())], now=NOW)
    where = address(name, "100", **({"month": OCTOBER} if name == "bill" else {}))
    page = opened(browser, cast, where=where, width=width, theme=theme, dots=1)
    for summary in page.locator("main details.disclosure > summary").all():
        summary.click()
    wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wider <= 0, f"{wider} px too wide"
    assert axe.faults(page) == []
    page.context.close()
