"""The pages over HTTP: who is paid and how much, buttons that work without JavaScript, and the books."""

import re
from html import unescape
from urllib.parse import urlsplit

import pytest
import requests

from abonent.demo.bank import pages
from abonent.demo.bank.bank import CHOICES
from tests.demo.bank.world import SHOP, Listener, order
from tests.payments.bank import SandboxBank

LANGUAGES = {
    "ru": "Учебный банк: деньги не настоящие",
    "kk": "Оқу банкі: ақша шынайы емес",
    "en": "Practice bank: the money is not real",
}


def pay_page(bank: SandboxBank, **asked: str) -> str:
    return f"{bank.address}/pay/{bank.bank.create(SHOP, order(**asked))['id']}"


def text_of(page: requests.Response) -> str:
    return unescape(re.sub(r"<[^>]+>", " ", page.text)).replace("\u00a0", " ")


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_the_page_is_in_the_payment_s_language_and_says_what_it_is_about(
    bank: SandboxBank, language: str
) -> None:
    page = requests.get(pay_page(bank, language=language), headers={"Accept-Language": "de"}, timeout=5)
    text = text_of(page)
    assert f'<html lang="{language}">' in page.text
    assert LANGUAGES[language] in text
    for told in ("2 994,41 ₽", "ООО «Зелёный дом»", "Лицевой счёт 6262000105", "1000123"):
        assert told in text
    assert 'href="http://shop.example/pay/alice-1/"' in page.text, "back without paying"
    assert {*re.findall(r'name="choice" value="(\w+)"', page.text)} == set(CHOICES)
    assert "<input" not in page.text, "no card is asked for"


def test_another_language_may_be_asked_for_and_stays(bank: SandboxBank) -> None:
    address = pay_page(bank, language="ru")
    page = requests.get(f"{address}?language=kk", timeout=5)
    assert '<html lang="kk">' in page.text
    action = re.search(r'action="([^"]+)"', page.text)
    assert action
    done = requests.post(bank.address + action[1], data={"choice": "pay"}, timeout=5)
    assert '<html lang="kk">' in done.text


def test_every_text_is_translated() -> None:
    """Of the templates; that the catalogues hold them is for scripts/messages.py."""
    for template in pages._environment("en").list_templates():
        source = pages._environment("en").loader.get_source(pages._environment("en"), template)[0]  # type: ignore[union-attr]
        for context, text in re.findall(r'(?:_\(|pgettext\("(\w+)", )"([^"]+)"', source):
            for language in ("ru", "kk"):
                words = pages.translations(language)
                told = words.pgettext(context, text) if context else words.gettext(text)
                assert told != text, (language, text)


@pytest.mark.parametrize(
    ("choice", "says"),
    [
        ("pay", "Платёж прошёл"),
        ("decline", "Банк отказал в платеже"),
        ("pay_late", "Не платите ещё раз"),
        ("pay_less", "Запрошено было 2 994,41 ₽"),
    ],
)
def test_a_button_is_pressed_and_the_page_says_what_happened(
    bank: SandboxBank, choice: str, says: str
) -> None:
    address = pay_page(bank)
    done = requests.post(address, data={"choice": choice}, timeout=5)
    assert [answer.status_code for answer in done.history] == [303], "reloading repeats nothing"
    assert done.url == address
    assert says in text_of(done)
    assert 'name="choice"' not in done.text
    assert 'href="http://shop.example/pay/alice-1/"' in done.text


def test_an_order_that_ran_out_offers_nothing(bank: SandboxBank) -> None:
    address = pay_page(bank)
    bank.advance(3601)
    page = requests.get(address, timeout=5)
    assert "Время на оплату истекло" in text_of(page)
    assert "<button" not in page.text


def test_nothing_of_a_shop_is_taken_for_markup(bank: SandboxBank) -> None:
    evil = '<script>alert("1")</script>'
    page = requests.get(pay_page(bank, payee=evil, description=evil), timeout=5)
    assert "<script" not in page.text
    assert page.text.count("&lt;script&gt;") >= 2


@pytest.mark.parametrize("path", ["/", "/bank.css", "/icon.svg", "/nowhere", "/pay/nobody", "/api/payments"])
def test_every_answer_has_the_strict_policy(bank: SandboxBank, path: str) -> None:
    headers = requests.get(bank.address + path, timeout=5).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


def test_pages_need_no_script_and_nothing_from_elsewhere(bank: SandboxBank) -> None:
    address = pay_page(bank)
    books = f"{bank.address}/payments/{urlsplit(address).path.rpartition('/')[2]}"
    bank.pay("alice-1")
    for url in (address, books, bank.address, f"{bank.address}/nowhere"):
        page = requests.get(url, timeout=5).text
        assert not re.search(r"<script|<style|\sstyle=|\son\w+=", page)
        loaded = re.findall(r'<(?:link|img)[^>]+(?:href|src)="([^"]+)"', page)
        assert set(loaded) == {"/bank.css", "/icon.svg"}


def test_the_books_show_every_payment_refund_notice_and_its_answer(bank: SandboxBank, shop: Listener) -> None:
    shop.answers = [503, 200, 200]
    for key, choice in (("alice-1", "pay"), ("bob-1", "pay_untold"), ("charlie-1", "decline")):
        bank.bank.create(SHOP, order(key, number=len(key)))
        bank.choose(key, choice)
    books = text_of(requests.get(f"{bank.address}/?language=ru", timeout=5))
    assert "5 988,82 ₽" in books, "what was taken in all"
    assert books.count(SHOP) == 3
    one = f"{bank.address}/payments/{bank.find('alice-1')['id']}?language=ru"
    requests.post(one, data={"refund": "994,41"}, timeout=5)
    bank.advance()
    bank.advance(1)
    text = text_of(requests.get(one, timeout=5))
    for told in ("Оплачено", "ответ 503", "ответ 200", "994,41 ₽", "самим банком", "alice-1"):
        assert told in text
    assert "не больше 2 000,00 ₽" in text
    lost = text_of(requests.get(f"{bank.address}/payments/{bank.find('bob-1')['id']}?language=ru", timeout=5))
    assert "потеряно намеренно" in lost


def test_the_books_send_a_lost_notice_and_let_late_money_come(bank: SandboxBank, shop: Listener) -> None:
    bank.bank.create(SHOP, order())
    bank.pay_untold("alice-1")
    page = f"{bank.address}/payments/{bank.find('alice-1')['id']}"
    again = re.search(r'name="again" value="(\w+)"', requests.get(page, timeout=5).text)
    assert again
    requests.post(page, data={"again": again[1]}, timeout=5)
    bank.advance()
    assert len(shop.heard) == 1
    bank.bank.create(SHOP, order("bob-1"))
    bank.decline("bob-1")
    page = f"{bank.address}/payments/{bank.find('bob-1')['id']}"
    assert requests.post(page, data={"after_all": "1"}, timeout=5).status_code == 200
    assert bank.find("bob-1")["state"] == "succeeded"


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"refund": "2994,42"}, 422),
        ({"refund": "much"}, 422),
        ({"refund": "-1"}, 422),
        ({"again": "nothing"}, 422),
        ({"after_all": "1"}, 422),
        ({"refund": "9" * 200_000}, 413),
    ],
    ids=["too much", "no figure", "negative", "unknown notice", "not cancelled", "endless"],
)
def test_what_the_books_cannot_do_is_said_and_changes_nothing(
    bank: SandboxBank, form: dict[str, str], status: int
) -> None:
    bank.bank.create(SHOP, order())
    before = tuple(bank.pay("alice-1"))
    page = f"{bank.address}/payments/{bank.find('alice-1')['id']}"
    assert requests.post(page, data=form, timeout=5).status_code == status
    assert tuple(bank.find("alice-1")) == before
    assert bank.refunds() == []


@pytest.mark.parametrize(
    ("verb", "path", "status"),
    [
        ("GET", "/pay/nobody", 404),
        ("POST", "/pay/nobody", 404),
        ("POST", "/", 404),
        ("PUT", "/", 405),
        ("HEAD", "/", 200),
        ("GET", "/payments/%3Cb%3E", 404),
    ],
)
def test_other_addresses_and_verbs(bank: SandboxBank, verb: str, path: str, status: int) -> None:
    assert requests.request(verb, bank.address + path, timeout=5).status_code == status


def test_the_api_is_for_shops_with_their_secret(bank: SandboxBank) -> None:
    url = f"{bank.address}/api/payments?key=alice-1"
    bank.bank.create(SHOP, order())
    assert requests.get(url, timeout=5).status_code == 401
    for pair in ((SHOP, "wrong"), ("pes-card", bank.secret_of(SHOP)), (SHOP, ""), ("", "")):
        assert requests.get(url, auth=pair, timeout=5).status_code == 401
    assert requests.get(url, headers={"Authorization": "Basic ???"}, timeout=5).status_code == 401
    mine = (SHOP, bank.secret_of(SHOP))
    assert requests.get(url, auth=mine, timeout=5).json()["amount"] == "2994.41"
    for verb, what in (("DELETE", "payments"), ("GET", "everything")):
        assert requests.request(verb, f"{bank.address}/api/{what}", auth=mine, timeout=5).status_code == 405
    for body in (b"", b"[]", b"\xff", b'{"key": "k"}'):
        answer = requests.post(f"{bank.address}/api/payments", data=body, auth=mine, timeout=5)
        assert answer.status_code in {400, 422}
