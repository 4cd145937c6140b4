"""The manual of АлматыЭнергоСбыт in Russian (000), in its order and its words."""

from decimal import Decimal

from abonent.demo.town import Kind
from tests.bills.paper.reading import text_of
from tests.journeys import steps, world
from tests.journeys.conftest import Walk
from tests.journeys.steps import PASSWORD, RUSSIAN
from tests.journeys.walker import Walker

MENU = [
    "Доступные лицевые счета",
    "Информация по лицевому счёту",
    "Передача показаний",
    "Потребление",
    "Информация по услугам",
    "Расчёт оплаты за электроэнергию",
    "Платежи",
    "Квитанции",
    "Подать заявку",
    "Изменить пароль",
    "Изменение E-mail",
    "Персональные настройки",
]
MONTHS = [
    "январь",
    "февраль",
    "март",
    "апрель",
    "май",
    "июнь",
    "июль",
    "август",
    "сентябрь",
    "октябрь",
    "ноябрь",
    "декабрь",
]
SUMS = ["Начальное сальдо", "Начисление", "Корректировки", "Оплата", "Конечное сальдо"]
DONE = (
    "Вы успешно зарегистрированы! На указанный Вами адрес эл.почты отправлено письмо для подтверждения. "
    "Обратите внимание: до подтверждения адреса функциональность личного кабинета будет ограничена!"
)


def sign_up(walker: Walker, login: str, email: str) -> None:
    walker.go("/")
    walker.follow("Зарегистрироваться")
    walker.heads("Регистрация")
    walker.reads("* - Поля, обязательные для заполнения")
    walker.write(
        {
            "Логин": login,
            "E-mail": email,
            "ФИО": "Ахметова Айгерим Сериковна",
            "Пароль": PASSWORD,
            "Подтверждение пароля": PASSWORD,
        }
    )
    walker.press("Зарегистрироваться")
    walker.reads(DONE)
    walker.follow("Войти")


def add_account(walker: Walker, paper: world.Receipt) -> None:
    """Number, month and year of the last payment from a list, its amount."""
    walker.menu("Доступные лицевые счета")
    walker.follow("Добавить новый лицевой счёт")
    walker.heads("Добавить новый лицевой счёт")
    walker.write(
        {
            "Номер лицевого счёта": paper.number,
            "Месяц последней оплаты": MONTHS[paper.paid_on.month - 1],
            "Год последней оплаты": str(paper.paid_on.year),
            "Сумма последней оплаты": paper.amount_with_comma,
        }
    )
    walker.press("Добавить")
    walker.reads("Успешно добавлено")


def test_the_whole_cabinet(walk: Walk) -> None:
    walker = walk("aes", names={"aigerim"})
    paper = world.receipt(walker.portal, Kind.TO_LINK)
    email = "aigerim@example.kz"
    sign_up(walker, "aigerim", email)
    steps.confirm_address(walker, RUSSIAN, email)
    steps.sign_in(walker, RUSSIAN, "aigerim")
    walker.heads("Добавить новый лицевой счёт")
    add_account(walker, paper)
    walker.reads("Ахметова Айгерим Сериковна", paper.number, paper.address, inside="header")
    assert walker.page.locator(".menu a").all_inner_texts() == MENU
    walker.reads("Контакт-центр", "356-99-99", "399-99-00", "круглосуточно", inside="aside")
    walker.reads("Районные отделения АлматыЭнергоСбыт (РОЭС)", "Карта сайта", inside="aside")

    walker.menu("Информация по лицевому счёту")
    walker.heads("Информация по лицевому счёту")
    walker.reads("Плательщик", paper.payer, "Адрес", "Постоянно проживающих", "Плановая дата замены счётчика")
    walker.columns(
        ["Услуга", "Начальное сальдо", "Начисление", "Оплата", "Конечное сальдо"]
    )  # none corrected
    services(walker, paper)
    payments(walker, paper)
    bill, back = steps.receipts(walker, RUSSIAN, "Квитанции", paper.number)
    assert "Шот-түбіртек Счёт-квитанция" in bill
    assert "Оборотная сторона счёта" in back
    steps.subscription(walker, RUSSIAN)
    person(walker, walk("aes", names={"aigerim"}), email)
    steps.delete_account(walker, RUSSIAN, "Доступные лицевые счета", paper.number)
    walker.reads("Лицевых счетов пока нет")
    steps.sign_out(walker, RUSSIAN)


def services(walker: Walker, paper: world.Receipt) -> None:
    walker.menu("Информация по услугам")
    walker.reads("Поставщик")
    walker.page.get_by_label("С", exact=True).select_option(index=2)
    walker.press("Показать")
    walker.follow("Печать")
    walker.heads("Выписка по услуге")
    walker.reads(paper.payer, "Поставщик")
    walker.columns(["Месяц/год", "Тариф", *SUMS])
    printed = text_of(walker.page.pdf())
    assert paper.number in printed
    assert "Изменить пароль" not in printed, "the menu is not printed"
    pdf = text_of(walker.download(walker.page.locator("main a", has_text="PDF")))
    assert paper.number in pdf
    assert "Тариф" in pdf


def payments(walker: Walker, paper: world.Receipt) -> None:
    walker.menu("Платежи")
    walker.columns(["Дата", "Сумма", "Банк"])
    walker.reads(f"{paper.paid_on:%d.%m.%Y}")
    walker.page.get_by_label("С", exact=True).fill(f"{paper.paid_on:%Y-%m-%d}")
    walker.page.get_by_label("По", exact=True).fill(f"{paper.paid_on:%Y-%m-%d}")
    walker.press("Показать")
    assert Decimal(paper.amount) > 0
    walker.reads(f"{paper.paid_on:%d.%m.%Y}")


def person(walker: Walker, other: Walker, email: str) -> None:
    walker.menu("Персональные настройки")
    walker.write({"ФИО": "Ахметова Айгерим", "Количество месяцев, отображаемых по умолчанию": "3"})
    walker.press("Сохранить")
    walker.reads("Настройки сохранены")
    walker.reads("Ахметова Айгерим", inside="header")
    steps.sign_in(other, RUSSIAN, "aigerim")
    steps.change_password(walker, other, RUSSIAN, "Изменить пароль", email)
    steps.change_email(walker, RUSSIAN, "Изменение E-mail", old=email, new="aigerim.new@example.kz")
