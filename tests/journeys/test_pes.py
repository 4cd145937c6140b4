"""The instruction of Петроэлектросбыт (002): registering with the picture's code, adding the customer."""

from playwright.sync_api import expect

from abonent.demo.town import Kind
from tests.bills.paper.reading import text_of
from tests.journeys import readings, steps, world
from tests.journeys.conftest import Walk
from tests.journeys.steps import PASSWORD, RUSSIAN
from tests.journeys.walker import Walker

MENU = [
    "Электроэнергия",
    "Информация по лицевому счёту",
    "Показания прибора учёта",
    "Потребление",
    "Расчёт оплаты",
    "Информация по услугам",
    "Платежи",
    "Квитанции",
    "Профиль",
    "Изменить пароль",
    "Изменение E-mail",
]
DONE = (
    "Вы успешно зарегистрированы! На указанный Вами адрес эл.почты отправлено письмо для подтверждения. "
    "Обратите внимание: до подтверждения адреса функциональность личного кабинета будет ограничена!"
)
READINGS = readings.Words("Показания прибора учёта", "Добавить", "Сохранить", readings.RUSSIAN_FORMS)
LOGIN, EMAIL = "Пётр_Невский-1", "petr@example.kz"


def test_registration_and_the_customer_number(walk: Walk) -> None:
    walker = walk("pes")
    paper = world.receipt(walker.portal, Kind.TO_LINK)
    register(walker)
    steps.sign_in(walker, RUSSIAN, LOGIN)
    profile_says_unconfirmed(walker)
    add_customer(walker, paper)
    assert walker.page.locator(".menu a").all_inner_texts() == MENU
    walker.reads("(812) 303 96 96", inside="aside")
    sections(walker, paper)
    profile(walker)
    other = walk("pes")
    steps.sign_in(other, RUSSIAN, LOGIN)
    steps.change_password(walker, other, RUSSIAN, "Изменить пароль", EMAIL)
    steps.change_email(walker, RUSSIAN, "Изменение E-mail", old=EMAIL, new="petr.new@example.kz")
    steps.delete_account(walker, RUSSIAN, "Электроэнергия", paper.number)
    steps.sign_out(walker, RUSSIAN)


def register(walker: Walker) -> None:
    """«Регистрация»: a wrong code first, another picture, then the right one."""
    walker.go("/")
    walker.follow("Регистрация")
    walker.heads("Регистрация")
    walker.reads("* - Поля, обязательные для заполнения", "Формат телефона: +7(XXX)XXXXXXX")
    typed = {
        "Логин (А-яA-Za-z0-9_-)": LOGIN,
        "Пароль": PASSWORD,
        "Повторите Ваш пароль": PASSWORD,
        "Эл. почта (e-mail)": EMAIL,
        "Телефон": "+7(812)3039696",
    }
    walker.write(typed)
    walker.field("Я согласен с условиями лицензионного соглашения").check()
    walker.field("Согласие на обработку персональных данных").check()
    walker.write({"Введите символы": "000000"})
    walker.press("Зарегистрироваться")
    walker.reads("Символы не совпадают с картинкой. Введите символы с новой картинки.")
    walker.write({"Пароль": PASSWORD, "Повторите Ваш пароль": PASSWORD})
    another_picture(walker)
    walker.write({"Введите символы": shown(walker)})
    walker.press("Зарегистрироваться")
    walker.reads(DONE)


def key(walker: Walker) -> str:
    return walker.page.locator("input[name=captcha_0]").input_value()


def shown(walker: Walker) -> str:
    return world.seen_in_the_picture(walker.portal, key(walker))


def another_picture(walker: Walker) -> None:
    """«Показать другую картинку» brings one without losing what was typed."""
    before = key(walker)
    walker.page.get_by_role("button", name="Показать другую картинку").click()
    expect(walker.page.locator("input[name=captcha_0]")).not_to_have_value(before)
    assert walker.field("Логин (А-яA-Za-z0-9_-)").input_value() == LOGIN
    picture = walker.page.locator(".captcha img")
    expect(picture).to_have_js_property("complete", True)
    expect(picture).not_to_have_js_property("naturalWidth", 0)


def profile_says_unconfirmed(walker: Walker) -> None:
    """«Профиль», «Основные данные»: the address is not confirmed, and the letter is sent once more."""
    walker.menu("Профиль")
    walker.reads("Основные данные", "Логин", LOGIN, EMAIL, "Адрес эл.почты не подтвержден!")
    before = world.letters(walker.portal, EMAIL)
    walker.press("Отправить письмо ещё раз")
    walker.reads("Письмо отправлено. Откройте ссылку из письма, чтобы подтвердить адрес.")
    assert world.letters(walker.portal, EMAIL) == before + 1
    walker.press("Отправить письмо ещё раз")
    walker.reads("Письмо уже отправлено. Ещё одно можно отправить через три минуты.")
    assert world.letters(walker.portal, EMAIL) == before + 1
    follow_the_letter(walker)
    walker.menu("Профиль")
    expect(walker.page.get_by_text("Адрес эл.почты не подтвержден!")).to_have_count(0)


def follow_the_letter(walker: Walker) -> None:
    """In the demo the letter is read at /demo/mail/."""
    walker.go("/demo/mail/")
    walker.page.locator("tr", has_text=EMAIL).first.get_by_role("link").click()
    walker.page.wait_for_url("**/demo/mail/*/")
    walker.page.locator(".letter a").first.click()
    walker.page.wait_for_url("**/confirm-email/**")
    walker.press("Подтвердить")
    walker.reads("Адрес эл. почты подтверждён.")
    walker.follow("В личный кабинет")


def add_customer(walker: Walker, paper: world.Receipt) -> None:
    """«Добавление абонента»: the number without its zero, ДД.ММ.ГГГГ, the amount with a comma."""
    assert paper.number.startswith("0")
    walker.menu("Электроэнергия")
    walker.follow("Добавить новый лицевой счёт")
    walker.heads("Добавление абонента")
    walker.reads("Если номер начинался с нуля, ноль указывать не надо", "ДД.ММ.ГГГГ")
    walker.write(
        {
            "Абонентский номер": paper.number.lstrip("0"),
            "Дата последнего платежа": f"{paper.paid_on:%d.%m.%Y}",
            "Сумма последнего платежа": paper.amount_with_comma,
        }
    )
    walker.press("Добавить")
    walker.reads("Абонент добавлен", paper.number)


def sections(walker: Walker, paper: world.Receipt) -> None:
    walker.menu("Информация по лицевому счёту")
    walker.reads("Абонентский номер", paper.number, paper.payer, "Постоянно проживающих")
    readings.send_and_correct(walker, READINGS, EMAIL)
    walker.menu("Информация по услугам")
    walker.follow("Печать")
    walker.heads("Выписка по услуге")
    assert paper.number in text_of(walker.download(walker.page.locator("main a", has_text="PDF")))
    walker.menu("Платежи")
    walker.reads(f"{paper.paid_on:%d.%m.%Y}")
    bill, back = steps.receipts(walker, RUSSIAN, "Квитанции", paper.number)
    assert "(812) 303 96 96" in bill + back
    steps.subscription(walker, RUSSIAN)


def profile(walker: Walker) -> None:
    """«Профиль»: all but the login may be changed."""
    walker.menu("Профиль")
    walker.heads("Профиль")
    assert walker.page.get_by_role("textbox", name="Логин").count() == 0
    walker.write({"Телефон": "8 911 222-33-44", "ФИО": "Невский Пётр"})
    walker.press("Сохранить")
    walker.reads("Настройки сохранены")
    assert walker.field("Телефон").input_value() == "+7(911)2223344"
    walker.reads("Невский Пётр", inside="header")
