"""Выписка по услуге / Қызмет бойынша үзінді көшірме: a service of an account by month, with the tariff."""

from datetime import date

from abonent.accounts.queries import HeldAccount
from abonent.base.months import Month
from abonent.bills.brand import portal_brand
from abonent.bills.paper import Customer, Statement, StatementLine
from abonent.ledger.queries import Line, ServiceMonths, turnovers
from abonent.portal.current import portal


def service_statement(
    account: HeldAccount,
    *,
    service: str | None,
    first: Month | None,
    last: Month | None,
    months: int,
    language: str,
    today: date,
) -> Statement | None:
    """The statement of the service with this code (without one: the account's first), oldest month first.

    The period is chosen as in `ledger.queries.turnovers`. None when the account has no such service in it.
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
    if seen is None or not seen.groups or (service and seen.groups[0].service.code != service):
        return None
    return _statement(account, seen.groups[0], (seen.period.first, seen.period.last), language, today)


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
        lines=tuple(_line(one) for one in own),
        languages=(language,),
        currency=portal().currency_symbol,
        printed_on=today,
    )


def _line(line: Line) -> StatementLine:
    return StatementLine(
        month=Month.of(line.month),
        tariff=line.tariff,
        opening=line.opening,
        accrued=line.accrued,
        corrections=line.corrections,
        paid=line.paid,
        closing=line.closing,
    )
