"""Phones, e-mails, serial numbers, addresses and names as people say and type them, row by row."""

from collections.abc import Callable

import pytest
from django.utils import timezone

from abonent.accounts.models import Account, AccountLink
from abonent.finding.hits import Found, Kind
from abonent.metering.models import Meter
from abonent.portal.models import Organisation, Service
from abonent.users.models import User

pytestmark = pytest.mark.django_db
Names = Callable[..., list[str]]

PHONES = """
8 701 123 45 67 | +7(701)1234567 | +7 701 123-45-67 | 87011234567 | 77011234567 | 7011234567
(701) 123 45 67 | 1234567 | 123-45-67 | 123 45 67 | 8-701-123-45-67 | 8701 1234567 | тел. 8 701 1234567
тел 123-45-67 | моб.: 87011234567 | сот 8 (701) 123-45-67 | +7 701 123 45 76 | 8–701–123–45–67
ұялы 8 701 123 45 67 | 8.701.123.45.67
"""
EMAILS = """
petrov@mail.kz | PETROV@MAIL.KZ | petrov @ mail.kz | petorv@mail.kz | petrov@mial.kz | petrov@mail.k
petrov@mail,kz | petro@mail.kz | petrovv@mail.kz | petrov@maill.kz | petrov@
почта petrov@mail.kz | эл. почта: petrov @ mail.kz | pet rov@mail.kz
e-mail: petrov@mail.kz | petrov@mail.kz. | <petrov@mail.kz>
"""
SERIALS = """
СЕ-101 / 0077 | CE-101/0077 | ce 101 0077 | се1010077 | СЕ 101 00 77 | C E 1 0 1 0 0 7 7 | сe–101–0077
СЕ101№0077 | счётчик CE101 0077 | № СЕ-101/0077 | СE1100077 | ПУ CE1010077 | есептегіш СЕ 101 0077
зав. № СЕ1010077 | с/н CE1010077
"""
PLACES = """
Абая 10 кв 5 | ул. Абая д.10 кв.5 | ул Абая д10 кв5 | Абая дом 10 квартира 5 | абая, 10-5 | Абая 10/5
Алматы Абая 10 5 | г.Алматы, ул.Абая, д. 10, кв. 5 | Абай даңғылы 10 пәтер 5
Абай көшесі, 10 үй, 5 пәтер | пр. Абая 10 кв 5 | просп. Абая, 10, кв-ра 5 | Абая пр-т 10 кв 5
Абоя 10 кв 5 | Абай 10 п.5 | Abaya 10 kv 5 | абай дангылы 10 патер 5 | ул. Абая № 10 кв № 5 | 10 Абая 5
Абая ул., 10, 5 кв. | Абай к-сі, 10, 5 | Абай д-лы 10-үй 5-пәтер | по адресу Абая 10 кв 5
"""
HOUSES = """
Төле би 12а | Толе би 12а | толе би 12 а | Төле би 12А | ул. Толе би, дом 12 «а» | Толеби 12а
Төлеби көшесі 12а | Tole bi 12a | Толе би 12-а | Толеби 12а көшесі
"""
KAZAKH = """
Әбілқасым | Абилкасым | Абілкасым | абилкасим | Абылкасым | Abilkasym | Әбілқасым Гүлнар
Абилкасым Гулнар | Гульнар Абилкасым | Абилкасым Гүлнара | Ерланкызы | Ерланқызы | Ерланкизы
"""


def said(lines: str) -> list[str]:
    return [words.strip() for line in lines.splitlines() if line for words in line.split(" | ")]


@pytest.fixture
def here(street: dict[str, Account], new_account: Callable[..., Account]) -> dict[str, Account]:
    more = {"Абаев": new_account("000300300", "Абаев Марат", "г. Алматы, ул. Абая, 10", "5")}
    new_account("000300301", "Сосед Иной", "г. Алматы, ул. Абая, 10", "15")
    new_account("000300302", "Дальний Иной", "г. Алматы, ул. Абая, 105", "5")
    return street | more


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("words", "first"),
    [
        *((words, "Иванов") for words in said(PHONES)),
        *((words, "Петров") for words in said(EMAILS)),
        *((words, "Семёнова") for words in said(SERIALS)),
        *((words, "Абаев") for words in said(PLACES)),
        *((words, "Әбілқасым") for words in said(HOUSES + KAZAKH)),
    ],
)
def test_found_first(names: Names, words: str, first: str) -> None:
    assert names(words)[:1] == [first]


@pytest.mark.parametrize("letters", ["АВСЕНКМОРТХ", "ABCEHKMOPTX", "авсенкмортх", "АBСEНKМOРTХ"])
def test_letters_that_look_alike_in_a_serial_number(
    ask: Callable[..., Found], ours: Organisation, street: dict[str, Account], letters: str
) -> None:
    Meter.objects.create(account=street["Иванов"], service=Service.objects.get(), serial="АВСЕНКМОРТХ 9001")
    for words in (f"{letters}9001", f"{letters}-9001", f"{letters[:5]} {letters[5:]} 90 01"):
        hits = ask(words).hits
        assert (hits[0].card.number, hits[0].reasons[0].kind) == ("000100700", Kind.SERIAL)


@pytest.fixture
def guest(street: dict[str, Account]) -> User:
    """Signed up under a name that no bill has, and linked to the accounts of Петров and Чужаков."""
    person = User.objects.create(login="guest", email="g@example.kz", full_name="Жұмағұлова Сәуле Қанатқызы")
    for name in ("Петров", "Чужаков"):
        AccountLink.objects.create(
            user=person, account=street[name], method="code", created_at=timezone.now()
        )
    return person


@pytest.mark.usefixtures("guest")
@pytest.mark.parametrize(
    "words",
    said(
        "Жұмағұлова | Жумагулова | Жумагулова Сауле | сауле жумагулова | Жумогулова | Жумаг | ЖУМАГУЛОВА"
        " | Жумагулова Сауле Канаткызы | Zhumagulova | Jumagulova Saule"
    ),
)
def test_who_signed_up_is_found_by_the_name_they_gave(ask: Callable[..., Found], words: str) -> None:
    hits = ask(words).hits
    assert {hit.card.number for hit in hits} == {"000100701", "000555123"}
    assert {hit.reasons[0].kind for hit in hits} == {Kind.PERSON_NAME}


def test_a_name_is_found_where_it_is_now_and_by_those_who_serve_the_account(
    ask: Callable[..., Found], guest: User, ours: Organisation, theirs: Organisation
) -> None:
    assert [hit.card.payer for hit in ask("Жумагулова", ours).hits] == ["Петров Иван Иванович"]
    assert [hit.card.payer for hit in ask("Жумагулова", theirs).hits] == ["Чужаков Пётр Иванович"]
    guest.full_name = "Тлеубердина Сәуле"
    guest.save()
    assert ask("Жумагулова").hits == ()
    assert len(ask("Тлеубердена").hits) == 2, "a new name is known, with a mistake too"
    AccountLink.objects.update(ended_at=timezone.now())
    assert ask("Тлеубердина").hits == ()


def test_a_payer_comes_before_a_namesake_who_signed_up(ask: Callable[..., Found], guest: User) -> None:
    guest.full_name = "Иванов Иван"
    guest.save()
    first, *others = ask("Иванов Иван").hits
    assert (first.card.payer, first.reasons[0].kind) == ("Иванов Иван Петрович", Kind.NAME)
    assert {hit.reasons[0].kind for hit in others} >= {Kind.PERSON_NAME}
