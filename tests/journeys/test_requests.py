"""Requests from both sides of the counter: of АлматыЭнергоСбыт and of a housing manager.

The words are the manuals' (000, 003), and the kinds' of the two profiles.
"""

import re
from datetime import date

from django.utils import timezone
from playwright.sync_api import Locator, expect

from abonent.demo.town import Kind
from abonent.service_requests.working_days import WorkingDays
from tests.journeys import steps, world
from tests.journeys.conftest import Walk
from tests.journeys.walker import Walker
from tests.service_requests.conftest import jpeg

#: Logins, formats of files and names of keys, the same in every language.
NAMES = {"demo", "operator", "JPEG", "WebP", "Enter", "Esc"}
NUMBER = re.compile(r"\d{4}-\d{4}")
KINDS_OF_AES = [
    "Закрытие лицевого счета",
    "Изменение количества проживающих",
    "Изменение тарифа",
    "Опломбирование ПУ",
    "Передача показаний",
    "Проверка прибора учета",
    "Распломбирование ПУ",
    "Снятие показаний сотрудником АО АЖК",
]
PHOTO = {"name": "пломба.jpg", "mimeType": "image/jpeg", "buffer": jpeg((400, 300))}


def test_aes_from_filing_to_the_rating(walk: Walk) -> None:
    customer = walk("aes", names=NAMES)
    world.reads_in(customer.portal, "demo", "ru")
    steps.sign_in(customer, steps.RUSSIAN, "demo", "demo")
    go_home(customer)
    number = file_sealing(customer)
    clerk = walk("aes", names=NAMES)
    steps.sign_in(clerk, steps.RUSSIAN, "operator", "operator")
    open_as_staff(clerk, number)
    clerk.press("Взять в работу")
    clerk.reads("Заявка теперь ваша.")
    say(clerk, "Спросить абонента", "Есть ли доступ к щиту?")
    clerk.reads("Вопрос отправлен; срок стоит, пока абонент не ответит.")
    answer(customer, number)
    open_as_staff(clerk, number)
    clerk.reads("Да, ключ у консьержа", "пломба.jpg")
    say(clerk, "Закрыть: выполнено", "Опломбировано 24 ноября, пломба № 17")
    rate_and_reopen(customer, number)
    open_as_staff(clerk, number)
    clerk.reads("Пломба сорвалась в тот же день")


def go_home(walker: Walker) -> None:
    """The account of the town's customer."""
    paper = world.receipt(walker.portal, Kind.DEMO_HOME)
    walker.go(f"/a/{paper.public_id}/account/")


def file_sealing(walker: Walker) -> str:
    """The kinds of the manual in its order; a form, its mistakes, the check, the number."""
    walker.menu("Подать заявку")
    walker.follow("Подать заявку")
    shown = walker.page.locator("main .link-list a strong, main .link-list-title").all_inner_texts()
    assert [one for one in shown if one in KINDS_OF_AES] == KINDS_OF_AES
    walker.page.locator("main").get_by_role("link", name="Опломбирование ПУ").first.click()
    walker.page.wait_for_load_state()
    walker.look()
    walker.press("Продолжить")
    expect(walker.page.locator(".error-summary")).to_be_visible()
    fill_sealing(walker)
    walker.press("Продолжить")
    walker.heads("Проверьте заявку")
    walker.reads("Поставлен новый счётчик", "14:00–18:00", "пломба.jpg")
    walker.press("Подать заявку")
    walker.heads("Заявка подана")
    found = NUMBER.search(walker.page.locator("main").inner_text())
    assert found, "the page names the number"
    subject, text = world.letter(walker.portal, "demo@example.kz")
    assert found[0] in subject + text
    return found[0]


def fill_sealing(walker: Walker) -> None:
    page = walker.page
    page.get_by_role("radio").first.check()
    choose(page.locator("main"), "Поставлен новый счётчик")
    walker.field("В какой день Вам удобно?").fill(f"{a_working_day():%Y-%m-%d}")
    choose(page.locator("main"), "14:00–18:00")
    walker.field("Телефон для связи").fill("8 701 234 56 78")
    page.locator("input[type=file]").set_input_files(PHOTO)


def choose(main: Locator, words: str) -> None:
    """A choice, whether it is drawn as radios or as a list."""
    radio = main.get_by_role("radio", name=words, exact=True)
    if radio.count():
        radio.check()
    else:
        main.locator("select", has=main.page.locator(f"option:text-is('{words}')")).select_option(label=words)


def a_working_day() -> date:
    return WorkingDays("KZ").after(timezone.localdate(), 4)


def open_as_staff(walker: Walker, number: str) -> None:
    """By the number that the customer says on the phone."""
    walker.go("/office/requests/")
    walker.write({"Номер заявки или лицевого счёта": number})
    walker.press("Найти")
    walker.page.locator(".queue-item").get_by_role("link", name=re.compile("Открыть")).first.click()
    walker.page.wait_for_load_state()
    walker.look()
    walker.heads(f"Заявка № {number}")


def say(walker: Walker, action: str, words: str) -> None:
    """Open one of the forms below a request, write, send."""
    box = walker.page.locator("details", has=walker.page.locator("summary", has_text=action))
    box.locator("summary").click()
    box.locator("textarea").fill(words)
    walker.press(action, inside="details[open]")


def answer(walker: Walker, number: str) -> None:
    """The customer is asked by letter, and answers with a photo."""
    subject, text = world.letter(walker.portal, "demo@example.kz")
    assert number in subject + text
    walker.go(world.link_in(text))
    walker.reads("Есть ли доступ к щиту?")
    walker.page.locator("textarea").fill("Да, ключ у консьержа")
    walker.page.locator("input[type=file]").set_input_files(PHOTO)
    walker.press("Отправить")
    walker.reads("Да, ключ у консьержа")


def rate_and_reopen(walker: Walker, number: str) -> None:
    """«Закрытые», the stars, and once more."""
    _, text = world.letter(walker.portal, "demo@example.kz")
    walker.go(world.link_in(text))
    walker.reads("Опломбировано 24 ноября, пломба № 17")
    walker.follow(re.compile("Оцените"))
    choose(walker.page.locator("main"), "4 — Хорошо")
    walker.press("Отправить оценку")
    walker.menu("Подать заявку")
    walker.follow(re.compile("^Закрыт"))
    walker.page.locator("main").get_by_role("link", name=re.compile(number)).first.click()
    walker.page.wait_for_load_state()
    walker.follow(re.compile("открыть"))
    walker.page.locator("textarea").fill("Пломба сорвалась в тот же день")
    walker.press("Открыть снова")


def test_a_plumber_is_called_and_refused(walk: Walk) -> None:
    """Chapter 7 of the housing manager's manual, on a phone and without JavaScript."""
    customer = walk("housing", width=360, javascript=False, names=NAMES)
    by_email = steps.in_russian(login="Email")
    steps.sign_in(customer, by_email, "demo@example.kz", "demo")
    go_home(customer)
    customer.menu("Заявки")
    customer.follow("Подать заявку")
    customer.page.locator("main").get_by_role("link", name="Сантехник").first.click()
    customer.page.wait_for_load_state()
    customer.look()
    choose(customer.page.locator("main"), "Кухня")
    customer.field("Что случилось?").fill("Капает кран на кухне второй день")
    customer.field("Телефон для связи").fill("+7 (917) 234-56-78")
    customer.press("Продолжить")
    customer.press("Подать заявку")
    found = NUMBER.search(customer.page.locator("main").inner_text())
    assert found
    clerk = walk("housing", names=NAMES)
    steps.sign_in(clerk, by_email, "operator@example.kz", "operator")
    open_as_staff(clerk, found[0])
    clerk.reads("Капает кран на кухне второй день", "+7 (917) 234-56-78")
    say(clerk, "Отказать", "Кран — имущество собственника: смета платных работ придёт письмом")
    customer.menu("Заявки")
    customer.follow(re.compile("^Закрыт"))
    customer.reads(found[0], "Отклонена")
