"""Выписка по услуге / Қызмет бойынша үзінді көшірме: a service of an account by month, with the tariff."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from abonent.accounts.queries import HeldAccount
from abonent.base.months import Month
from abonent.bills.brand import portal_brand
from abonent.bills.paper import Customer, Statement, StatementLine, render_statement
from abonent.bills.paper.content import sheet_content, statement_content
from abonent.bills.paper.labels import LABELS
from abonent.bills.paper.typesetting import typeset
from abonent.ledger.queries import Line, ServiceMonths, turnovers
from abonent.portal.current import portal


def service_statements(
    account: HeldAccount,
    *,
    service: str | None,
    first: Month | None,
    last: Month | None,
    months: int,
    language: str,
    today: date,
) -> tuple[Statement, ...]:
    """The statement of the service with this code, without a code one for each; oldest month first.

    The period is chosen as in `ledger.queries.turnovers`. Empty when the account has no such service in it.
    The payer is as the account shows it: masked where the link is limited. Amounts are the supplier's own.
    """
    seen = turnovers(
        account.id,
        first=first,
        last=last,
        months=months,
        service=service,
        language=language,
        version=account.data_version,
    )
    if seen is None or (service and [one.service.code for one in seen.groups] != [service]):
        return ()
    period = seen.period.first, seen.period.last
    return tuple(_statement(account, group, period, language, today) for group in seen.groups)


def statements_pdf(statements: Sequence[Statement]) -> bytes:
    """All of them in one document, each on a page of its own. Raises PaperError when the template fails."""
    if len(statements) == 1:
        return render_statement(statements[0])
    one = statements[0]
    title = f"{LABELS['statement'][one.languages[0]]} {one.customer.account}"
    content = [statement_content(each) for each in statements]
    return typeset("statement", sheet_content("statement", title, one.languages, content))


def _statement(
    account: HeldAccount, group: ServiceMonths, period: tuple[Month, Month], language: str, today: date
) -> Statement:
    own = [one.line for one in reversed(group.charged) if one.service.id == group.service.id]
    return Statement(
        service=group.service.name,
        supplier=group.service.supplier,
        customer=Customer(
            account=account.number,
            name=account.payer,
            address=account.address,
            residents=account.residents,
            area=account.area,
        ),
        brand=portal_brand(),
        first=period[0],
        last=period[1],
        lines=tuple(_line(one, _tariff(one, group)) for one in own),
        languages=(language,),
        currency=portal().currency_symbol,
        printed_on=today,
    )


def _tariff(line: Line, group: ServiceMonths) -> Decimal | tuple[Decimal, ...] | None:
    """The line's own price, or those of its parts in their order: day and night, levels."""
    if line.tariff is not None:
        return line.tariff
    parts = [one.line.tariff for one in group.charged if one.line.month == line.month]
    found = tuple(dict.fromkeys(tariff for tariff in parts if tariff is not None))
    return found or None


def _line(line: Line, tariff: Decimal | tuple[Decimal, ...] | None) -> StatementLine:
    return StatementLine(
        month=Month.of(line.month),
        tariff=tariff,
        opening=line.opening,
        accrued=line.accrued,
        corrections=line.corrections,
        paid=line.paid,
        closing=line.closing,
    )
