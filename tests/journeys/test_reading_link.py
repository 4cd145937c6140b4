"""A reminder's letter: its link opens the meters, and takes the readings, without signing in."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.journeys import world
from tests.journeys.walker import Walker
from tests.plugins.browser import OpenPage
from tests.plugins.live_portal import LivePortal

MAILBOX = "reader@example.kz"
#: A person with an account of one meter, who asked for letters; the look for letters at ten in the morning.
_REMINDED = """
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo
from django.conf import settings
from django.utils import timezone
from abonent.accounts.models import Account, AccountLink
from abonent.metering.models import Meter, Reading, ReminderWish
from abonent.metering.operations.reminders import send_due_reminders
from abonent.portal.models import Organisation, Service
from abonent.users.models import User
now = timezone.now()
reader = User.objects.create(login="reader", email="reader@example.kz", email_confirmed=True, language="ru")
power = Organisation.objects.create(code="readers", name_ru="Горэлектро", readings_from=1, readings_to=31)
light = Service.objects.create(
    code="readers-power", organisation=power, name_ru="Электроэнергия", unit_ru="кВт·ч"
)
home = Account.objects.create(
    number="000700", key="700", organisation=power, payer="Иванов Иван", address="Абая, 1"
)
meter = Meter.objects.create(account=home, service=light, serial="8842317")
since = now - timedelta(days=60)
Reading.objects.create(meter=meter, scale="total", taken_on=since.date(), source="inspector", value=41100)
AccountLink.objects.create(user=reader, account=home, method="payment", created_at=since)
ReminderWish.objects.create(
    user=reader, account=home, organisation=power, wished_at=since,
    opening_told_for=since.date(), closing_told_for=since.date(),
)
ten = datetime.combine(timezone.localdate(), time(10), ZoneInfo(settings.TIME_ZONE))
print(send_due_reminders(now=ten))
"""


def test_from_the_letter_to_the_number(live_portal: Callable[[str], LivePortal], open_page: OpenPage) -> None:
    portal = live_portal("aes")
    assert portal.python(_REMINDED).strip() == "1"
    _, text = world.letter(portal, MAILBOX)
    link = world.link_in(text).replace("http://127.0.0.1:8000", portal.url)
    for width in (1280, 360):
        page = open_page(
            language="ru",
            viewport={"width": width, "height": 800},
            color_scheme="light",
            reduced_motion="reduce",
        )
        walker = Walker(page, portal, "ru")
        walker.go(link)
        walker.heads("Показания приборов учёта")
        walker.reads("который оканчивается на 700", "8842317", "41 100")
    field = walker.page.locator("input[data-meter]")
    field.fill("41250")
    switch_and_back(walker)
    expect(field).to_have_value("41250")
    enlarge(walker)
    field.fill("41250")
    walker.press("Передать показания")
    walker.heads("Показания получены")
    assert world.letters(portal, MAILBOX) == 2
    again = walker.page.goto(link)
    assert again is not None
    assert again.status == 410
    walker.heads("По этой ссылке ничего не открывается")


def switch_and_back(walker: Walker) -> None:
    """What was typed stays; the language is the page's own form, sent to be drawn again."""
    for words in ("Қазақша", "Русский"):
        with walker.page.expect_navigation():
            walker.page.get_by_role("button", name=words).click()


def enlarge(walker: Walker) -> None:
    """Another form of the page, accepted although the page tells nobody its address."""
    walker.page.locator(".display-switch summary").click()
    with walker.page.expect_response("**/display/") as answer:
        walker.page.locator("button[name=size][value=large]").click()
    assert answer.value.status < 400
    expect(walker.page.locator("html")).to_have_attribute("data-size", "large")
