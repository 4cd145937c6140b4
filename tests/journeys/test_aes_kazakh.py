"""The manual of АлматыЭнергоСбыт in Kazakh (001), section by section, in its order and its words."""

from abonent.demo.town import Kind
from tests.bills.paper.reading import text_of
from tests.journeys import readings, steps, world
from tests.journeys.conftest import Walk
from tests.journeys.steps import KAZAKH, PASSWORD
from tests.journeys.walker import Walker

MENU = [
    "Қолжетімді дербес шоттар",
    "Дербес шот бойынша ақпарат",
    "Көрсеткіштерді беру",
    "Тұтыну",
    "Қызметтер бойынша ақпарат",
    "Электр энергиясы бойынша төлемдерді есептеу",
    "Төлемдер",
    "Түбіртектер",
    "Өтінім беру",
    "Құпиясөзді өзгерту",
    "E-mail мекенжайын өзгерту",
    "Дербес баптаулар",
]
MONTHS = [
    "қаңтар",
    "ақпан",
    "наурыз",
    "сәуір",
    "мамыр",
    "маусым",
    "шілде",
    "тамыз",
    "қыркүйек",
    "қазан",
    "қараша",
    "желтоқсан",
]
SUMS = ["Бастапқы сальдо", "Есептеу", "Түзетулер", "Төлемдер", "Соңғы сальдо"]
DONE = (
    "Сіз сәтті тіркелдіңіз! Көрсетілген электрондық пошта мекенжайына растау хаты жіберілді. "
    "Назар аударыңыз: мекенжай расталғанша жеке кабинеттің мүмкіндіктері шектеулі болады!"
)
EMAIL = "zharas@example.kz"
READINGS = readings.Words(
    section="Көрсеткіштерді беру",
    enter="Көрсеткіштерді беру",
    save="Көрсеткіштерді беру",
    forms=("Есептегіш көрсеткіштері", "Есептегіш көрсеткіштері"),
    is_open="Көрсеткіштерді енгізу кезеңі ашық",
    slip="Бұл сан емес.",
    received="Көрсеткіштер алынды",
    stands_at=("Алынды", "Есептеуге жіберілді", "Қабылданды", "Шотта ескерілді"),
    correct="Көрсеткіштерді түзету",
)


def test_section_by_section(walk: Walk) -> None:
    walker = walk("aes", language="kk", names={"zharas"})
    paper = world.receipt(walker.portal, Kind.METER_REPLACED)
    sign_up(walker)
    add_account(walker, paper)
    first_page(walker, paper)
    account_information(walker, paper)
    services_information(walker, paper)
    readings.send_and_correct(walker, READINGS, EMAIL)
    payments(walker, paper)
    receipts(walker, paper)
    steps.change_password(walker, other_session(walk), KAZAKH, "Құпиясөзді өзгерту", EMAIL)
    steps.change_email(walker, KAZAKH, "E-mail мекенжайын өзгерту", old=EMAIL, new="zharas.new@example.kz")
    settings(walker)
    steps.delete_account(walker, KAZAKH, "Қолжетімді дербес шоттар", paper.number)
    steps.sign_out(walker, KAZAKH)


def sign_up(walker: Walker) -> None:
    walker.go("/")
    walker.follow("Тіркелу")
    walker.heads("Тіркеу")
    walker.write(
        {
            "Логин": "zharas",
            "E-mail": EMAIL,
            "ТАӘ": "Оспанов Жарас Ерланұлы",
            "Құпиясөз": PASSWORD,
            "Құпиясөзді растау": PASSWORD,
        }
    )
    walker.press("Тіркелу")
    walker.reads(DONE)
    steps.confirm_address(walker, KAZAKH, EMAIL)
    steps.sign_in(walker, KAZAKH, "zharas")


def other_session(walk: Walk) -> Walker:
    other = walk("aes", language="kk", names={"zharas"})
    steps.sign_in(other, KAZAKH, "zharas")
    return other


def first_page(walker: Walker, paper: world.Receipt) -> None:
    """«Жеке клиенттің Жеке кабинетінің бастапқы беті»: the menu, the information column, the person."""
    assert walker.page.locator(".menu a").all_inner_texts() == MENU
    walker.reads("Контакт-орталығы", "356-99-99", "399-99-00", "тәулік бойы", inside="aside")
    walker.reads("«АлматыЭнергоСбыт» аудандық бөлімшелері", inside="aside")
    walker.reads("Электрондық түбіртекке жазылу", "Сайт картасы", inside="aside")
    walker.reads("Оспанов Жарас Ерланұлы", paper.number, paper.address, inside="header")
    walker.follow("Сайт картасы", inside="aside")
    walker.heads("Сайт картасы")
    walker.reads(*MENU)


def account_information(walker: Walker, paper: world.Receipt) -> None:
    """«Қолжетімді дербес шоттар»: the account chosen opens «Дербес шот бойынша ақпарат»."""
    walker.menu("Қолжетімді дербес шоттар")
    walker.follow(paper.number)
    walker.heads("Дербес шот бойынша ақпарат")
    walker.reads("Дербес шоттың нөмірі", paper.number, "Төлеуші", paper.payer, "Мекенжайы", paper.address)
    walker.reads("Тұрақты тұратындардың саны", str(paper.residents), "Есептегіштерді ауыстыру күні")


def add_account(walker: Walker, paper: world.Receipt) -> None:
    """«Жаңа дербес шотты қосу»."""
    walker.menu("Қолжетімді дербес шоттар")
    walker.follow("Жаңа дербес шотты қосу")
    walker.heads("Жаңа дербес шотты қосу")
    walker.write(
        {
            "Дербес шоттың нөмірі": paper.number,
            "Соңғы төлемнің айы": MONTHS[paper.paid_on.month - 1],
            "Соңғы төлемнің жылы": str(paper.paid_on.year),
            "Соңғы төлемнің сомасы": paper.amount_with_comma,
        }
    )
    walker.press("Қосу")
    walker.reads("Сәтті қосылды", paper.number)


def services_information(walker: Walker, paper: world.Receipt) -> None:
    """«Қызметтер бойынша ақпарат»; «Басып шығару» gives the statement, with the tariff."""
    walker.menu("Қызметтер бойынша ақпарат")
    walker.reads("Жеткізуші")
    walker.columns(["Ай/Жыл", *SUMS])
    walker.page.get_by_label("Бастап", exact=True).select_option(index=2)
    walker.press("Көрсету")
    walker.follow("Басып шығару")
    walker.heads("Қызмет бойынша үзінді көшірме")
    walker.reads("Қызмет", "Жеткізуші", paper.payer)
    walker.columns(["Ай/Жыл", "Тариф", *SUMS])
    statement = text_of(walker.download(walker.page.locator("main a", has_text="PDF")))
    assert paper.number in statement
    assert "Бастапқы сальдо" in statement


def payments(walker: Walker, paper: world.Receipt) -> None:
    """«Төлемдер»: from day to day; date, sum, bank."""
    walker.menu("Төлемдер")
    walker.columns(["Күні", "Сома", "Банк"])
    walker.page.get_by_label("Бастап", exact=True).fill(f"{paper.paid_on:%Y-%m-%d}")
    walker.page.get_by_label("Дейін", exact=True).fill(f"{paper.paid_on:%Y-%m-%d}")
    walker.press("Көрсету")
    walker.reads(f"{paper.paid_on:%d.%m.%Y}")


def settings(walker: Walker) -> None:
    """«Дербес баптаулар»: the name may be changed."""
    walker.menu("Дербес баптаулар")
    walker.write({"ТАӘ": "Оспанов Жарас"})
    walker.press("Сақтау")
    walker.reads("Баптаулар сақталды")
    walker.reads("Оспанов Жарас", inside="header")


def receipts(walker: Walker, paper: world.Receipt) -> None:
    """«Түбіртектер»: «Қарау» in the row of the receipt and of «Шоттың сыртқы жағы»."""
    bill, back = steps.receipts(walker, KAZAKH, "Түбіртектер", paper.number)
    for words in ("Шот-түбіртек Счёт-квитанция", "Төленетін сома / К оплате", paper.payer):
        assert words in bill
    assert "Шоттың сыртқы жағы" in back
    steps.subscription(walker, KAZAKH)
