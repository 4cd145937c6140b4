"""The page of АЛСЕКО (004), which tells the same in Russian and in Kazakh: registering with the account,
adding the grandmother's, seeing and printing both, in an account that nobody changes here."""

import re
from dataclasses import dataclass, replace

import pytest

from abonent.demo.town import Kind
from tests.bills.paper.reading import text_of
from tests.journeys import steps, world
from tests.journeys.conftest import Walk
from tests.journeys.steps import KAZAKH, PASSWORD, RUSSIAN, Words
from tests.journeys.walker import Walker


@dataclass(frozen=True)
class Page:
    """One language's words of the page."""

    words: Words
    login: str
    mine: Kind
    grandmothers: Kind
    registration: str
    for_sign_in: tuple[str, str, str, str, str]
    """The group's name and its four fields."""
    for_proof: tuple[str, str, str]
    sign_me_up: str
    done: str
    menu: list[str]
    add: str
    add_button: str
    added: str
    information: list[str]
    print: str
    statement: str
    other: str
    months: str


IN_RUSSIAN = Page(
    words=RUSSIAN,
    login="vnuk",
    mine=Kind.TO_LINK,
    grandmothers=Kind.LARGE_FAMILY,
    registration="Регистрация",
    for_sign_in=("Информация для входа", "Имя пользователя", "E-mail", "Пароль", "Подтверждение пароля"),
    for_proof=(
        "Проверочная информация",
        "Номер лицевого счёта",
        "Сумма последней оплаты (в формате XXX,00)",
    ),
    sign_me_up="Зарегистрироваться",
    done="Вы успешно зарегистрированы! На Ваш e-mail отправлено письмо для подтверждения.",
    menu=[
        "Доступные лицевые счета",
        "Информация по лицевому счёту",
        "Приборы учёта",
        "Потребление",
        "Информация по услугам",
        "Расчёт оплаты",
        "Платежи",
        "Квитанции",
        "Изменить пароль",
        "Изменение E-mail",
        "Персональные настройки",
        "Обращения",
    ],
    add="Добавить новый лицевой счёт",
    add_button="Добавить",
    added="Успешно добавлено",
    information=[
        "Плательщик",
        "Постоянно проживающих",
        "Оказываемые услуги",
        "Плановая дата замены счётчика",
    ],
    print="Печать",
    statement="Выписка по услуге",
    other="Другой счёт",
    months="Количество месяцев, отображаемых по умолчанию",
)
IN_KAZAKH = Page(
    words=replace(KAZAKH, password="Құпия сөз"),
    login="nemere",
    mine=Kind.METER_REPLACED,
    grandmothers=Kind.NO_METER,
    registration="Тіркеу",
    for_sign_in=("Кіру үшін ақпарат", "Пайдаланушының аты", "E-mail", "Құпия сөз", "Құпия сөзді растау"),
    for_proof=("Тексеру ақпараты", "Жеке шоттың нөмірі", "Соңғы төлем сомасы (XXX,00 пішімінде)"),
    sign_me_up="Тіркелу",
    done="Сіз сәтті тіркелдіңіз! Электрондық поштаңызға растау хаты жіберілді.",
    menu=[
        "Қолжетімді дербес шоттар",
        "Дербес шот бойынша ақпарат",
        "Есептегіштер",
        "Тұтыну",
        "Қызметтер бойынша ақпарат",
        "Төлемді есептеу",
        "Төлемдер",
        "Түбіртектер",
        "Құпиясөзді өзгерту",
        "E-mail мекенжайын өзгерту",
        "Дербес баптаулар",
        "Өтініштер",
    ],
    add="Жаңа дербес шотты қосу",
    add_button="Қосу",
    added="Сәтті қосылды",
    information=[
        "Төлеуші",
        "Тұрақты тұратындардың саны",
        "Көрсетілетін қызметтер",
        "Есептегіштерді ауыстыру күні",
    ],
    print="Басып шығару",
    statement="Қызмет бойынша үзінді көшірме",
    other="Басқа шот",
    months="Әдепкі бойынша көрсетілетін айлар саны",
)


@pytest.mark.parametrize(("language", "told"), [("ru", IN_RUSSIAN), ("kk", IN_KAZAKH)])
def test_my_account_and_my_grandmothers(walk: Walk, language: str, told: Page) -> None:
    walker = walk("alseco", language=language, names={told.login})
    email = f"{told.login}@example.kz"
    mine, hers = (world.receipt(walker.portal, kind) for kind in (told.mine, told.grandmothers))
    register(walker, told, email, mine)
    steps.confirm_address(walker, told.words, email)
    steps.sign_in(walker, told.words, told.login)
    assert walker.page.locator(".menu a").all_inner_texts() == told.menu
    add_grandmothers(walker, told, hers)
    look_at(walker, told, hers)
    switch_to(walker, told, mine)
    look_at(walker, told, mine)
    settings(walker, told)
    other = walk("alseco", language=language, names={told.login})
    steps.sign_in(other, told.words, told.login)
    steps.change_password(walker, other, told.words, told.menu[8], email)
    steps.change_email(walker, told.words, told.menu[9], old=email, new=f"{told.login}.new@example.kz")
    steps.delete_account(walker, told.words, told.menu[0], hers.number)
    walker.reads(mine.number)
    steps.sign_out(walker, told.words)


def register(walker: Walker, told: Page, email: str, paper: world.Receipt) -> None:
    """Two groups of fields; a wrong amount opens nothing, and says only that the two do not fit."""
    walker.go("/")
    walker.follow(told.registration)
    walker.heads(told.registration)
    groups = walker.page.locator("main fieldset.part")
    assert groups.locator("legend").all_inner_texts() == [told.for_sign_in[0], told.for_proof[0]]
    assert groups.nth(0).locator("label").all_inner_texts() == [f"{one} *" for one in told.for_sign_in[1:]]
    assert groups.nth(1).locator("label").all_inner_texts() == [f"{one} *" for one in told.for_proof[1:]]
    typed = dict(zip(told.for_sign_in[1:], [told.login, email, PASSWORD, PASSWORD], strict=True))
    walker.write({**typed, told.for_proof[1]: paper.number, told.for_proof[2]: "0,01"})
    walker.press(told.sign_me_up)
    walker.heads(told.registration)
    assert walker.page.locator(".error-summary li").count() == 1
    passwords = dict.fromkeys(told.for_sign_in[3:], PASSWORD)
    walker.write({**passwords, told.for_proof[2]: paper.amount_with_comma})
    walker.press(told.sign_me_up)
    walker.reads(told.done)


def add_grandmothers(walker: Walker, told: Page, paper: world.Receipt) -> None:
    walker.menu(told.menu[0])
    walker.follow(told.add)
    walker.write({told.for_proof[1]: paper.number, told.for_proof[2]: paper.amount_with_comma})
    walker.press(told.add_button)
    walker.reads(told.added, paper.number)
    walker.follow(paper.number)


def look_at(walker: Walker, told: Page, paper: world.Receipt) -> None:
    """The account, its services and payments; the statement on paper."""
    walker.menu(told.menu[1])
    walker.reads(paper.number, paper.payer, paper.address, *told.information)
    walker.menu(told.menu[4])
    walker.follow(told.print)
    walker.heads(told.statement)
    assert paper.number in text_of(walker.download(walker.page.locator("main a", has_text="PDF")))
    walker.menu(told.menu[6])
    walker.reads(f"{paper.paid_on:%d.%m.%Y}")
    bill, _ = steps.receipts(walker, told.words, told.menu[7], paper.number)
    assert paper.surname in bill


def switch_to(walker: Walker, told: Page, paper: world.Receipt) -> None:
    """The same page for the other account."""
    walker.page.get_by_text(told.other, exact=True).click()
    walker.follow(re.compile(f"^{paper.number} "), inside="header")
    walker.heads(told.menu[7])
    walker.reads(paper.number, inside="header")


def settings(walker: Walker, told: Page) -> None:
    steps.subscription(walker, told.words)
    walker.menu(told.menu[10])
    walker.write({told.months: "6"})
    walker.press(told.words.save)
    walker.reads(told.words.saved)
