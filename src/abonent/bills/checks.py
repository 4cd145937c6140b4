"""Can this portal print at all? For `abonent check`."""

from datetime import date

from abonent.base.months import Month
from abonent.bills.paper import check_template
from abonent.bills.receipts import back_pdf, bill_template
from abonent.portal.current import portal


def check_bill(*, today: date) -> None:
    """Draw an empty bill by the profile's template, and its back. No query. Raises `PaperError`."""
    check_template(bill_template())
    back_pdf(Month.of(today), language=portal().language)
