"""The bank's pages: the customer's, and the books with every payment, refund and notice."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from abonent.base.money import AmountError, parse_amount
from abonent.demo.bank.bank import LESS, Bank, Refused
from abonent.demo.bank.books import Row, moment_of
from abonent.demo.bank.money import SIGNS, hundredths, written
from abonent.demo.bank.notices import send_again
from abonent.demo.bank.words import LANGUAGES, preferred, translations

_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Page:
    html: str
    status: int = 200


def language_of(query: dict[str, str], accepted: str) -> str:
    asked = query.get("language", "")
    return asked if asked in LANGUAGES else preferred(accepted)


def page(bank: Bank, parts: list[str], *, asked: str, language: str) -> Page:
    """The page of an address; the customer's is in the payment's language, unless another was asked for."""
    match parts:
        case []:
            return _books(bank, language)
        case ["payments", id_] if row := bank.payment(id_):
            return _payment(bank, row, language)
        case ["pay", id_] if row := bank.payment(id_):
            own = row["language"] if row["language"] in LANGUAGES else language
            return _customer(bank, row, asked if asked in LANGUAGES else own)
    return unknown(language=language)


def decide(bank: Bank, parts: list[str], form: dict[str, str]) -> str | None:
    """What a button asks for; the address to go on at, None when there is no such payment. Raises Refused."""
    match parts:
        case ["pay", id_] if bank.payment(id_):
            bank.choose(id_, form.get("choice", ""))
            return f"/pay/{id_}"
        case ["payments", id_] if bank.payment(id_):
            _keep_books(bank, id_, form)
            return f"/payments/{id_}"
    return None


def _keep_books(bank: Bank, id_: str, form: dict[str, str]) -> None:
    if "refund" in form:
        bank.refund(id_, _amount(form["refund"]))
    elif "again" in form:
        mine = bank.books.one("SELECT 1 FROM notice WHERE id = ? AND payment = ?", form["again"], id_)
        if not mine:
            raise Refused("there is no such notice")
        send_again(bank, form["again"])
    elif "after_all" in form:
        bank.pay_after_all(id_)


def _amount(text: str) -> int:
    try:
        return hundredths(str(parse_amount(text)))
    except (AmountError, ValueError) as error:
        raise Refused("that is no amount") from error


def unknown(*, language: str) -> Page:
    return _render("unknown.html", language, 404)


def refused(error: Refused, *, language: str) -> Page:
    return _render("refused.html", language, 422, why=str(error))


def _customer(bank: Bank, row: Row, language: str) -> Page:
    return _render(
        "customer.html",
        language,
        row=row,
        can_be_paid=bank.can_be_paid(row),
        seconds=int(bank.delay.total_seconds()),
        less=LESS,
        shop_host=urlsplit(row["return_url"]).netloc,
    )


def _books(bank: Bank, language: str) -> Page:
    rows = bank.books.all("SELECT * FROM payment ORDER BY created_at DESC, rowid DESC LIMIT ?", _SHOWN)
    totals = bank.books.all(
        "SELECT currency, count(*) AS count, sum(charged) AS taken, (SELECT coalesce(sum(refund.amount), 0)"
        " FROM refund JOIN payment of_it ON of_it.id = refund.payment WHERE refund.state = 'succeeded'"
        " AND of_it.currency = payment.currency) AS refunded"
        " FROM payment WHERE state = 'succeeded' GROUP BY currency ORDER BY currency"
    )
    waiting = bank.books.one("SELECT count(*) AS count FROM notice WHERE state = 'waiting'")
    refunded = {row["id"]: bank.refunded(row["id"]) for row in rows}
    return _render(
        "books.html",
        language,
        rows=rows,
        totals=totals,
        refunded=refunded,
        waiting=waiting["count"] if waiting else 0,
    )


def _payment(bank: Bank, row: Row, language: str) -> Page:
    notices = bank.books.all("SELECT * FROM notice WHERE payment = ? ORDER BY created_at, rowid", row["id"])
    tries = {
        notice["id"]: bank.books.all("SELECT * FROM try WHERE notice = ? ORDER BY at", notice["id"])
        for notice in notices
    }
    refunds = bank.books.all("SELECT * FROM refund WHERE payment = ? ORDER BY created_at", row["id"])
    left = (row["charged"] or 0) - bank.refunded(row["id"])
    return _render(
        "payment.html", language, row=row, notices=notices, tries=tries, refunds=refunds, left=left
    )


def _render(template: str, language: str, status: int = 200, **context: Any) -> Page:
    html = _environment(language).get_template(template).render(**context)
    return Page(html, status)


@cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates" / "bank"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    words = translations(language)
    environment.install_gettext_translations(words, newstyle=True)  # type: ignore[attr-defined]
    environment.policies["ext.i18n.trimmed"] = True
    environment.globals.update(language=language, languages=LANGUAGES)
    environment.filters.update(money=_money, moment=_moment, plain_amount=lambda n: written(n, "").strip())
    return environment


def _money(row: Row | dict[str, Any], name: str = "amount") -> str:
    return written(row[name] or 0, row["currency"])


def _moment(text: str) -> str:
    """In UTC, as the books have it."""
    return moment_of(text).strftime("%d.%m.%Y, %H:%M:%S") if text else ""


__all__ = ["LANGUAGES", "SIGNS", "Page", "decide", "language_of", "page", "refused", "unknown"]
