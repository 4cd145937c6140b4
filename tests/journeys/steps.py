"""Steps that every manual has, in the words that it has for them."""

import re
from dataclasses import dataclass, replace

from tests.bills.paper.reading import text_of
from tests.journeys import world
from tests.journeys.walker import Walker

MAILBOX = re.compile(r"[\w.+-]+@[\w.-]+\w")
PASSWORD = "five red apples on a shelf"
NEW_PASSWORD = "seven green pears in a bowl"


@dataclass(frozen=True)
class Words:
    """One language's words for what all portals have."""

    sign_in: str
    sign_out: str
    login: str
    password: str
    confirm: str
    confirmed: str
    to_cabinet: str
    delete: str
    yes: str
    no: str
    removed: str
    save: str
    saved: str
    change: str
    current: str
    new: str
    again: str
    changed: str
    back: str
    letter_of_change: str
    new_email: str
    email_sent: str
    letter_to_old: str
    signing_in: str
    is_it_you: str
    receipt_columns: tuple[str, ...]
    view: str
    subscribe: str
    confirm_subscription: str
    subscribed: str
    unsubscribe: str
    unsubscribed: str


RUSSIAN = Words(
    sign_in="Войти",
    sign_out="Выход",
    login="Логин",
    password="Пароль",
    confirm="Подтвердить",
    confirmed="Адрес эл. почты подтверждён.",
    to_cabinet="В личный кабинет",
    delete="Удалить",
    yes="ОК",
    no="Отмена",
    removed="Лицевой счёт удалён из Вашего списка.",
    save="Сохранить",
    saved="Настройки сохранены",
    change="Сохранить",
    current="Текущий пароль",
    new="Новый пароль",
    again="Подтверждение нового пароля",
    changed="Ваш пароль изменён",
    back="Вернуться",
    letter_of_change="Пароль личного кабинета изменён",
    new_email="Новый E-mail",
    email_sent="На новый адрес отправлено письмо. Адрес начнёт действовать, когда Вы его подтвердите.",
    letter_to_old="Запрошена смена адреса эл. почты",
    signing_in="Войти в личный кабинет",
    is_it_you="Подтвердите, что это Вы",
    receipt_columns=("Месяц/год", "Начисление", "Конечное сальдо", "Квитанция", "Оборотная сторона счёта"),
    view="Просмотр",
    subscribe="Подписаться на электронную квитанцию",
    confirm_subscription="Подтвердить подписку",
    subscribed="Подписка подтверждена: теперь квитанции будут каждый месяц приходить",
    unsubscribe="Отписаться от электронной квитанции",
    unsubscribed="Квитанции этого лицевого счёта больше не будут приходить по эл. почте.",
)
KAZAKH = Words(
    sign_in="Кіру",
    sign_out="Шығу",
    login="Логин",
    password="Құпиясөз",
    confirm="Растау",
    confirmed="Электрондық пошта мекенжайы расталды.",
    to_cabinet="Жеке кабинетке",
    delete="Жою",
    yes="Иә",
    no="Жоқ",
    removed="Дербес шот тізіміңізден жойылды.",
    save="Сақтау",
    saved="Баптаулар сақталды",
    change="Өзгерту",
    current="Ағымдағы құпиясөз",
    new="Жаңа құпиясөз",
    again="Жаңа құпиясөзді растау",
    changed="Сіздің құпиясөзіңіз өзгертілді",
    back="Қайту",
    letter_of_change="Жеке кабинеттің құпиясөзі өзгертілді",
    new_email="Жаңа E-mail",
    email_sent="Жаңа мекенжайға хат жіберілді. Мекенжай Сіз оны растағаннан кейін жұмыс істейді.",
    letter_to_old="Электрондық пошта мекенжайын өзгерту сұралды",
    signing_in="Жеке кабинетке кіру",
    is_it_you="Бұл Сіз екеніңізді растаңыз",
    receipt_columns=("Ай/Жыл", "Есептеу", "Соңғы сальдо", "Түбіртек", "Шоттың сыртқы жағы"),
    view="Қарау",
    subscribe="Электрондық түбіртекке жазылу",
    confirm_subscription="Жазылуды растау",
    subscribed="Жазылу расталды: енді түбіртектер ай сайын",
    unsubscribe="Электрондық түбіртекке жазылудан бас тарту",
    unsubscribed="Осы дербес шоттың түбіртектері бұдан былай электрондық поштаға жіберілмейді.",
)


def sign_in(walker: Walker, words: Words, login: str, password: str = PASSWORD) -> None:
    """From anywhere signed out into the cabinet."""
    walker.go("/login/")
    walker.heads(words.signing_in)
    walker.write({words.login: login, words.password: password})
    walker.press(words.sign_in)


def confirm_address(walker: Walker, words: Words, email: str) -> None:
    """Open the newest letter's link, which asks, and say that the address is one's own."""
    _, text = world.letter(walker.portal, email)
    walker.go(world.link_in(text))
    walker.press(words.confirm)
    walker.reads(words.confirmed)
    walker.follow(words.to_cabinet)


def receipts(walker: Walker, words: Words, section: str, number: str) -> tuple[str, str]:
    """Below the newest bill a row a month: the texts of its receipt and back; the oldest opens too."""
    walker.menu(section)
    walker.columns(list(words.receipt_columns))
    rows = walker.page.locator("#months tbody tr")
    papers = [rows.nth(0).get_by_text(words.view).nth(side) for side in (0, 1)]
    face, back = (text_of(walker.download(paper)) for paper in papers)
    assert number in face
    assert number in text_of(walker.download(rows.last.get_by_text(words.view).first))
    return face, back


def subscription(walker: Walker, words: Words) -> None:
    """«Подписаться на электронную квитанцию», asked again by letter, and off again."""
    walker.follow(words.subscribe, inside="aside")
    walker.press(words.yes)
    address = MAILBOX.search(walker.page.locator("main").inner_text())
    assert address, "the page says where the letter went"
    walker.go(world.link_in(world.letter(walker.portal, address[0])[1]))
    walker.press(words.confirm_subscription)
    walker.reads(words.subscribed)
    walker.follow(words.to_cabinet)
    walker.follow(words.unsubscribe, inside="aside")
    walker.press(words.yes)
    walker.reads(words.unsubscribed)


def delete_account(walker: Walker, words: Words, section: str, number: str) -> None:
    """«Удалить» asks first: once the answer is no, then it is yes."""
    for answer in (words.no, words.yes):
        walker.menu(section)
        walker.reads(number)
        walker.follow(f"{words.delete} {number}")
        walker.reads(number)
        if answer == words.no:
            walker.follow(answer)
            walker.reads(number)
    walker.press(words.yes)
    walker.reads(words.removed)


def change_password(walker: Walker, other: Walker, words: Words, section: str, email: str) -> None:
    """Current, new, again; the letter tells of it without the password, and the other session has ended."""
    walker.menu(section)
    walker.write({words.current: PASSWORD, words.new: NEW_PASSWORD, words.again: NEW_PASSWORD})
    walker.press(words.change)
    walker.reads(words.changed)
    subject, text = world.letter(walker.portal, email)
    assert subject == words.letter_of_change
    assert NEW_PASSWORD not in text
    other.go("/")
    other.heads(words.signing_in)
    walker.follow(words.back)


def change_email(walker: Walker, words: Words, section: str, *, old: str, new: str) -> None:
    """Asked for the password again; the old address is told, and the new one works once it is confirmed."""
    walker.menu(section)
    walker.reads(old)
    walker.write({words.new_email: new})
    walker.press(words.save)
    walker.heads(words.is_it_you)
    walker.write({words.password: NEW_PASSWORD})
    walker.press(words.confirm)
    walker.reads(words.email_sent)
    assert world.letter(walker.portal, old)[0] == words.letter_to_old
    walker.reads(old)
    confirm_address(walker, words, new)
    walker.menu(section)
    walker.reads(new)


def sign_out(walker: Walker, words: Words) -> None:
    """«Выход»: the cabinet is shut behind."""
    walker.press(words.sign_out, inside="header")
    walker.go("/settings/")
    walker.heads(words.signing_in)


def in_russian(**own: str) -> Words:
    """Russian words, and a portal's own instead of some."""
    return replace(RUSSIAN, **own)  # type: ignore[arg-type]
