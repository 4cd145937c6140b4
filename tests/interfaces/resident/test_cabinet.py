"""The frame: the way in, the menu, the switch between accounts, and the number of queries."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from abonent.accounts.models import Account
from abonent.base.kept import forget_everything
from abonent.bills.models import ReceiptSubscription
from abonent.interfaces.resident.cabinet import OF_AN_ACCOUNT, SECTIONS
from abonent.portal.current import portal
from abonent.portal.profile import load
from abonent.users.models import StaffMembership
from tests import billed

pytestmark = pytest.mark.django_db
PORTALS = Path(__file__).resolve().parents[3] / "portals"


@pytest.fixture
def cast(tmp_path: Path) -> dict[str, Any]:
    billed.load(tmp_path, billed.files(months=2))
    return billed.people(linked={"alice": ["100", "200"], "bob": [], "charlie": ["200"]})


def signed_in(person: Any, language: str = "ru") -> Client:
    type(person).objects.filter(pk=person.pk).update(language=language)
    client = Client()
    client.force_login(person)
    return client


def url(name: str, key: str) -> str:
    return reverse(name, args=[Account.objects.get(key=key).public_id])


def menu(page: bytes) -> list[tuple[str, str]]:
    """(address, words) of the menu's lines."""
    listed = page.decode().split('<ul class="menu-list">')[1].split("</ul>")[0]
    found = re.findall(r'<a href="([^"]+)"[^>]*>.*?<span>(.*?)</span></a>', listed, re.S)
    return [(address, words) for address, words in found]


def test_the_way_in(cast: dict[str, Any]) -> None:
    assert Client().get("/").headers["Location"] == f"{reverse('account_login')}?next=/"
    assert signed_in(cast["alice"]).get("/").headers["Location"] == url("account", "100")
    assert signed_in(cast["bob"]).get("/").headers["Location"] == reverse("account_add")


def test_staff_who_are_no_customers_come_into_the_office(cast: dict[str, Any], settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = False
    for name in ("alice", "bob"):
        StaffMembership.objects.create(user=cast[name], role="operator")
    assert signed_in(cast["bob"]).get("/").headers["Location"] == reverse("office_home")
    assert signed_in(cast["alice"]).get("/").headers["Location"] == url("account", "100")


def test_the_account_used_last_is_the_current_one(cast: dict[str, Any]) -> None:
    client = signed_in(cast["alice"])
    client.get(url("payments", "200"))
    assert client.get("/").headers["Location"] == url("account", "200")
    listed = dict(map(reversed, menu(client.get(reverse("site_map")).content)))  # type: ignore[arg-type]
    assert listed["Платежи"] == url("payments", "200")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "ru",
            [
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
            ],
        ),
        (
            "kk",
            [
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
            ],
        ),
    ],
)
def test_the_menu_is_the_manuals(cast: dict[str, Any], language: str, words: list[str]) -> None:
    page = signed_in(cast["alice"], language).get(url("services", "100")).content
    assert [label for _, label in menu(page)] == words
    here = re.findall(r'<a href="([^"]+)" aria-current="page">', page.decode())
    assert here == [url("services", "100")]


def test_every_entry_of_every_portals_menu_opens(cast: dict[str, Any], settings: Any) -> None:
    for path in sorted(PORTALS.glob("*.toml")):
        settings.PORTAL = load(path)
        client = signed_in(cast["alice"])
        page = client.get(url("account", "100")).content
        assert len(menu(page)) == len(settings.PORTAL.menu)
        for address, label in menu(page):
            assert client.get(address).status_code == 200, (path.stem, label)
            assert "100" not in address.replace(Account.objects.get(key="100").public_id, "")


def test_a_portal_has_its_own_words(cast: dict[str, Any], settings: Any) -> None:
    settings.PORTAL = load(PORTALS / "housing.toml")
    page = signed_in(cast["alice"]).get(url("account", "100")).content
    assert dict(map(reversed, menu(page)))["Лицевой счёт"] == url("account", "100")  # type: ignore[arg-type]
    assert "<h1>Лицевой счёт</h1>" in page.decode()


def test_without_an_account_the_menu_offers_what_there_is(cast: dict[str, Any]) -> None:
    page = signed_in(cast["bob"]).get(reverse("site_map")).content
    assert [label for _, label in menu(page)] == [
        "Доступные лицевые счета",
        "Изменить пароль",
        "Изменение E-mail",
        "Персональные настройки",
    ]
    assert "Добавить новый лицевой счёт" in page.decode()


def test_the_switch_shows_this_same_page_of_the_other_account(cast: dict[str, Any]) -> None:
    page = signed_in(cast["alice"]).get(url("payments", "100")).content.decode()
    switch = page.split('class="account-switch"')[1].split("</details>")[0]
    assert re.findall(r'href="(/a/[^"]+)"', switch) == [url("payments", "100"), url("payments", "200")]
    assert "000200" in switch
    alone = signed_in(cast["charlie"]).get(url("payments", "200")).content.decode()
    assert "account-switch" not in alone


def test_the_site_map_names_every_section(cast: dict[str, Any]) -> None:
    page = signed_in(cast["alice"]).get(reverse("site_map")).content.decode()
    listed = page.split('<ul class="link-list">')[1].split("</ul>")[0]
    assert set(portal().menu) | {"pay"} == set(SECTIONS)
    for section in portal().menu:
        address = url(section, "100") if section in OF_AN_ACCOUNT else reverse(section)
        assert f'href="{address}"' in listed
    assert f'href="{reverse("sessions")}"' in listed


def test_the_receipts_link_knows_who_subscribed(cast: dict[str, Any]) -> None:
    client = signed_in(cast["alice"])
    assert "Подписаться на электронную квитанцию" in client.get(url("account", "100")).content.decode()
    wish = ReceiptSubscription.objects.create(
        user=cast["alice"],
        account=Account.objects.get(key="100"),
        email=cast["alice"].email,
        started_at=billed.NOW,
    )
    assert "Подтвердить электронную квитанцию" in client.get(url("account", "100")).content.decode()
    ReceiptSubscription.objects.filter(pk=wish.pk).update(confirmed_at=billed.NOW)
    assert "Отписаться от электронной квитанции" in client.get(url("account", "100")).content.decode()
    assert "Подписаться на электронную квитанцию" in client.get(url("account", "200")).content.decode()


def test_an_unconfirmed_address_is_said_on_every_page(cast: dict[str, Any]) -> None:
    client = signed_in(cast["alice"])
    said = "Адрес эл.почты не подтвержден!"
    assert said not in client.get(url("account", "100")).content.decode()
    type(cast["alice"]).objects.filter(pk=cast["alice"].pk).update(email_confirmed=False)
    for name in ("account", "services", "payments"):
        assert said in client.get(url(name, "100")).content.decode()


def test_pages_are_not_kept_by_browsers_and_name_no_number_in_addresses(cast: dict[str, Any]) -> None:
    client = signed_in(cast["alice"])
    for name in ("account", "services", "payments", "service_statement"):
        answer = client.get(url(name, "100"))
        assert "no-store" in answer.headers["Cache-Control"]
        addresses = re.findall(r'(?:href|action)="([^"]*)"', answer.content.decode())
        assert not any("000100" in one or "000200" in one for one in addresses)


@pytest.mark.parametrize("months", [1, 60])
@pytest.mark.parametrize("accounts", [1, 5])
@pytest.mark.parametrize(
    ("name", "kept", "drawn"), [("account", 3, 6), ("services", 3, 4), ("payments", 4, 5)]
)
def test_the_number_of_queries_does_not_grow(
    tmp_path: Path,
    django_assert_num_queries: Any,
    months: int,
    accounts: int,
    name: str,
    kept: int,
    drawn: int,
) -> None:
    billed.load(tmp_path, billed.files(months=months))
    held = ["100", "200", "300", "400", "500"][:accounts]
    client = signed_in(billed.people(linked={"alice": held})["alice"])
    address = url(name, "100") + "?from=2020-01-01" * (name == "payments")
    client.get(address)
    with django_assert_num_queries(kept):
        client.get(address)
    from abonent.interfaces.resident.bodies import bodies

    bodies.forget()
    with django_assert_num_queries(drawn):
        client.get(address)
    forget_everything()
    assert client.get(address).status_code == 200
