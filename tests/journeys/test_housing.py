"""«Личный кабинет абонента. Руководство пользователя» of a housing manager (003), chapter by chapter."""

from playwright.sync_api import expect

from abonent.demo.town import Kind
from tests.bills.paper.reading import text_of
from tests.journeys import readings, steps, world
from tests.journeys.conftest import Walk
from tests.journeys.steps import PASSWORD
from tests.journeys.walker import Walker

MENU = [
    "Доступные лицевые счета",
    "Лицевой счёт",
    "Счета",
    "Приборы учёта",
    "Потребление",
    "Расчёт оплаты",
    "Информация по услугам",
    "Платежи",
    "Оплата",
    "Заявки",
    "Персональные настройки",
    "Изменить пароль",
    "Изменение E-mail",
]
EMAIL = "vera@example.kz"
READINGS = readings.Words("Приборы учёта", "Ввести значения", "Сохранить", readings.RUSSIAN_FORMS)
COLUMNS = [
    "Оплаты, поступившие в предыдущем месяце",
    "Перерасчёт за предыдущий период",
    "Долг (+), переплата (−)",
    "Объём услуг",
    "Тариф за единицу",
    "в т.ч. холодная вода для нужд ГВС",
    "в т.ч. подогрев воды",
]
BY_EMAIL = steps.in_russian(login="Email", view="Печать")


def test_from_registration_to_the_bills(walk: Walk) -> None:
    walker = walk("housing")
    paper = world.receipt(walker.portal, Kind.LARGE_FAMILY)
    register(walker)
    add_account(walker, paper)
    contact_details(walker)
    assert walker.page.locator(".menu a").all_inner_texts() == MENU
    limited(walker, paper)
    confirm_by_bill_code(walker, paper)
    sections(walker, paper)
    other = walk("housing")
    steps.sign_in(other, BY_EMAIL, EMAIL)
    steps.change_password(walker, other, BY_EMAIL, "Изменить пароль", EMAIL)
    steps.change_email(walker, BY_EMAIL, "Изменение E-mail", old=EMAIL, new="vera.new@example.kz")
    steps.delete_account(walker, BY_EMAIL, "Доступные лицевые счета", paper.number)
    steps.sign_out(walker, BY_EMAIL)


def register(walker: Walker) -> None:
    """1. Регистрация: the form «Войти в личный кабинет» leads there; then e-mail and password again."""
    walker.go("/")
    walker.heads("Войти в личный кабинет")
    walker.follow("Зарегистрироваться")
    walker.write({"Email": EMAIL, "Пароль": PASSWORD, "Подтверждение пароля": PASSWORD})
    walker.press("Зарегистрироваться")
    walker.reads(
        "Вы зарегистрированы. Войдите и укажите платёжный код, фамилию и номер квартиры из счёта на оплату."
    )
    walker.follow("Войти")
    walker.write({"Email": EMAIL, "Пароль": PASSWORD})
    walker.press("Войти")
    steps.confirm_address(walker, BY_EMAIL, EMAIL)


def add_account(walker: Walker, paper: world.Receipt) -> None:
    """Payment code, surname and flat number, as on the bill."""
    walker.reads("Номер лицевого счёта в счёте на оплату", "Как в счёте на оплату")
    walker.write({"Платёжный код": paper.number, "Фамилия": paper.surname, "Номер квартиры": paper.flat})
    walker.press("Добавить")
    walker.reads("Лицевой счёт добавлен")


def contact_details(walker: Walker) -> None:
    """5. «Укажите свои Контактные данные»."""
    walker.heads("Контактные данные")
    walker.write({"ФИО": "Орлова Вера Ивановна", "Телефон": "+7(917)2345678"})
    walker.press("Сохранить")
    walker.reads("Настройки сохранены")
    walker.reads("Орлова Вера Ивановна", inside="header")


def limited(walker: Walker, paper: world.Receipt) -> None:
    """What is read on a door opens little: names are masked, nothing is printed."""
    walker.menu("Лицевой счёт")
    walker.reads("имена скрыты, квитанции не печатаются", f"{paper.surname[0]}***")
    expect(walker.page.get_by_text(paper.payer)).to_have_count(0)
    walker.reads("Постоянно проживающих", paper.address)
    readings.send_and_correct(walker, READINGS, EMAIL)
    walker.menu("Информация по услугам")
    walker.follow("Печать")
    expect(walker.page.locator("main a", has_text="PDF")).to_have_count(0)


def confirm_by_bill_code(walker: Walker, paper: world.Receipt) -> None:
    """A wrong code is not accepted, the one on the bill shows everything."""
    walker.menu("Лицевой счёт")
    walker.follow("Ввести код из квитанции")
    walker.write({"Код из квитанции": "AAAA-AAAA"})
    walker.press("Подтвердить")
    walker.reads("Этот код не подходит.")
    walker.write({"Код из квитанции": world.code_on_the_bill(walker.portal, paper.number)})
    walker.press("Подтвердить")
    walker.reads("Лицевой счёт подтверждён: теперь Вам видно всё.", paper.payer)


def sections(walker: Walker, paper: world.Receipt) -> None:
    """2. Лицевой счёт, 4. Приборы учёта, 5. Платежи."""
    walker.menu("Лицевой счёт")
    walker.heads("Лицевой счёт")
    walker.reads("Платёжный код", paper.number, paper.payer, paper.address, "Площадь")
    walker.menu("Информация по услугам")
    walker.follow("Печать")
    walker.heads("Выписка по услуге")
    assert paper.number in text_of(walker.download(walker.page.locator("main a", has_text="PDF")))
    walker.menu("Платежи")
    walker.reads(f"{paper.paid_on:%d.%m.%Y}")
    bill, back = steps.receipts(walker, BY_EMAIL, "Счета", paper.number)
    assert "Оборотная сторона счёта" in back
    for words in COLUMNS:
        assert words in bill
    steps.subscription(walker, BY_EMAIL)
